"""The search over lists: a crowd of plans in which a child may only take the place of its own parent.

Genetic search over activity lists (Hartmann 1998) in which each child is justified both ways (Valls et al. 2005).
What makes it strong here: two-point crossover, then several activities moved to any place that links allow, and
a child that replaces its first parent or nobody (crowding, as in differential evolution), so that the crowd keeps
its variety. All numbers are integers and the chances are our own: the same seed gives the same plan anywhere.
"""

from typing import Any, NamedTuple

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.plain_kernel import by_start, justified

EVALUATIONS, BEST, FOUNDED, STALE = 0, 1, 2, 3
MOST_MOVES = 2
NOISE = 350


class Crowd(NamedTuple):
    """lists (size, n) int32, length (size), mark (size: a number of the plan) int64, state (1) uint64, best (n):
    starts of the shortest plan; tally (4): evaluations, the shortest length, members founded, steps since a
    member got shorter. child, plan (n): where the next one is made."""

    lists: Any
    length: Any
    mark: Any
    state: Any
    best: Any
    tally: Any
    child: Any
    plan: Any


@compiled
def below(state: Any, top: Any) -> Any:
    """A number from 0 to top - 1 (splitmix64, Steele et al. 2014; the same on every machine)."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z = z ^ (z >> np.uint64(31))
    return np.int64(((z >> np.uint64(32)) * np.uint64(top)) >> np.uint64(32))


@compiled
def drawn(net: Any, state: Any, noise: Any, room: Any, out: Any) -> None:
    """A list by latest start, blurred by `noise` thousandths of the critical path."""
    n = len(out)
    longest = np.int64(0)
    for i in range(n):
        longest = max(longest, np.int64(net.tail[i]))
    key = np.empty(n, np.int64)
    ready = 0
    for i in range(n):
        key[i] = -1000 * np.int64(net.tail[i]) + below(state, longest * noise + 1)
        room.position[i] = net.in_ptr[i + 1] - net.in_ptr[i]
        if room.position[i] == 0:
            room.order[ready] = i
            ready += 1
    for place in range(n):
        first = 0
        for k in range(1, ready):
            if key[room.order[k]] < key[room.order[first]]:
                first = k
        i = room.order[first]
        ready -= 1
        room.order[first] = room.order[ready]
        out[place] = i
        for k in range(net.out_ptr[i], net.out_ptr[i + 1]):
            j = net.out_head[k]
            room.position[j] -= 1
            if room.position[j] == 0:
                room.order[ready] = j
                ready += 1


@compiled
def crossed(mine: Any, other: Any, first: Any, last: Any, seen: Any, out: Any) -> None:
    """My list, but what stands from `first` to `last` - 1 is taken in the order of the other."""
    n = len(mine)
    for i in range(n):
        seen[i] = False
    for k in range(first):
        out[k] = mine[k]
        seen[mine[k]] = True
    place = first
    for k in range(n):
        if place >= last:
            break
        if not seen[other[k]]:
            out[place] = other[k]
            seen[other[k]] = True
            place += 1
    for k in range(n):
        if not seen[mine[k]]:
            out[place] = mine[k]
            place += 1


@compiled
def moved(net: Any, state: Any, moves: Any, position: Any, out: Any) -> None:
    """So many activities put anywhere between their predecessors and successors in the list."""
    n = len(out)
    for k in range(n):
        position[out[k]] = k
    for _ in range(moves):
        i = below(state, n)
        low, high = np.int64(0), np.int64(n - 1)
        for k in range(net.in_ptr[i], net.in_ptr[i + 1]):
            low = max(low, position[net.in_tail[k]] + 1)
        for k in range(net.out_ptr[i], net.out_ptr[i + 1]):
            high = min(high, position[net.out_head[k]] - 1)
        if high <= low:
            continue
        goal = low + below(state, high - low + 1)
        at = np.int64(position[i])
        while at < goal:
            out[at] = out[at + 1]
            position[out[at]] = at
            at += 1
        while at > goal:
            out[at] = out[at - 1]
            position[out[at]] = at
            at -= 1
        out[goal] = i
        position[i] = goal


@compiled
def mark_of(start: Any) -> Any:
    """A number that tells plans apart (multiplicative hashing)."""
    found = np.int64(0)
    for i in range(len(start)):
        found = found * np.int64(6364136223846793005) + start[i] + 1
    return found


@compiled
def _seated(room: Any, crowd: Any, place: Any, length: Any, mark: Any) -> None:
    """The plan takes a place in the crowd."""
    crowd.length[place] = length
    crowd.mark[place] = mark
    by_start(crowd.plan, length, room.count, crowd.lists[place])


@compiled
def _noted(crowd: Any, length: Any) -> None:
    crowd.tally[EVALUATIONS] += 3
    if length < crowd.tally[BEST]:
        crowd.tally[BEST] = length
        crowd.best[:] = crowd.plan


@compiled
def adopted(net: Any, room: Any, crowd: Any, order: Any) -> None:
    """A given list as the next founder."""
    place = crowd.tally[FOUNDED]
    never = np.int64(2 * len(room.free))
    length = justified(net, room, order, crowd.plan, never)
    _noted(crowd, length)
    _seated(room, crowd, place, length, mark_of(crowd.plan))
    crowd.tally[FOUNDED] += 1


@compiled
def founded(net: Any, room: Any, crowd: Any) -> None:
    """The next founder of the crowd: the first by the rule itself."""
    drawn(net, crowd.state, NOISE if crowd.tally[FOUNDED] > 0 else 0, room, crowd.child)
    adopted(net, room, crowd, crowd.child)


@compiled
def stepped(net: Any, room: Any, crowd: Any) -> None:
    """One child: crossed, moved, justified; in its parent's place if it is not longer and new."""
    size, n = crowd.lists.shape
    state = crowd.state
    mine, other = below(state, size), below(state, size)
    rival = below(state, size)
    if crowd.length[rival] < crowd.length[mine]:
        mine = rival
    rival = below(state, size)
    if crowd.length[rival] < crowd.length[other]:
        other = rival
    one, two = 1 + below(state, n - 1), 1 + below(state, n - 1)
    crossed(crowd.lists[mine], crowd.lists[other], min(one, two), max(one, two), room.seen, crowd.child)
    moved(net, state, 1 + below(state, MOST_MOVES), room.position, crowd.child)
    most = crowd.length[mine] + 1
    length = justified(net, room, crowd.child, crowd.plan, most)
    _noted(crowd, length)
    crowd.tally[STALE] += 1
    if length >= most:
        return
    mark = mark_of(crowd.plan)
    for k in range(size):
        if crowd.mark[k] == mark:
            return
    if length < crowd.length[mine]:
        crowd.tally[STALE] = 0
    _seated(room, crowd, mine, length, mark)


@compiled
def evolve(net: Any, room: Any, crowd: Any, until: Any, bound: Any) -> None:
    """Go on until so many evaluations are reached in all, or a plan as short as the bound."""
    while crowd.tally[EVALUATIONS] < until and crowd.tally[BEST] > bound:
        if crowd.tally[FOUNDED] < len(crowd.length):
            founded(net, room, crowd)
        else:
            stepped(net, room, crowd)
