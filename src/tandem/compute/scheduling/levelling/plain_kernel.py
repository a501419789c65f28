"""Schedules of the classical problem, a few microseconds each: all resources in one word, justified both ways.

Activities are numbered predecessors first. What is free in a slot stands in one 64-bit word, a lane for each
resource; the highest bit of each lane is a guard: a demand fits when subtracting it borrows none of the guards.
"""

from typing import Any, NamedTuple

import numpy as np

from tandem.compute.kernel import compiled


class Net(NamedTuple):
    """The problem: n activities, E links.

    duration, release, tail (slots from its start to the end of the plan), none (zeros): (n) int32; demand (n),
    capacity, guard: int64 words; in_ptr, out_ptr (n+1), in_tail, out_head (E) int32."""

    duration: Any
    demand: Any
    capacity: Any
    guard: Any
    in_ptr: Any
    in_tail: Any
    out_ptr: Any
    out_head: Any
    release: Any
    none: Any
    tail: Any


class Room(NamedTuple):
    """Where one thread works: free (H) int64, count (H+2), order (n), mirror (n), position (n) int32, seen (n) bool."""

    free: Any
    count: Any
    order: Any
    mirror: Any
    position: Any
    seen: Any


@compiled
def clear(free: Any, capacity: Any, upto: Any) -> None:
    """All is free in the slots before `upto`."""
    for u in range(min(upto, len(free))):
        free[u] = capacity


@compiled
def serial(
    net: Any, order: Any, before_ptr: Any, before: Any, release: Any, free: Any, start: Any, most: Any
) -> Any:
    """Each activity of the list as early as `before` and capacity let it (Kelley 1963); fills start (n), takes
    from free (H). The length, or `most` as soon as it cannot be less (only sought forwards: tails count)."""
    duration, demand, guard = net.duration, net.demand, net.guard
    length = 0
    for a in range(len(order)):
        i = order[a]
        at = release[i]
        for k in range(before_ptr[i], before_ptr[i + 1]):
            j = before[k]
            end = start[j] + duration[j]
            if end > at:
                at = end
        slots, need = duration[i], demand[i]
        end = at + slots
        if slots > 0 and need != 0:
            known = at  # slots from here on are not looked at yet
            u = end - 1
            while u >= known:
                if ((free[u] | guard) - need) & guard != guard:
                    at = u + 1
                    known = end
                    end = at + slots
                    u = end - 1
                else:
                    u -= 1
        if at + net.tail[i] >= most:
            return most
        if slots > 0:
            for u in range(at, end):
                free[u] -= need
        start[i] = at
        if end > length:
            length = end
    return length


@compiled
def from_the_end(start: Any, duration: Any, length: Any, count: Any, order: Any) -> None:
    """All activities by finish, the last first, successors first among equals (counting sort)."""
    n = len(start)
    for u in range(length + 2):
        count[u] = 0
    for i in range(n):
        count[length - start[i] - duration[i] + 1] += 1
    for u in range(1, length + 2):
        count[u] += count[u - 1]
    for i in range(n - 1, -1, -1):
        key = length - start[i] - duration[i]
        order[count[key]] = i
        count[key] += 1


@compiled
def from_the_front(mirror: Any, duration: Any, length: Any, count: Any, order: Any) -> None:
    """All activities by their start in the plan that runs backwards as `mirror`, predecessors first."""
    n = len(mirror)
    for u in range(length + 2):
        count[u] = 0
    for i in range(n):
        count[length - mirror[i] - duration[i] + 1] += 1
    for u in range(1, length + 2):
        count[u] += count[u - 1]
    for i in range(n):
        key = length - mirror[i] - duration[i]
        order[count[key]] = i
        count[key] += 1


@compiled
def by_start(start: Any, length: Any, count: Any, order: Any) -> None:
    """All activities by start, predecessors first among equals."""
    n = len(start)
    for u in range(length + 2):
        count[u] = 0
    for i in range(n):
        count[start[i] + 1] += 1
    for u in range(1, length + 2):
        count[u] += count[u - 1]
    for i in range(n):
        key = start[i]
        order[count[key]] = i
        count[key] += 1


@compiled
def justified(net: Any, room: Any, order: Any, start: Any, most: Any) -> Any:
    """The plan of a list, pushed to its end and back (double justification, Valls et al. 2005): three schedules.

    Fills start; its length, or `most` when it is not shorter than that (start is then of no use). All slots of
    `room.free` are free before and after."""
    never = np.int64(2 * len(room.free))
    length = serial(net, order, net.in_ptr, net.in_tail, net.release, room.free, start, never)
    clear(room.free, net.capacity, length)
    return rejustified(net, room, start, length, most)


@compiled
def rejustified(net: Any, room: Any, start: Any, length: Any, most: Any) -> Any:
    """A plan pushed to its end and back: two schedules. As `justified`."""
    never = np.int64(2 * len(room.free))
    from_the_end(start, net.duration, length, room.count, room.order)
    back = serial(net, room.order, net.out_ptr, net.out_head, net.none, room.free, room.mirror, never)
    clear(room.free, net.capacity, back)
    from_the_front(room.mirror, net.duration, back, room.count, room.order)
    best = serial(net, room.order, net.in_ptr, net.in_tail, net.release, room.free, start, most)
    clear(room.free, net.capacity, best)
    return best
