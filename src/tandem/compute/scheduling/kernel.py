"""The two passes over the network, compiled. Arrays in, arrays out; `critical_path.py` explains them.

`S, E, B, P` are the axes, `flags` reports positions outside them: see `axis_kernel.py`.
"""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled
from tandem.compute.scheduling.axis_kernel import (
    NEVER,
    as_finish,
    as_start,
    lagged,
    last_start,
    latest,
    not_before,
    placed,
    position,
    unlagged,
)

LEAF, ROLLUP, GATE, FIXED, DONE, STARTED = 0, 1, 2, 3, 4, 5
FS, SS, FF, SF, INTO, UP = 0, 1, 2, 3, 4, 5


@compiled
def topological(tail: Any, head: Any, out_ptr: Any, out_edge: Any, nodes: Any) -> Any:
    """Nodes in an order that respects every edge; shorter than `nodes` when there is a cycle."""
    waiting = np.zeros(nodes, np.int64)
    for e in range(len(head)):
        waiting[head[e]] += 1
    order = np.empty(nodes, np.int64)
    filled = 0
    for v in range(nodes):
        if waiting[v] == 0:
            order[filled] = v
            filled += 1
    at = 0
    while at < filled:
        v = order[at]
        at += 1
        for k in range(out_ptr[v], out_ptr[v + 1]):
            w = head[out_edge[k]]
            waiting[w] -= 1
            if waiting[w] == 0:
                order[filled] = w
                filled += 1
    return order[:filled]


@compiled
def forward(S: Any, E: Any, B: Any, P: Any, order: Any, in_ptr: Any, in_edge: Any, tail: Any, kinds: Any,
            lag: Any, lag_axis: Any, node_kind: Any, axis: Any, rows: Any, calendars: Any, delays: Any,
            spans: Any, left: Any, start_min: Any, finish_min: Any, start_max: Any, finish_max: Any,
            extra: Any, given_start: Any, given_finish: Any, resume: Any, is_point: Any, start: Any,
            finish: Any, driver: Any, flags: Any
            ) -> None:  # fmt: skip
    """Earliest start and finish of every node; `driver` is the edge that decides (-1: a date does)."""
    for v in order:
        kind = node_kind[v]
        early, done = start_min[v], finish_min[v]
        by_start, by_finish = -1, -1
        lowest, highest = NEVER, -NEVER
        for k in range(in_ptr[v], in_ptr[v + 1]):
            e = in_edge[k]
            u, what = tail[e], kinds[e]
            if what == UP:
                lowest, highest = min(lowest, start[u]), max(highest, finish[u])
                continue
            if what == INTO:
                if start[u] > early:
                    early, by_start = start[u], driver[u]
                if finish[u] > done:
                    done, by_finish = finish[u], driver[u]
                continue
            bound = finish[u] if what in (FS, FF) else start[u]
            bound = lagged(S, E, B, P, lag_axis[e], bound, lag[e], flags)
            if what in (FS, SS):
                if bound > early:
                    early, by_start = bound, e
            elif bound > done:
                done, by_finish = bound, e
        driver[v] = by_start
        if kind == GATE:
            start[v], finish[v] = early, done
            if by_start < 0:
                driver[v] = by_finish
        elif kind == ROLLUP:
            start[v], finish[v] = (lowest, highest) if highest > -NEVER else (early, early)
        elif kind in (FIXED, DONE):
            start[v], finish[v] = given_start[v], given_finish[v]
            driver[v] = -1
        elif kind == STARTED:
            start[v] = given_start[v]
            driver[v] = -1
            finish[v] = start[v]  # begun on a free day: never finished before that
            for k in range(rows[v], rows[v + 1]):
                c = calendars[k]
                w = position(S, E, B, P, c, given_start[v]) + delays[k]
                stop = w + spans[k] - left[k]
                if resume[v] > -NEVER:
                    stop = max(stop, position(S, E, B, P, c, resume[v]))
                finish[v] = max(finish[v], as_finish(S, E, B, P, c, stop + left[k], flags))
        else:
            if extra[v] > 0:
                early += extra[v]
            if is_point[v]:
                if done > early:
                    early = done
                    driver[v] = by_finish
                early = not_before(S, E, B, P, axis[v], min(early, start_max[v], finish_max[v]), flags)
                start[v], finish[v] = early, early
                continue
            early = min(early, start_max[v])
            first, last, _ = placed(S, E, B, P, rows, calendars, delays, spans, v, early, flags)
            if done > last:
                driver[v] = by_finish
                begin = latest(S, E, B, P, rows, calendars, delays, spans, v, done, flags)
                if begin > early:
                    first, last, _ = placed(S, E, B, P, rows, calendars, delays, spans, v, begin, flags)
                # 17:00 and 8:00 the next day are the same position: MS Project shows the bound itself.
                last = max(last, done)
            if last > finish_max[v]:
                begin = latest(S, E, B, P, rows, calendars, delays, spans, v, finish_max[v], flags)
                first, last, _ = placed(S, E, B, P, rows, calendars, delays, spans, v, begin, flags)
                driver[v] = -1
            start[v], finish[v] = first, last


@compiled
def backward(S: Any, E: Any, B: Any, P: Any, order: Any, out_ptr: Any, out_edge: Any, in_ptr: Any,
             in_edge: Any, tail: Any, head: Any, kinds: Any, lag: Any, lag_axis: Any, node_kind: Any,
             axis: Any, rows: Any, calendars: Any, delays: Any, spans: Any, late_start_max: Any,
             late_finish_max: Any, is_point: Any, owner: Any, horizon: Any, start: Any, finish: Any,
             late_start: Any, late_finish: Any, ceiling: Any, total: Any, free: Any, flags: Any
             ) -> None:  # fmt: skip
    """Latest start and finish, total and free slack (working seconds on the node's own axis).

    `ceiling` is what a predecessor's finish may reach: the late finish, as late as its position allows.
    """
    for at in range(len(order) - 1, -1, -1):
        v = order[at]
        kind = node_kind[v]
        begin_by, end_by = late_start_max[v], late_finish_max[v]
        if kind != GATE and kind != ROLLUP:
            end_by = min(end_by, horizon)
        gap = NEVER
        for k in range(out_ptr[v], out_ptr[v + 1]):
            e = out_edge[k]
            w, what = head[e], kinds[e]
            if what == UP:
                end_by = min(end_by, ceiling[w])
                if start[v] <= start[w]:
                    begin_by = min(begin_by, late_start[w])
                continue
            if what == INTO:
                if node_kind[w] != DONE:
                    end_by = min(end_by, ceiling[w])
                    if node_kind[w] != STARTED:
                        begin_by = min(begin_by, late_start[w])
                continue
            from_finish = what in (FS, FF)
            to_start = what in (FS, SS)
            o = owner[w]
            near = unlagged(S, E, B, P, lag_axis[e], start[o] if to_start else finish[o], lag[e], flags)
            mine = finish[v] if from_finish else start[v]
            gap = min(gap, position(S, E, B, P, axis[v], near) - position(S, E, B, P, axis[v], mine))
            if node_kind[w] == DONE or (node_kind[w] == STARTED and to_start):
                continue
            far = late_start[w] if to_start else ceiling[w]
            if far >= NEVER:
                continue
            far = unlagged(S, E, B, P, lag_axis[e], far, lag[e], flags)
            if from_finish:
                end_by = min(end_by, far)
            else:
                begin_by = min(begin_by, far)
        if kind in (GATE, ROLLUP):
            late_start[v], ceiling[v] = begin_by, end_by
        elif kind == DONE:
            late_start[v], late_finish[v], ceiling[v] = start[v], finish[v], finish[v]
        elif kind == FIXED:
            c = axis[v]
            length = position(S, E, B, P, c, finish[v]) - position(S, E, B, P, c, start[v])
            end = position(S, E, B, P, c, end_by)
            if begin_by < NEVER:
                end = min(end, position(S, E, B, P, c, begin_by) + length)
            late_start[v] = as_start(S, E, B, P, c, end - length, flags)
            late_finish[v], ceiling[v] = as_finish(S, E, B, P, c, end, flags), end_by
        elif is_point[v]:
            point = min(begin_by, end_by)
            if not_before(S, E, B, P, axis[v], point, flags) != point:
                point = as_finish(S, E, B, P, axis[v], position(S, E, B, P, axis[v], point), flags)
            late_start[v], late_finish[v], ceiling[v] = point, point, point
        else:
            begin = latest(S, E, B, P, rows, calendars, delays, spans, v, end_by, flags)
            if begin_by < NEVER:
                for k in range(rows[v], rows[v + 1]):
                    c = calendars[k]
                    begin = min(begin, last_start(S, E, B, P, c, begin_by, flags))
            first, last, top = placed(S, E, B, P, rows, calendars, delays, spans, v, begin, flags)
            late_start[v], late_finish[v], ceiling[v] = first, last, min(end_by, top)
            if last < finish[v] <= ceiling[v]:
                late_finish[v] = finish[v]  # the same position, shown as the early finish shows it
            if kind == STARTED:
                late_start[v] = start[v]
                late_finish[v] = as_finish(S, E, B, P, axis[v], position(S, E, B, P, axis[v], end_by), flags)
                ceiling[v] = end_by
        free[v] = gap
    for v in order:
        kind = node_kind[v]
        if kind == GATE:
            continue
        if kind == ROLLUP:
            late_start[v], late_finish[v] = NEVER, -NEVER
            for k in range(in_ptr[v], in_ptr[v + 1]):
                e = in_edge[k]
                if kinds[e] == UP:
                    late_start[v] = min(late_start[v], late_start[tail[e]])
                    late_finish[v] = max(late_finish[v], late_finish[tail[e]])
            if late_start[v] == NEVER:
                late_start[v], late_finish[v] = start[v], finish[v]
        c = axis[v]
        at_finish = position(S, E, B, P, c, late_finish[v]) - position(S, E, B, P, c, finish[v])
        at_start = position(S, E, B, P, c, late_start[v]) - position(S, E, B, P, c, start[v])
        total[v] = at_finish if kind in (STARTED, FIXED) else min(at_start, at_finish)
        free[v] = total[v] if free[v] == NEVER else min(free[v], max(total[v], 0))
        free[v] = max(free[v], 0)
