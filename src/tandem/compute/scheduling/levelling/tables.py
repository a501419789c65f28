"""The arrays of a problem in the order in which the decoder's kernels walk them."""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints


class Tables(NamedTuple):
    """`Arrays` with sorted access: links by either end, demands without zeros, working slots by rank.

    - in_edge[in_ptr[i]:in_ptr[i+1]] are the links that lead to i, out_* those that leave it.
    - need_resource, need_units[need_ptr[m]:need_ptr[m+1]]: what mode row m holds.
    - before (C, H+1): worked slots before a slot; slot_of (C, H): slot of the k-th worked one, total (C) of them.
    """

    mode_ptr: Ints
    duration: Ints
    calendar: Ints
    need_ptr: Ints
    need_resource: Ints
    need_units: Ints
    capacity: Ints
    tail: Ints
    head: Ints
    kind: Ints
    lag: Ints
    max_lag: Ints
    in_ptr: Ints
    in_edge: Ints
    out_ptr: Ints
    out_edge: Ints
    release: Ints
    fixed: Ints
    fixed_mode: Ints
    before: Ints
    slot_of: Ints
    total: Ints
    project: Ints
    due: Ints
    weight: Ints
    hard: npt.NDArray[np.bool_]
    project_due: Ints
    project_weight: Ints
    project_hard: npt.NDArray[np.bool_]
    in_force: Ints
    stock: Ints
    consumption: Ints


def tables_of(arrays: Arrays) -> Tables:
    """Tables of a problem; 20,000 activities take a few milliseconds."""
    row, need_resource = arrays.held
    need_ptr = np.searchsorted(row, np.arange(len(arrays.duration) + 1))
    in_ptr, in_edge = _by_end(arrays.head, arrays.n)
    out_ptr, out_edge = _by_end(arrays.tail, arrays.n)
    before, slot_of, total = _ranks(arrays.working)
    stocks = len(arrays.stock)
    return Tables(
        mode_ptr=arrays.mode_ptr, duration=arrays.duration, calendar=arrays.calendar,
        need_ptr=_ints(need_ptr), need_resource=_ints(need_resource), need_units=_ints(arrays.demand[row, need_resource]),
        capacity=np.ascontiguousarray(arrays.capacity),
        tail=arrays.tail, head=arrays.head, kind=arrays.kind, lag=arrays.lag, max_lag=arrays.max_lag,
        in_ptr=in_ptr, in_edge=in_edge, out_ptr=out_ptr, out_edge=out_edge,
        release=arrays.release, fixed=arrays.fixed, fixed_mode=arrays.fixed_mode,
        before=before, slot_of=slot_of, total=total,
        project=arrays.project, due=arrays.due, weight=arrays.weight, hard=arrays.hard,
        project_due=arrays.project_due, project_weight=arrays.project_weight,
        project_hard=arrays.project_hard, in_force=arrays.in_force, stock=arrays.stock,
        consumption=arrays.consumption if stocks else np.zeros((len(arrays.duration), 0), np.int32),
    )  # fmt: skip


def _ints(values: npt.NDArray[np.signedinteger[Any]]) -> Ints:
    return np.ascontiguousarray(values, np.int32)


def _by_end(ends: Ints, n: int) -> tuple[Ints, Ints]:
    ptr = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=n))))
    return _ints(ptr), _ints(np.argsort(ends, kind="stable"))


def _ranks(working: npt.NDArray[np.bool_]) -> tuple[Ints, Ints, Ints]:
    rows, size = working.shape
    before = np.zeros((rows, size + 1), np.int32)
    np.cumsum(working, axis=1, out=before[:, 1:])
    slot_of = np.zeros((rows, size), np.int32)
    for row, worked in zip(slot_of, working, strict=True):
        slots = np.flatnonzero(worked)
        row[: len(slots)] = slots
    return before, slot_of, before[:, -1].copy()
