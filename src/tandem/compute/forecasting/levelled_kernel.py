"""Trials whose plan is levelled: a serial schedule generation per trial, over one fixed list of activities.

Durations become whole slots; an activity takes the first place in which its predecessors and every resource let
it run without a break. Kolisch 1996, serial SGS.
"""

from typing import Any

import numpy as np

from tandem.compute.forecasting.network_kernel import (
    LANES,
    draw,
    drivers,
    mixed,
    spend,
    strike,
    weigh,
)
from tandem.compute.kernel import compiled


@compiled
def rounded(x: Any) -> Any:
    return np.int32(np.floor(x + np.float32(0.5)))


@compiled
def fitting(p: Any, j: Any, start: Any, d: Any, free: Any) -> Any:
    """First slot from `start` on in which activity j fits; -1 where the axis ends before that."""
    first, last, t = p.demand_ptr[j], p.demand_ptr[j + 1], start
    checked = t  # slots from t to here are known to fit
    while True:
        if t + d > free.shape[1]:
            return np.int32(-1)
        clash = np.int32(-1)
        for q in range(first, last):
            row, units = free[p.demand_of[q]], p.demand_units[q]
            # From the end: a clash there skips every start before it.
            for u in range(t + d - 1, max(checked, clash + 1) - 1, -1):
                if row[u] < units:
                    clash = np.int32(u)
                    break
        if clash < 0:
            return np.int32(t)
        checked = max(checked, t + d)
        t = clash + 1
        checked = max(t, checked)


@compiled
def level(m: Any, p: Any, d: Any, s: Any, bound: Any, free: Any) -> Any:
    """Starts `s` in slots for durations `d` in slots; `bound` is what links and release allow. Returns the end, or
    -1 where the axis is too short. `free` (resources, slots) is left used."""
    end = np.int32(0)
    for place in range(len(p.order)):
        j = p.order[place]
        t = p.release[j]
        for e in range(m.ptr[j], m.ptr[j + 1]):
            i = m.source[e]
            weight = rounded(m.a[e] * np.float32(d[i]) + p.lag[e] - m.b[e] * np.float32(d[j]))
            t = max(t, s[i] + weight)
        bound[j] = t
        if d[j] > 0 and p.demand_ptr[j + 1] > p.demand_ptr[j]:
            t = fitting(p, j, t, d[j], free)
            if t < 0:
                return t
            for q in range(p.demand_ptr[j], p.demand_ptr[j + 1]):
                row, units = free[p.demand_of[q]], p.demand_units[q]
                for u in range(t, t + d[j]):
                    row[u] -= units
        s[j] = t
        end = max(end, t + d[j])
    return end


@compiled
def shares_resource(p: Any, i: Any, j: Any) -> Any:
    for q in range(p.demand_ptr[i], p.demand_ptr[i + 1]):
        for r in range(p.demand_ptr[j], p.demand_ptr[j + 1]):
            if p.demand_of[q] == p.demand_of[r]:
                return True
    return False


@compiled
def bind(m: Any, p: Any, d: Any, s: Any, bound: Any, end: Any, after: Any, head: Any, critical: Any) -> None:
    """Mark the chains that bind the end: through links, and through whoever frees a resource at that moment."""
    n = len(p.order)
    head[: end + 1] = -1
    for place in range(n):
        j = p.order[place]
        after[j], head[s[j] + d[j]] = head[s[j] + d[j]], j
        critical[j] = s[j] + d[j] == end
    for place in range(n - 1, -1, -1):
        j = p.order[place]
        if not critical[j]:
            continue
        if s[j] > bound[j]:
            i = head[s[j]]
            while i >= 0:
                if p.rank[i] < place and shares_resource(p, i, j):
                    critical[i] = True
                i = after[i]
            continue
        for e in range(m.ptr[j], m.ptr[j + 1]):
            i = m.source[e]
            weight = rounded(m.a[e] * np.float32(d[i]) + p.lag[e] - m.b[e] * np.float32(d[j]))
            if s[i] + weight == s[j]:
                critical[i] = True


@compiled
def slots_of(d: Any, lane: Any, per_unit: Any, slots: Any) -> None:
    """Durations of one trial in whole slots; what takes any time takes at least one."""
    for i in range(len(slots)):
        slots[i] = max(rounded(d[i, lane] * per_unit), np.int32(d[i, lane] > 0))


@compiled
def levelled_trials(m: Any, p: Any, first: int, seed: Any, middle: Any, budget: Any, horizon: int, finish: Any,
                    spent: Any, count: Any, sums: Any, risk_sums: Any) -> bool:  # fmt: skip
    """As `network_kernel.trials`, each trial levelled. False where an axis of `horizon` slots is too short."""
    n, v, z = len(m.row), np.empty(LANES, np.float32), np.empty(LANES, np.float32)
    base = np.empty(LANES, np.uint32)
    common = np.empty((len(m.factor_key), LANES), np.float32)
    happens = np.empty((len(m.risk_key), LANES), np.float32)
    d = np.empty((n, LANES), np.float32)
    slots, s, bound, after = (
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
        np.empty(n, np.int32),
    )
    head, critical = np.empty(horizon + 1, np.int32), np.empty(n, np.bool_)
    free = np.empty((len(p.capacity), horizon), np.int32)
    used = horizon
    for row in range(len(finish)):
        block = mixed(np.uint32(np.uint32(first + row) ^ np.uint32(seed)))
        for k in range(LANES):
            base[k] = mixed(np.uint32(np.uint32((first + row) * LANES + k) + np.uint32(seed)))
        cost, t = spent[row], finish[row]
        cost[:] = m.sure_cost
        draw(m, block, base, common, v, z, d, cost)
        strike(m, block, base, common, v, z, d, cost, happens)
        spend(m, d, cost)
        for k in range(LANES):
            for r in range(len(p.capacity)):
                free[r, :used] = p.capacity[r]
            slots_of(d, k, p.per_unit, slots)
            end = level(m, p, slots, s, bound, free)
            if end < 0 or end > horizon:
                return False
            used = end
            bind(m, p, slots, s, bound, end, after, head, critical)
            for i in range(n):
                count[i] += critical[i]
            t[k] = np.float32(end) / p.per_unit
        drivers(m, d, t, middle, sums)
        weigh(happens, t, cost, middle, budget, risk_sums)
    return True
