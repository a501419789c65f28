"""From the arrays of levelling to those of the portfolio kernels, for the problems that these can hold."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.kernel import topological
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.check import COUNTED
from tandem.compute.scheduling.levelling.portfolio_kernel import Net, bits_of
from tandem.compute.scheduling.levelling.portfolio_list_kernel import windows

Numbers = npt.NDArray[np.int64]
NO_LIMIT = np.int32(2**30)


@dataclass(frozen=True, slots=True, eq=False)
class Portfolio:
    """`net` for the kernels; free (K, H) what is left when the fixed activities have taken theirs; bits (Q, H/64+1)
    the same as bit rows; start (n) with the fixed ones set, else 0; order: all activities in an order that
    respects the links; early (n): earliest start without capacities; floor (P) finish that is certain;
    crosses: links go from one project to another."""

    net: Net
    free: Ints
    bits: npt.NDArray[np.uint64]
    start: Ints
    order: Numbers
    early: Numbers
    floor: Numbers
    fixed: npt.NDArray[np.bool_]
    crosses: bool

    @property
    def n(self) -> int:
        return len(self.net.duration)

    @property
    def horizon(self) -> int:
        return int(self.free.shape[1])


def fits(arrays: Arrays) -> bool:
    """One mode each, no calendars, no maximal lags: links of all kinds are then gaps from start to start, capacity
    may vary over time, activities may be fixed, due dates may be hard."""
    return bool(
        len(arrays.duration) == arrays.n
        and (arrays.calendar == -1).all()
        and (arrays.max_lag == -1).all()
        and arrays.n > 0
    )


def breakable(arrays: Arrays) -> tuple[str, ...]:
    """Rules that a plan may break through no fault of the list: where a problem fits and nothing is fixed only the
    stocks, which one mode each uses up whatever the plan."""
    return ("stock",) if fits(arrays) and not (arrays.fixed >= 0).any() else COUNTED


def gaps(arrays: Arrays) -> Ints:
    """The least time from the start of each link's tail to the start of its head (L)."""
    tail, head = arrays.duration[arrays.tail], arrays.duration[arrays.head]
    from_finish, to_finish = np.isin(arrays.kind, (0, 2)), arrays.kind >= 2
    return (arrays.lag + np.where(from_finish, tail, 0) - np.where(to_finish, head, 0)).astype(np.int32)


def csr(keys: npt.NDArray[np.integer], size: int) -> tuple[Ints, Numbers]:
    """Pointer (size+1) and order of entries grouped by key."""
    pointer = np.zeros(size + 1, np.int32)
    np.cumsum(np.bincount(keys, minlength=size), out=pointer[1:])
    return pointer, np.argsort(keys, kind="stable")


def prepared(arrays: Arrays, horizon: int | None = None) -> Portfolio:
    """The arrays of the kernels; O(n log n). Horizon: slots of the profile, else twice what the load asks for.
    `Uncomputable("cycle")` names an activity on or behind a cycle."""
    n = arrays.n
    project, project_due, project_weight = _projects(arrays)
    projects = len(project_due)
    gap = gaps(arrays)
    in_ptr, by_head = csr(arrays.head, n)
    out_ptr, by_tail = csr(arrays.tail, n)
    order = topological(arrays.tail, arrays.head, out_ptr, by_tail, n)
    if len(order) < n:
        raise Uncomputable("cycle", activity=int(np.setdiff1d(np.arange(n), order)[0]))
    rank = np.empty(n, np.int32)
    rank[order] = np.arange(n)
    fixed = arrays.fixed >= 0
    early, tail, latest = _windows(arrays, project, order, in_ptr, by_head, out_ptr, by_tail, gap)
    _, of, need, need_ptr = _needs(arrays)
    resources, most = arrays.demand.shape[1], int(need.max(initial=0)) + 1
    rows, need_row = np.unique(of.astype(np.int64) * most + need, return_inverse=True)
    row_of, row_level = rows // most, rows % most
    row_ptr = np.searchsorted(row_of, np.arange(resources + 1)).astype(np.int32)
    top = np.zeros(resources, np.int32)
    np.maximum.at(top, row_of, row_level.astype(np.int32))
    loose = order[~fixed[order]]
    member_ptr, grouped = csr(project[loose], projects)
    as32 = np.int32
    net = Net(
        arrays.duration.astype(as32), np.maximum(arrays.release, 0).astype(as32), latest.astype(as32), need_ptr,
        of.astype(as32), need.astype(as32), need_row.reshape(-1).astype(as32), in_ptr,
        arrays.tail[by_head].astype(as32), gap[by_head], out_ptr, arrays.head[by_tail].astype(as32), gap[by_tail],
        row_ptr, row_level.astype(as32), top, project.astype(as32), tail.astype(as32), rank, member_ptr,
        loose[grouped].astype(as32), project_due.astype(as32), project_weight.astype(as32),
        arrays.due.astype(as32), np.where((arrays.due >= 0) & ~arrays.hard, arrays.weight, 0).astype(as32),
    )  # fmt: skip
    floor = np.zeros(projects, np.int64)
    np.maximum.at(floor, project, early + tail)
    free = _left(arrays, fixed, horizon or _horizon(arrays, early, tail))
    bits = np.zeros((len(rows), free.shape[1] // 64 + 2), np.uint64)
    bits_of(net, free, bits)
    start = np.where(fixed, arrays.fixed, 0).astype(as32)
    crosses = bool((project[arrays.tail] != project[arrays.head]).any())
    return Portfolio(net, free, bits, start, order, early, floor, fixed, crosses)


def _needs(arrays: Arrays) -> tuple[Ints, Ints, Ints, Ints]:
    """Activity, resource and units of each demand, and where those of each activity begin (n+1)."""
    who, which = arrays.held
    pointer = np.zeros(arrays.n + 1, np.int32)
    np.cumsum(np.bincount(who, minlength=arrays.n), out=pointer[1:])
    return who.astype(np.int32), which.astype(np.int32), arrays.demand[who, which], pointer


def _projects(arrays: Arrays) -> tuple[Ints, Ints, Ints]:
    """Project of each activity, due date and weight of each; what belongs to none is one more, without a date."""
    none, weight = arrays.project < 0, np.where(arrays.project_hard, 0, arrays.project_weight).astype(np.int32)
    if not none.any():
        return arrays.project, arrays.project_due, weight
    project = np.where(none, len(arrays.project_due), arrays.project).astype(np.int32)
    return project, np.append(arrays.project_due, np.int32(-1)), np.append(weight, np.int32(0))


def _windows(
    arrays: Arrays,
    project: Ints,
    order: Ints,
    in_ptr: Ints,
    by_head: Numbers,
    out_ptr: Ints,
    by_tail: Numbers,
    gap: Ints,
) -> tuple[Numbers, Numbers, Numbers]:
    """Earliest start, least time from start to the project's finish, and latest start (hard dates, fixed
    successors) of each activity."""
    limit = np.append(np.where(arrays.project_hard, arrays.project_due, NO_LIMIT), NO_LIMIT)[arrays.project]
    limit = np.minimum(limit, np.where(arrays.hard & (arrays.due >= 0), arrays.due, NO_LIMIT))
    wall = np.where(limit < NO_LIMIT, limit - arrays.duration, NO_LIMIT).astype(np.int64)
    early, tail, latest = windows(
        arrays.duration, np.maximum(arrays.release, 0), arrays.fixed, wall, project, order, in_ptr,
        arrays.tail[by_head], gap[by_head], out_ptr, arrays.head[by_tail], gap[by_tail],
    )  # fmt: skip
    return early, tail, latest


def _horizon(arrays: Arrays, early: Numbers, tail: Numbers) -> int:
    load = (arrays.demand * arrays.duration[:, None].astype(np.int64)).sum(0)
    level = np.maximum(arrays.capacity[:, -1], 1)
    widest = int(arrays.duration.max(initial=1))
    longest = int((early + tail).max(initial=0))
    slots = longest + 2 * int((load / level).max(initial=0)) + widest + int(arrays.capacity.shape[1])
    return 64 * -(-slots // 64)


def _left(arrays: Arrays, fixed: npt.NDArray[np.bool_], horizon: int) -> Ints:
    given = arrays.capacity[:, : min(horizon, arrays.capacity.shape[1])]
    free = np.empty((len(given), horizon), np.int32)
    free[:, : given.shape[1]] = given
    free[:, given.shape[1] :] = arrays.capacity[:, -1:]
    for i in np.flatnonzero(fixed):
        free[:, arrays.fixed[i] : arrays.fixed[i] + arrays.duration[i]] -= arrays.demand[i][:, None]
    return free


def cut(given: Portfolio, horizon: int) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Copies of the profile and its bits, as far as `horizon` (a multiple of 64)."""
    free = given.free[:, :horizon].copy()
    bits = given.bits[:, : horizon // 64 + 2].copy()
    bits[:, horizon // 64 :] = 0
    return free, bits
