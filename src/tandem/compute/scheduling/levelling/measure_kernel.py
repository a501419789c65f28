"""What a plan is worth: the objective vector, and by how much hard rules are broken."""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.levelling.decode_kernel import next_worked, row_of


@compiled
def link_breach(t: Any, starts: Any, finishes: Any) -> int:
    """Slots by which links are broken: minimal lags to what is given, maximal lags anywhere."""
    broken = 0
    for e in range(len(t.tail)):
        i, j, kind = t.tail[e], t.head[e], t.kind[e]
        begin = finishes[i] if kind == 0 or kind == 2 else starts[i]
        apart = (starts[j] if kind <= 1 else finishes[j]) - begin
        if apart < t.lag[e]:
            broken += t.lag[e] - apart
        if t.max_lag[e] >= 0 and apart > t.max_lag[e]:
            broken += apart - t.max_lag[e]
    return int(broken)


@compiled
def project_ends(t: Any, finishes: Any) -> Any:
    """Last finish of each project, -1 for one without activities, shape (P,)."""
    last = np.full(len(t.project_due), -1, np.int64)
    for i in range(len(finishes)):
        p = t.project[i]
        if p >= 0 and finishes[i] > last[p]:
            last[p] = finishes[i]
    return last


@compiled
def time_breach(t: Any, starts: Any, finishes: Any) -> int:
    """Slots after hard deadlines of activities and projects, and of pins before their release."""
    broken = 0
    last = project_ends(t, finishes)
    for p in range(len(last)):
        if t.project_hard[p] and last[p] > t.project_due[p]:
            broken += last[p] - t.project_due[p]
    for i in range(len(starts)):
        if t.hard[i] and t.due[i] >= 0 and finishes[i] > t.due[i]:
            broken += finishes[i] - t.due[i]
        if starts[i] < t.release[i]:
            broken += t.release[i] - starts[i]
    return int(broken)


@compiled
def tardiness(t: Any, finishes: Any) -> int:
    """Slots after deadlines of activities and projects, times their weights."""
    late = 0
    for i in range(len(finishes)):
        if t.due[i] >= 0 and not t.hard[i] and finishes[i] > t.due[i]:
            late += np.int64(t.weight[i]) * (finishes[i] - t.due[i])
    last = project_ends(t, finishes)
    for p in range(len(last)):
        if t.project_due[p] >= 0 and not t.project_hard[p] and last[p] > t.project_due[p]:
            late += np.int64(t.project_weight[p]) * (last[p] - t.project_due[p])
    return int(late)


@compiled
def stock_breach(t: Any, modes: Any) -> int:
    """Units above the stocks."""
    broken = 0
    for b in range(len(t.stock)):
        used = np.int64(0)
        for i in range(len(modes)):
            used += t.consumption[row_of(t, modes, i), b]
        broken += max(used - t.stock[b], 0)
    return int(broken)


@compiled
def measure(t: Any, starts: Any, finishes: Any, modes: Any, free: Any, out: Any) -> None:
    """The objective of a plan with the `free` capacity that it leaves, into out (5, int64):
    broken, tardiness, makespan, moves, load (as in `plan.Objective`)."""
    top, moves = 0, 0
    for i in range(len(starts)):
        top = max(top, finishes[i])
        moves += t.in_force[i] >= 0 and t.in_force[i] != starts[i]
    over, load = np.int64(0), np.int64(0)
    known = t.capacity.shape[1]
    for r in range(free.shape[0]):
        for u in range(top):
            left = free[r, u]
            used = np.int64(t.capacity[r, min(u, known - 1)] - left)
            load += used * used
            if left < 0:
                over -= left
    out[0] = (
        over + link_breach(t, starts, finishes) + time_breach(t, starts, finishes) + stock_breach(t, modes)
    )
    out[1] = tardiness(t, finishes)
    out[2] = top
    out[3] = moves
    out[4] = load


@compiled
def earliest_dates(t: Any, order: Any, modes: Any, starts: Any, finishes: Any) -> int:
    """Dates without regard to capacity (critical path, forward); a lower bound of the makespan."""
    top = 0
    for a in range(len(order)):
        i = order[a]
        m = row_of(t, modes, i)
        slots, c = t.duration[m], t.calendar[m]
        at = t.fixed[i] if t.fixed[i] >= 0 else t.release[i]
        for k in range(t.in_ptr[i], t.in_ptr[i + 1]):
            if t.fixed[i] >= 0:
                break
            e = t.in_edge[k]
            kind = t.kind[e]
            bound = (finishes[t.tail[e]] if kind == 0 or kind == 2 else starts[t.tail[e]]) + t.lag[e]
            at = max(at, bound if kind <= 1 else bound - slots)
        starts[i] = next_worked(t, at, c) if slots > 0 and t.fixed[i] < 0 else at
        finishes[i] = starts[i] + slots
        top = max(top, finishes[i])
    return int(top)


@compiled
def latest_finishes(t: Any, order: Any, starts: Any, finishes: Any, limit: Any, late: Any) -> None:
    """Latest finishes without regard to capacity and calendars that keep `limit` (n) of each activity."""
    for i in range(len(order)):
        late[i] = limit[i]
    for a in range(len(order) - 1, -1, -1):
        j = order[a]
        span = finishes[j] - starts[j]
        if t.fixed[j] >= 0:
            late[j] = finishes[j]
        for k in range(t.in_ptr[j], t.in_ptr[j + 1]):
            e = t.in_edge[k]
            i, kind = t.tail[e], t.kind[e]
            bound = late[j] - t.lag[e] - (span if kind <= 1 else 0)
            if kind == 1 or kind == 3:
                bound += finishes[i] - starts[i]
            late[i] = min(late[i], bound)
