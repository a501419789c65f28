"""Windows, lists by keys and what a plan costs: compiled. `portfolio.py` explains them."""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.portfolio_kernel import late, own_late


@compiled
def windows(duration: Any, release: Any, fixed: Any, wall: Any, project: Any, order: Any, in_ptr: Any, in_tail: Any,
            in_gap: Any, out_ptr: Any, out_head: Any, out_gap: Any) -> Any:  # fmt: skip
    """Earliest start, tail to the project's finish and latest start, without capacities."""
    n = len(duration)
    early, tail, latest = np.zeros(n, np.int64), np.zeros(n, np.int64), wall.copy()
    for i in order:
        t = np.int64(release[i])
        for k in range(in_ptr[i], in_ptr[i + 1]):
            t = max(t, early[in_tail[k]] + in_gap[k])
        early[i] = fixed[i] if fixed[i] >= 0 else t
    for at in range(n - 1, -1, -1):
        i = order[at]
        tail[i] = duration[i]
        for k in range(out_ptr[i], out_ptr[i + 1]):
            j = out_head[k]
            if project[j] == project[i] and fixed[j] < 0:
                tail[i] = max(tail[i], tail[j] + out_gap[k])
            bound = np.int64(fixed[j]) if fixed[j] >= 0 else latest[j]
            latest[i] = min(latest[i], bound - out_gap[k])
    return early, tail, latest


@compiled
def raised(net: Any, order: Any, key: Any) -> None:
    """No key is smaller than a predecessor's: then the sorted list respects all links."""
    for i in order:
        for k in range(net.in_ptr[i], net.in_ptr[i + 1]):
            key[i] = max(key[i], key[net.in_tail[k]])


@compiled
def sorted_by(net: Any, key: Any, chosen: Any) -> Any:
    """The chosen activities by key, equal keys by rank."""
    packed = np.empty(len(chosen), np.int64)
    n = len(net.duration)
    for at in range(len(chosen)):
        i = chosen[at]
        packed[at] = np.int64(key[i]) * n + net.rank[i]
    return chosen[np.argsort(packed)]


@compiled
def measured(net: Any, start: Any) -> Any:
    """Weighted tardiness and finish of each project (P)."""
    finish = np.zeros(len(net.due), np.int64)
    cost = np.int64(0)
    for i in range(len(start)):
        f = np.int64(start[i]) + net.duration[i]
        finish[net.project[i]] = max(finish[net.project[i]], f)
        if net.own_weight[i] > 0:
            cost += own_late(net, f, i)
    for p in range(len(finish)):
        cost += late(net, finish[p], p)
    return cost, finish


@compiled
def base_cost(net: Any, floor: Any, fixed: Any, start: Any) -> Any:
    """What is late before anything is placed: the certain finish of each project, fixed activities."""
    cost = np.int64(0)
    for p in range(len(floor)):
        cost += late(net, floor[p], p)
    for i in np.flatnonzero(fixed):
        cost += own_late(net, np.int64(start[i]) + net.duration[i], i)
    return cost


@compiled
def merged(net: Any, seq: Any, moved: Any, is_moved: Any, key: Any, new_key: Any, out: Any) -> Any:
    """`seq` with the moved activities at their new places; returns the first place that differs."""
    n, m = len(seq), len(moved)
    take_from, at, first = 0, 0, -1
    for place in range(n):
        while at < n and is_moved[seq[at]]:
            at += 1
        new = at >= n
        if not new and take_from < m:
            a, b = seq[at], moved[take_from]
            new = new_key[b] < key[a] or (new_key[b] == key[a] and net.rank[b] < net.rank[a])
        if new:
            out[place] = moved[take_from]
            take_from += 1
        else:
            out[place] = seq[at]
            at += 1
        if first < 0 and out[place] != seq[place]:
            first = place
    return first
