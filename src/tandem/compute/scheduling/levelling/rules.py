"""Priority rules: which activity goes first when not all can. The lists that every levelling tool works by.

LFT and LST: latest finish and start of the critical path; slack: LST minus the earliest start (Davis and Patterson
1975); due: latest finish against deadlines; weighted: the same, drawn forward by weight; first: earliest start."""

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling import measure_kernel, parallel_kernel
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.tables import Tables

Keys = npt.NDArray[np.int64]
RULES = ("lft", "lst", "slack", "first", "due", "weighted")
SCALE = 1 << 20
"""Room below a key for what decides among equals."""


def rule_keys(arrays: Arrays, tables: Tables, modes: Ints) -> dict[str, Keys]:
    """Keys (n) of each rule, the smallest goes first; activities' priority decides among equals."""
    n = arrays.n
    if not n:
        return {}
    order, start, finish = np.empty(n, np.int32), np.zeros(n, np.int32), np.zeros(n, np.int32)
    parallel_kernel.by_key(tables, np.zeros(n, np.int64), order)
    end = measure_kernel.earliest_dates(tables, order, modes, start, finish)
    late = np.empty(n, np.int64)
    measure_kernel.latest_finishes(tables, order, start, finish, np.full(n, end, np.int64), late)
    has = arrays.project >= 0
    limit = np.where(arrays.due >= 0, arrays.due, end).astype(np.int64)
    if len(arrays.project_due):
        ends = np.where(arrays.project_due >= 0, arrays.project_due, end)
        limit[has] = np.minimum(limit[has], ends[arrays.project[has]])
    due = np.empty(n, np.int64)
    measure_kernel.latest_finishes(tables, order, start, finish, limit, due)
    span = (finish - start).astype(np.int64)
    keys = {
        "lft": late, "lst": late - span, "slack": late - finish, "first": start.astype(np.int64), "due": due,
    }  # fmt: skip
    if (arrays.due >= 0).any() or (arrays.project_due >= 0).any():
        weight = arrays.weight.astype(np.int64) * (arrays.due >= 0)
        if len(arrays.project_weight):
            weight[has] += arrays.project_weight[arrays.project[has]]
        # The heavier, the sooner: by up to the length of the plan.
        keys["weighted"] = due - end * weight // max(int(weight.max()), 1)
    else:
        del keys["due"]
    rank = -arrays.priority.astype(np.int64) if len(arrays.priority) else np.zeros(n, np.int64)
    return {name: key * SCALE + rank for name, key in keys.items()}
