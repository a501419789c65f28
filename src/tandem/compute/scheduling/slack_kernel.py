"""The two passes of the critical path over integers, compiled: 100,000 activities in a few milliseconds.

`slack.py` explains them; `kernel.py` holds the passes that agree with MS Project to the second."""

from typing import Any

import numpy as np

from tandem.compute.kernel import compiled

FS, SS, FF, SF = 0, 1, 2, 3


@compiled
def passes(duration: Any, release: Any, order: Any, in_ptr: Any, in_tail: Any, in_gap: Any, out_ptr: Any, out_head: Any,
           out_gap: Any, early: Any, late: Any, total: Any, free: Any) -> Any:  # fmt: skip
    """Early and late start, total and free slack where every slot works; returns the finish of all."""
    end = np.int32(0)
    for v in order:
        t = release[v]
        for k in range(in_ptr[v], in_ptr[v + 1]):
            t = max(t, early[in_tail[k]] + in_gap[k])
        early[v] = t
        end = max(end, t + duration[v])
    for at in range(len(order) - 1, -1, -1):
        v = order[at]
        mine = early[v]
        last = end - duration[v]
        room = last - mine
        for k in range(out_ptr[v], out_ptr[v + 1]):
            w, gap = out_head[k], out_gap[k]
            last = min(last, late[w] - gap)
            room = min(room, early[w] - gap - mine)
        late[v], total[v], free[v] = last, last - mine, room
    return end


@compiled
def worked(before: Any, c: Any, t: Any) -> Any:
    """Working slots of calendar row `c` before slot `t` (-1: every slot works)."""
    return t if c < 0 else before[c, max(0, min(t, before.shape[1] - 1))]


@compiled
def forward(duration: Any, release: Any, calendar: Any, before: Any, slot_of: Any, order: Any, in_ptr: Any,
            in_tail: Any, in_link: Any, kind: Any, lag: Any, start: Any, finish: Any) -> Any:  # fmt: skip
    """Early start and finish with calendars; returns the finish of all, -1 when the tables are too short."""
    end, size = 0, before.shape[1] - 1
    for v in order:
        length, c = duration[v], calendar[v]
        at, by = release[v], 0
        for k in range(in_ptr[v], in_ptr[v + 1]):
            e, u = in_link[k], in_tail[k]
            bound = (finish[u] if kind[e] in (FS, FF) else start[u]) + lag[e]
            if kind[e] <= SS:
                at = max(at, bound)
            else:
                by = max(by, bound)
        if length == 0 or c < 0:
            start[v] = max(at, by - length)
            finish[v] = start[v] + length
        else:
            if at >= size or by > size:
                return -1
            first = before[c, at]
            if by > 0:  # the finish is a slot's end: one more where the slot before the bound is free
                first = max(first, before[c, by] + (1 if before[c, by] == before[c, by - 1] else 0) - length)
            if first + length > before[c, size]:
                return -1
            start[v], finish[v] = slot_of[c, first], slot_of[c, first + length - 1] + 1
        end = max(end, finish[v])
    return end if end <= size else -1


@compiled
def backward(duration: Any, calendar: Any, before: Any, slot_of: Any, order: Any, out_ptr: Any, out_head: Any,
             out_link: Any, kind: Any, lag: Any, end: Any, start: Any, finish: Any, late_start: Any,
             late_finish: Any, total: Any, free: Any) -> None:  # fmt: skip
    """Late start and finish, total and free slack in working slots of each activity's own calendar."""
    for place in range(len(order) - 1, -1, -1):
        v = order[place]
        length, c = duration[v], calendar[v]
        if length == 0:
            c = -1
        ends, begins = end, end
        room = worked(before, c, end) - worked(before, c, finish[v])
        for k in range(out_ptr[v], out_ptr[v + 1]):
            e, w = out_link[k], out_head[k]
            to_start = kind[e] <= SS
            bound = (late_start[w] if to_start else late_finish[w]) - lag[e]
            near = (start[w] if to_start else finish[w]) - lag[e]
            if kind[e] in (FS, FF):
                ends = min(ends, bound)
                room = min(room, worked(before, c, near) - worked(before, c, finish[v]))
            else:
                begins = min(begins, bound)
                room = min(room, worked(before, c, near) - worked(before, c, start[v]))
        if c < 0:
            late_start[v] = min(begins, ends - length)
            late_finish[v] = late_start[v] + length
        else:
            first = min(worked(before, c, ends) - length, worked(before, c, begins + 1) - 1)
            late_start[v], late_finish[v] = slot_of[c, first], slot_of[c, first + length - 1] + 1
        total[v] = worked(before, c, late_start[v]) - worked(before, c, start[v])
        free[v] = max(0, min(room, total[v]))
