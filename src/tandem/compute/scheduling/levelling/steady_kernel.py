"""A plan after a change, with calendars and all link types: what still fits stays, the rest is placed in the old order. Compiled."""

from typing import Any

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.decode_kernel import (
    TOO_LONG,
    clash,
    clear,
    earliest,
    finish_of,
    fit,
    next_worked,
    place_given,
    row_of,
    take,
)

STAYS, PUSHED, LOOSE = 0, 1, 2


@compiled
def give(t: Any, m: int, at: Any, end: Any, c: int, free: Any) -> None:
    """What mode row m took from `at` to `end` is free again."""
    size = t.slot_of.shape[1]
    for k in range(t.need_ptr[m], t.need_ptr[m + 1]):
        r, units = t.need_resource[k], t.need_units[k]
        for u in range(at, end):
            if c < 0 or u >= size or t.before[c, u + 1] > t.before[c, u]:
                free[r, u] += units


@compiled
def fits_at(t: Any, m: int, at: Any, free: Any) -> int:
    """The finish of mode row m when it starts in `at`; -1 where it does not work then, or somebody is short."""
    slots, c = t.duration[m], t.calendar[m]
    if slots > 0 and next_worked(t, at, c) != at:
        return -1
    end = finish_of(t, at, slots, c)
    if end > free.shape[1] or (slots > 0 and clash(t, m, at, end, c, free) >= 0):
        return -1
    return int(end)


@compiled
def steadied(t: Any, order: Any, modes: Any, wanted: Any, loose: Any, holds: bool, starts: Any, finishes: Any, free: Any, state: Any) -> int:
    """Serial generation that leaves each activity at its `wanted` start (n) where every rule holds there.

    `order` (n) has predecessors first. What is not `loose` (n) `holds` its place in the profile from the beginning, the earlier in
    the list the more, and what is loose, or moved by a rule, comes where it fits first; without `holds` it gives way to what
    comes before it in the list, and never starts earlier than it did. Fills starts, finishes, free, and
    `state` (n): STAYS, PUSHED by a rule, LOOSE. The makespan, or TOO_LONG."""
    clear(t, free)
    top = place_given(t, modes, starts, finishes, free)
    if top < 0:
        return TOO_LONG
    for a in range(len(order)):
        i = order[a]
        state[i] = LOOSE if loose[i] else PUSHED
        if t.fixed[i] >= 0:
            state[i] = STAYS
        elif holds and not loose[i] and wanted[i] >= t.release[i]:
            m = row_of(t, modes, i)
            end = fits_at(t, m, wanted[i], free)
            if end >= 0:
                state[i] = STAYS
                starts[i] = wanted[i]
                finishes[i] = end
                take(t, m, wanted[i], end, t.calendar[m], free)
                top = max(top, end)
    for a in range(len(order)):
        i = order[a]
        if t.fixed[i] >= 0:
            continue
        m = row_of(t, modes, i)
        slots, c = t.duration[m], t.calendar[m]
        at = earliest(t, i, slots, c, starts, finishes)
        if not holds and not loose[i]:
            at = next_worked(t, max(at, wanted[i]), c) if slots > 0 else max(at, wanted[i])
        if state[i] == STAYS:
            if at <= starts[i]:
                continue
            give(t, m, starts[i], finishes[i], c, free)
            state[i] = PUSHED
        elif state[i] == PUSHED and wanted[i] >= at and fits_at(t, m, wanted[i], free) >= 0:
            at = wanted[i]
            state[i] = STAYS
        if state[i] != STAYS and slots > 0 and t.need_ptr[m + 1] > t.need_ptr[m]:
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
