"""The best plan of each project when capacity has a price, compiled: the inner problem of `portfolio_bound.py`."""

from typing import Any, NamedTuple

import numpy as np

from tandem.compute.kernel import compiled


class Trees(NamedTuple):
    """Of each activity the one successor that is kept (n): parent, -1 for none; parent_gap start to start; early,
    last (n): window of starts; member_ptr (P+1), member (n): all activities of a project, predecessors first."""

    parent: Any
    parent_gap: Any
    early: Any
    last: Any
    member_ptr: Any
    member: Any


@compiled
def trees(net: Any, order: Any, early: Any, fixed_at: Any, far: Any) -> Any:
    """Keep of each activity the link within its project on which the most must follow."""
    n = len(order)
    parent, gap = np.full(n, -1, np.int64), np.zeros(n, np.int64)
    last = np.full(n, far, np.int64)
    for i in order:
        most = np.int64(-1)
        if fixed_at[i] >= 0:
            last[i] = fixed_at[i]
            continue
        for k in range(net.out_ptr[i], net.out_ptr[i + 1]):
            j = net.out_head[k]
            follows = net.out_gap[k] + net.tail[j]
            if (
                net.project[j] == net.project[i]
                and fixed_at[j] < 0
                and follows > most
                and net.out_gap[k] >= 0
            ):
                most, parent[i], gap[i] = follows, j, net.out_gap[k]
    return parent, gap, last


@compiled
def prefix_sums(price: Any, length: Any) -> Any:
    """S (K, length): the price of all slots before; after the last priced slot nothing is added."""
    sums = np.zeros((price.shape[0], length), np.int64)
    for r in range(price.shape[0]):
        for t in range(1, length):
            sums[r, t] = sums[r, t - 1] + (price[r, t - 1] if t <= price.shape[1] else 0)
    return sums


@compiled
def _row(need_of: Any, need: Any, a: Any, b: Any, length: Any, first: Any, last: Any, priced: Any, sums: Any,
         row: Any) -> None:  # fmt: skip
    """Add to row[t] what the activity pays when it starts at t, then the least of all starts up to t."""
    size = len(row)
    for k in range(a, b):
        at, q = sums[need_of[k]], np.int64(need[k])
        later = at[length:]
        for t in range(first, min(priced, last + 1)):
            row[t] += q * (later[t] - at[t])
    for t in range(last + 1, size):
        row[t] = row[last]
    best = row[first]
    for t in range(first, size):
        best = min(best, row[t])
        row[t] = best


@compiled
def _traced(net: Any, tree: Any, a: Any, b: Any, best_at: Any, rows: Any, start: Any) -> None:
    """Starts that reach the least price: of each activity the earliest that costs no more."""
    for at in range(b - 1, a - 1, -1):
        i = tree.member[at]
        j = tree.parent[i]
        high = best_at - net.duration[i] if j < 0 else start[j] - tree.parent_gap[i]
        row, low = rows[at - a], tree.early[i]
        high = max(low, min(high, tree.last[i]))
        value = row[high]
        while low < high:
            middle = (low + high) >> 1
            if row[middle] <= value:
                high = middle
            else:
                low = middle + 1
        start[i] = low


@compiled
def _cheapest(net: Any, tree: Any, p: Any, sums: Any, priced: Any, scale: Any, floor: Any, rows: Any,
              total: Any, place: Any, start: Any) -> Any:  # fmt: skip
    """Least weighted tardiness plus price of project `p`, and the finish that reaches it."""
    a, b, size = tree.member_ptr[p], tree.member_ptr[p + 1], len(total)
    total[:] = 0
    for at in range(a, b):
        place[tree.member[at]] = at - a
        rows[at - a, :] = 0
    for at in range(a, b):
        i = tree.member[at]
        row, first = rows[at - a], tree.early[i]
        _row(net.need_of, net.need, net.need_ptr[i], net.need_ptr[i + 1], net.duration[i], first, tree.last[i],
             priced, sums, row)  # fmt: skip
        j = tree.parent[i]
        if j >= 0:
            above, gap = rows[place[j]], tree.parent_gap[i]
            for t in range(tree.early[j], size):
                above[t] += row[t - gap]
        else:
            length = net.duration[i]
            for t in range(first + length, size):
                total[t] += row[t - length]
    best, best_at = np.int64(1) << np.int64(62), floor
    weight, due = np.int64(net.weight[p]), np.int64(net.due[p])
    for t in range(floor, size):
        value = total[t]
        if due >= 0 and t > due:
            value += scale * weight * (t - due)
        if value < best:
            best, best_at = value, np.int64(t)
    _traced(net, tree, a, b, best_at, rows, start)
    return best, best_at


@compiled
def priced_plans(net: Any, tree: Any, begin: Any, end: Any, sums: Any, priced: Any, scale: Any, size: Any, floor: Any,
                 start: Any, finish: Any, used: Any) -> Any:  # fmt: skip
    """Least price plus tardiness (times scale) of projects begin:end; start (n), finish (P) and used (K, T), the
    units in use, of the plans that reach it."""
    widest = 1
    for p in range(begin, end):
        widest = max(widest, tree.member_ptr[p + 1] - tree.member_ptr[p])
    rows, total, place = (
        np.zeros((widest, size), np.int64),
        np.zeros(size, np.int64),
        np.zeros(len(start), np.int64),
    )
    sum_of_all = np.int64(0)
    for p in range(begin, end):
        value, finish[p] = _cheapest(net, tree, p, sums, priced, scale, floor[p], rows, total, place, start)
        sum_of_all += value
        for at in range(tree.member_ptr[p], tree.member_ptr[p + 1]):
            i = tree.member[at]
            for k in range(net.need_ptr[i], net.need_ptr[i + 1]):
                for u in range(start[i], min(start[i] + net.duration[i], priced)):
                    used[net.need_of[k], u] += net.need[k]
    return sum_of_all
