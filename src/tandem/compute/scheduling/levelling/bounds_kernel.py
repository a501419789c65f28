"""Cheap proofs that no plan is shorter: dates without capacity, work against capacity, energy in windows."""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.decode_kernel import finish_of, next_worked

FAR = np.int64(2**40)


@compiled
def heads(t: Any, order: Any, start: Any, finish: Any) -> int:
    """No start is before `start`, no finish before `finish` (n), in any mode; capacity apart. Their maximum."""
    top = np.int64(0)
    for i in order:
        first, count = t.mode_ptr[i], t.mode_ptr[i + 1]
        if t.fixed_mode[i] >= 0:
            first, count = first + t.fixed_mode[i], first + t.fixed_mode[i] + 1
        longest = np.int64(0)
        for m in range(first, count):
            longest = max(longest, np.int64(t.duration[m]) if t.calendar[m] < 0 else FAR)
        begin, end = np.int64(t.release[i]), np.int64(0)
        for k in range(t.in_ptr[i], t.in_ptr[i + 1]):
            e = t.in_edge[k]
            kind = t.kind[e]
            bound = (finish[t.tail[e]] if kind == 0 or kind == 2 else start[t.tail[e]]) + t.lag[e]
            if kind >= 2:
                end = max(end, bound)
                bound -= longest
            begin = max(begin, bound)
        if t.fixed[i] >= 0:
            begin, end = np.int64(t.fixed[i]), np.int64(0)
        opens, closes = FAR, FAR
        for m in range(first, count):
            at = begin
            if t.duration[m] > 0 and t.fixed[i] < 0:
                at = np.int64(next_worked(t, begin, t.calendar[m]))
            opens = min(opens, at)
            closes = min(closes, np.int64(finish_of(t, at, t.duration[m], t.calendar[m])))
        start[i] = opens
        finish[i] = max(closes, end)
        top = max(top, finish[i])
    return int(top)


@compiled
def tails(t: Any, order: Any, shortest: Any, after_start: Any, after_finish: Any) -> None:
    """Slots (n) that must follow the start and the finish of each activity before a plan can end."""
    for place in range(len(order) - 1, -1, -1):
        i = order[place]
        from_start, from_finish = np.int64(0), np.int64(0)
        for k in range(t.out_ptr[i], t.out_ptr[i + 1]):
            e = t.out_edge[k]
            j = t.head[e]
            if t.fixed[j] >= 0:
                continue
            need = t.lag[e] + (after_start[j] if t.kind[e] <= 1 else after_finish[j])
            if t.kind[e] == 0 or t.kind[e] == 2:
                from_finish = max(from_finish, need)
            else:
                from_start = max(from_start, need)
        after_finish[i] = from_finish
        after_start[i] = max(from_start, shortest[i] + from_finish)


@compiled
def work_bound(work: Any, start: Any, after: Any, by_head: Any, by_tail: Any, supply: Any) -> int:
    """For each pair of a head and a tail: those not before and not after must do their `work` (n) in between.
    `supply` (H+1): units of capacity before a slot; `by_head`, `by_tail` (n'): who works, ascending."""
    best = np.int64(0)
    size = len(supply) - 1
    last = supply[size] - supply[size - 1]
    steps = max(1, len(by_head) // 256)
    for a in range(0, len(by_head), steps):
        begin = start[by_head[a]]
        total = np.int64(0)
        for b in range(len(by_tail) - 1, -1, -1):
            i = by_tail[b]
            if start[i] < begin:
                continue
            total += work[i]
            if b > 0 and after[by_tail[b - 1]] == after[i]:
                continue
            base = supply[min(begin, size)] + max(begin - size, 0) * last
            need = base + total
            if need <= supply[size]:
                end = np.int64(np.searchsorted(supply, need))
            elif last > 0:
                end = size + (need - supply[size] + last - 1) // last
            else:
                return int(FAR)
            best = max(best, end + after[i])
    return int(best)


@compiled
def is_overloaded(
    start: Any, after_start: Any, duration: Any, demand: Any, capacity: Any, limit: int
) -> bool:
    """Energetic reasoning (Erschler and Lopez 1990; Baptiste, Le Pape and Nuijten 1999): whether some window needs
    more than its capacity in every plan that ends by `limit`. Single modes; capacity (K) constant."""
    n = len(start)
    ends = np.empty(n, np.int64)
    for i in range(n):
        ends[i] = limit - after_start[i] + duration[i]
        if ends[i] - duration[i] < start[i]:
            return True
    opening = np.unique(np.concatenate((start, ends - duration)))
    closing = np.unique(np.concatenate((ends, start + duration)))
    need = np.zeros(len(capacity), np.int64)
    for one in opening:
        for other in closing:
            if other <= one:
                continue
            need[:] = 0
            for i in range(n):
                inside = min(
                    duration[i], other - one, start[i] + duration[i] - one, other - ends[i] + duration[i]
                )
                if inside > 0:
                    for r in range(len(capacity)):
                        need[r] += inside * demand[i, r]
            for r in range(len(capacity)):
                if need[r] > capacity[r] * (other - one):
                    return True
    return False
