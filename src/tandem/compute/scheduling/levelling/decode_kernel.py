"""From a list of activities to a plan: serial generation for the whole model, and what a plan is worth.

Serial schedule generation (Kelley 1963) starts each activity of a list as early as links, calendars and
capacity let it. Because all links count as precedence in the list, an activity's start and its finish are known
before any link that leaves it is asked; start-to-start, finish-to-finish and negative lags need no more than that.
"""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled

TOO_LONG = -1
"""The plan did not fit into the slots of the workspace: come back with a larger one."""


@compiled
def next_worked(t: Any, at: Any, c: int) -> int:
    """First slot from `at` on in which calendar row c works (-1: every slot)."""
    if c < 0 or at >= t.slot_of.shape[1]:
        return int(at)
    return int(t.slot_of[c, t.before[c, at]])


@compiled
def finish_of(t: Any, start: Any, slots: Any, c: int) -> int:
    """Slot after the last of `slots` worked ones from `start` on."""
    if slots == 0:
        return int(start)
    if c < 0 or start >= t.slot_of.shape[1]:
        return int(start + slots)
    rank = t.before[c, start] + slots - 1
    if rank >= t.total[c]:
        return int(t.slot_of.shape[1] + rank - t.total[c] + 1)
    return int(t.slot_of[c, rank] + 1)


@compiled
def start_to_finish_at(t: Any, bound: Any, slots: Any, c: int) -> int:
    """Earliest start with which the finish is not before `bound`."""
    if slots == 0:
        return int(bound)
    if c < 0 or bound <= 0:
        return int(bound - slots)
    size = t.slot_of.shape[1]
    rank = (t.before[c, bound - 1] if bound <= size else t.total[c] + bound - 1 - size) - slots + 1
    if rank >= t.total[c]:
        return int(size + rank - t.total[c])
    return int(t.slot_of[c, rank]) if rank > 0 else 0


@compiled
def row_of(t: Any, modes: Any, i: int) -> int:
    """Row of the mode in which activity i is done."""
    fixed = t.fixed_mode[i]
    return int(t.mode_ptr[i] + (fixed if fixed >= 0 else modes[i]))


@compiled
def earliest(t: Any, i: int, slots: Any, c: int, starts: Any, finishes: Any) -> int:
    """First worked slot that release and links allow; all that leads to i is placed."""
    at = t.release[i]
    for k in range(t.in_ptr[i], t.in_ptr[i + 1]):
        e = t.in_edge[k]
        kind = t.kind[e]
        bound = (finishes[t.tail[e]] if kind == 0 or kind == 2 else starts[t.tail[e]]) + t.lag[e]
        if kind >= 2:
            bound = start_to_finish_at(t, bound, slots, c)
        if bound > at:
            at = bound
    return next_worked(t, at, c) if slots > 0 else int(at)


@compiled
def clash(t: Any, m: int, at: Any, end: Any, c: int, free: Any) -> int:
    """Last worked slot of [at, end) in which mode row m does not fit into what is free, -1 when it fits."""
    size = t.slot_of.shape[1]
    last = -1
    for k in range(t.need_ptr[m], t.need_ptr[m + 1]):
        r, units = t.need_resource[k], t.need_units[k]
        for u in range(end - 1, max(at - 1, last), -1):
            if free[r, u] < units and (c < 0 or u >= size or t.before[c, u + 1] > t.before[c, u]):
                last = u
                break
    return last


@compiled
def take(t: Any, m: int, at: Any, end: Any, c: int, free: Any) -> None:
    """Mark mode row m as working from `at` to `end`."""
    size = t.slot_of.shape[1]
    for k in range(t.need_ptr[m], t.need_ptr[m + 1]):
        r, units = t.need_resource[k], t.need_units[k]
        for u in range(at, end):
            if c < 0 or u >= size or t.before[c, u + 1] > t.before[c, u]:
                free[r, u] -= units


@compiled
def clear(t: Any, free: Any) -> None:
    """All capacity free again."""
    known = min(t.capacity.shape[1], free.shape[1])
    for r in range(free.shape[0]):
        for u in range(known):
            free[r, u] = t.capacity[r, u]
        free[r, known:] = t.capacity[r, t.capacity.shape[1] - 1]


@compiled
def place_given(t: Any, modes: Any, starts: Any, finishes: Any, free: Any) -> int:
    """Put what is given where it is, before all else; the last finish of it, or TOO_LONG."""
    top = 0
    for i in range(len(t.fixed)):
        if t.fixed[i] >= 0:
            m = row_of(t, modes, i)
            end = finish_of(t, t.fixed[i], t.duration[m], t.calendar[m])
            if end > free.shape[1]:
                return TOO_LONG
            starts[i] = t.fixed[i]
            finishes[i] = end
            take(t, m, starts[i], end, t.calendar[m], free)
            top = max(top, end)
    return int(top)


@compiled
def fit(t: Any, m: int, at: Any, top: Any, free: Any) -> int:
    """First start from the worked slot `at` on in which mode row m fits; TOO_LONG past the workspace.

    Where it can never fit (capacity has gone for good) it starts at `at`: the plan is short of capacity there,
    which `measure` counts."""
    slots, c = t.duration[m], t.calendar[m]
    quiet = max(top, t.capacity.shape[1] - 1)
    start = at
    while True:
        end = finish_of(t, start, slots, c)
        if end > free.shape[1]:
            return TOO_LONG
        last = clash(t, m, start, end, c, free)
        if last < 0:
            return int(start)
        if last >= quiet and start >= quiet:
            return int(at)
        start = next_worked(t, last + 1, c)


@compiled
def serial(t: Any, order: Any, modes: Any, starts: Any, finishes: Any, free: Any) -> int:
    """Serial schedule generation. `order` (n) holds each activity once, predecessors first (`in_order` makes
    any list so), `modes` (n) the mode of each. Fills starts and finishes (n) and `free` (K, H): what is left of
    capacity. Returns the makespan, or TOO_LONG when H slots do not suffice."""
    clear(t, free)
    top = place_given(t, modes, starts, finishes, free)
    if top < 0:
        return TOO_LONG
    for a in range(len(order)):
        i = order[a]
        if t.fixed[i] >= 0:
            continue
        m = row_of(t, modes, i)
        slots, c = t.duration[m], t.calendar[m]
        at = earliest(t, i, slots, c, starts, finishes)
        if slots > 0 and t.need_ptr[m + 1] > t.need_ptr[m]:
            at = fit(t, m, at, top, free)
            if at < 0:
                return TOO_LONG
        end = finish_of(t, at, slots, c)
        if end > free.shape[1]:
            return TOO_LONG
        starts[i] = at
        finishes[i] = end
        take(t, m, at, end, c, free)
        top = max(top, end)
    return int(top)


@compiled
def in_order(t: Any, wanted: Any, order: Any) -> int:
    """Put into `order` the activities as near to the list `wanted` as predecessors allow; how many got in."""
    n = len(wanted)
    done = np.zeros(n, np.bool_)
    stack = np.empty(len(t.tail) + n + 1, np.int32)
    count = 0
    for a in range(n):
        depth = 1
        stack[0] = wanted[a]
        while depth > 0:
            i = stack[depth - 1]
            depth -= 1
            if done[i]:
                continue
            waits = False
            for k in range(t.in_ptr[i], t.in_ptr[i + 1]):
                j = t.tail[t.in_edge[k]]
                if not done[j]:
                    if not waits:
                        stack[depth] = i
                        depth += 1
                        waits = True
                    stack[depth] = j
                    depth += 1
            if not waits:
                done[i] = True
                order[count] = i
                count += 1
    return count


@compiled
def settle(t: Any, starts: Any, modes: Any, finishes: Any, free: Any) -> int:
    """Finishes and free capacity of given starts; the makespan, or TOO_LONG."""
    clear(t, free)
    top = 0
    for i in range(len(starts)):
        m = row_of(t, modes, i)
        end = finish_of(t, starts[i], t.duration[m], t.calendar[m])
        if end > free.shape[1]:
            return TOO_LONG
        finishes[i] = end
        take(t, m, starts[i], end, t.calendar[m], free)
        top = max(top, end)
    return int(top)
