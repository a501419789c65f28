"""Parallel schedule generation for the whole model: time by time, start whatever fits, the first key first."""

from heapq import heappop, heappush
from typing import Any

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.decode_kernel import (
    TOO_LONG,
    clash,
    clear,
    earliest,
    finish_of,
    next_worked,
    place_given,
    row_of,
    take,
)


@compiled
def by_key(t: Any, keys: Any, order: Any) -> int:
    """List of all activities, predecessors first, else the smallest key first (the lower number among equals);
    how many got in (all, unless the links have a cycle)."""
    n = len(keys)
    waits = np.empty(n, np.int32)
    ready = [(keys[0], np.int64(0))]
    ready.pop()
    for i in range(n):
        waits[i] = t.in_ptr[i + 1] - t.in_ptr[i]
        if waits[i] == 0:
            heappush(ready, (keys[i], np.int64(i)))
    count = 0
    while len(ready) > 0:
        i = int(heappop(ready)[1])
        order[count] = i
        count += 1
        for k in range(t.out_ptr[i], t.out_ptr[i + 1]):
            j = t.head[t.out_edge[k]]
            waits[j] -= 1
            if waits[j] == 0:
                heappush(ready, (keys[j], np.int64(j)))
    return count


@compiled
def _leave(t: Any, at: Any, end: Any, c: int, moments: Any) -> None:
    """Whoever works from `at` to `end` lets go of what it holds at its end, and whenever it pauses."""
    heappush(moments, np.int64(end))
    if c >= 0:
        for u in range(at + 1, min(end, t.slot_of.shape[1])):
            rank = t.before[c, u]
            if t.before[c, u + 1] == rank and rank > t.before[c, u - 1]:
                heappush(moments, np.int64(u))


@compiled
def _moments(t: Any, modes: Any, finishes: Any) -> Any:
    """Slots at which something may become possible: capacity changes, what is given ends."""
    first = [np.int64(0)]
    for u in range(1, t.capacity.shape[1]):
        for r in range(t.capacity.shape[0]):
            if t.capacity[r, u] != t.capacity[r, u - 1]:
                heappush(first, np.int64(u))
                break
    for i in range(len(t.fixed)):
        if t.fixed[i] >= 0:
            _leave(t, t.fixed[i], finishes[i], t.calendar[row_of(t, modes, i)], first)
    return first


@compiled
def _release(
    t: Any, i: int, key: Any, modes: Any, starts: Any, finishes: Any, waiting: Any, moments: Any
) -> None:
    """Activity i has all that leads to it placed: it waits for its earliest date."""
    m = row_of(t, modes, i)
    starts[i] = earliest(t, i, t.duration[m], t.calendar[m], starts, finishes)
    heappush(waiting, (key, np.int64(i)))
    heappush(moments, np.int64(int(starts[i])))


@compiled
def _pass_on(
    t: Any, i: int, keys: Any, modes: Any, starts: Any, finishes: Any, waits: Any, waiting: Any, moments: Any
) -> None:
    """Activity i is placed: whatever waited for it alone may go."""
    for k in range(t.out_ptr[i], t.out_ptr[i + 1]):
        j = t.head[t.out_edge[k]]
        waits[j] -= 1
        if waits[j] == 0 and t.fixed[j] < 0:
            _release(t, j, keys[j], modes, starts, finishes, waiting, moments)


@compiled
def parallel(t: Any, keys: Any, modes: Any, starts: Any, finishes: Any, free: Any) -> int:
    """Parallel schedule generation (Bedworth and Bailey 1982) by keys (n, int64), the smallest first. Otherwise
    as `serial`."""
    clear(t, free)
    n = len(keys)
    top = place_given(t, modes, starts, finishes, free)
    if top < 0:
        return TOO_LONG
    waits = np.empty(n, np.int32)
    for i in range(n):
        waits[i] = t.in_ptr[i + 1] - t.in_ptr[i]
    moments = _moments(t, modes, finishes)
    waiting = [(keys[0], np.int64(0))]
    waiting.pop()
    for i in range(n):
        if t.fixed[i] < 0 and waits[i] == 0:
            _release(t, i, keys[i], modes, starts, finishes, waiting, moments)
    for i in range(n):
        if t.fixed[i] >= 0:
            _pass_on(t, i, keys, modes, starts, finishes, waits, waiting, moments)
    now = -1
    while len(waiting) > 0:
        hopeless = len(moments) == 0
        if hopeless:  # nothing will change any more: what waits never fits
            now = int(max(now, top, t.capacity.shape[1]))
        else:
            at = heappop(moments)
            if at == now:
                continue
            now = int(at)
        top = _at(t, now, hopeless, keys, modes, starts, finishes, free, waits, waiting, moments, top)
        if top < 0:
            return TOO_LONG
    return int(top)


@compiled
def _at(
    t: Any, now: int, hopeless: bool, keys: Any, modes: Any, starts: Any, finishes: Any, free: Any, waits: Any, waiting: Any,
    moments: Any, top: int,
) -> int:  # fmt: skip
    """Start at `now` what waits and fits (all that waits when it is hopeless), in the order of keys; the last
    finish so far, or TOO_LONG."""
    later = [waiting[0]]
    later.pop()
    while len(waiting) > 0:
        key, i = heappop(waiting)
        m = row_of(t, modes, i)
        slots, c = t.duration[m], t.calendar[m]
        if starts[i] > now and not hopeless:
            later.append((key, np.int64(i)))
            continue
        holds = slots > 0 and t.need_ptr[m + 1] > t.need_ptr[m]
        at = now if holds and not hopeless else starts[i]
        opens = next_worked(t, at, c) if slots > 0 else at
        end = finish_of(t, opens, slots, c)
        if end > free.shape[1]:
            return TOO_LONG
        fits = hopeless or not holds or (opens == at and clash(t, m, at, end, c, free) < 0)
        if not fits:
            if opens > now:
                heappush(moments, np.int64(opens))
            later.append((key, np.int64(i)))
            continue
        starts[i] = opens
        finishes[i] = end
        take(t, m, opens, end, c, free)
        _leave(t, opens, end, c, moments)
        top = max(top, end)
        _pass_on(t, i, keys, modes, starts, finishes, waits, waiting, moments)
    for one in later:
        heappush(waiting, one)
    return top
