"""How short can any plan be? Bounds that cost milliseconds and prove the easy problems at once.

`lower_bound` is the largest of: the critical path (calendars and all link types); for each resource and each pair
of a head and a tail the work in between against the capacity; the same for dual feasible functions of the demands
(Fekete and Schepers 2001; Carlier and Neron 2003), which also see what excludes each other; and, for problems
that are small enough, the first length that energetic reasoning cannot refute.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling import bounds_kernel, parallel_kernel
from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.compute.scheduling.levelling.tables import Tables, tables_of

Longs = npt.NDArray[np.int64]
MOST_FOR_ENERGY = 200
FUNCTIONS = 5
"""Dual feasible functions that are tried."""


@dataclass(frozen=True, eq=False, slots=True)
class Windows:
    """Without capacity (n each, int64): earliest start and finish; slots that must follow a start, a finish."""

    start: Longs
    finish: Longs
    after_start: Longs
    after_finish: Longs

    @property
    def bound(self) -> int:
        """No plan is shorter."""
        return int(max(self.finish.max(initial=0), (self.start + self.after_start).max(initial=0)))


def windows_of(arrays: Arrays, tables: Tables | None = None) -> Windows:
    """Heads and tails in the sense of the critical path; a tail counts slots, worked or not."""
    tables = tables or tables_of(arrays)
    n = arrays.n
    order = np.empty(n, np.int32)
    if n:
        parallel_kernel.by_key(tables, np.zeros(n, np.int64), order)
    found = Windows(*(np.zeros(n, np.int64) for _ in range(4)))
    bounds_kernel.heads(tables, order, found.start, found.finish)
    bounds_kernel.tails(tables, order, _least(arrays, arrays.duration), found.after_start, found.after_finish)
    return found


def lower_bound(arrays: Arrays, *, upto: int | None = None) -> int:
    """Slots that no plan that keeps all hard rules can undercut; the search for it ends at `upto`."""
    if not arrays.n:
        return 0
    windows = windows_of(arrays)
    best = windows.bound
    for units, work in _machines(arrays):
        best = max(best, _work(windows, units, work))
        if upto is not None and best >= upto:
            return best
    if (
        len(arrays.duration) == arrays.n <= MOST_FOR_ENERGY
        and not len(arrays.working)
        and len(arrays.capacity)
    ):
        best = _energy(arrays, windows, best, upto)
    return best


def tardiness_bound(arrays: Arrays) -> int:
    """Weighted tardiness that no plan can undercut: what is late even without regard to capacity."""
    if not arrays.n:
        return 0
    finish = windows_of(arrays).finish
    soft = (arrays.due >= 0) & ~arrays.hard
    total = int((np.maximum(finish - arrays.due, 0) * soft * arrays.weight).sum())
    for p in np.flatnonzero((arrays.project_due >= 0) & ~arrays.project_hard).tolist():
        last = int(finish[arrays.project == p].max(initial=0))
        total += int(arrays.project_weight[p]) * max(0, last - int(arrays.project_due[p]))
    return total


def _least(arrays: Arrays, values: npt.NDArray[np.int32]) -> Longs:
    """The least of a column over the modes that an activity may take."""
    allowed = values.astype(np.int64)
    for i in np.flatnonzero(arrays.fixed_mode >= 0):
        rows = slice(int(arrays.mode_ptr[i]), int(arrays.mode_ptr[i + 1]))
        allowed[rows] = allowed[rows.start + arrays.fixed_mode[i]]
    least: Longs = np.minimum.reduceat(allowed, arrays.mode_ptr[:-1]) if arrays.n else allowed
    return least


def _machines(arrays: Arrays) -> list[tuple[Longs, Longs]]:
    """Resources and what they imply: (units in each slot, least unit-slots of each activity)."""
    found = []
    shortest = _least(arrays, arrays.duration)
    for known, column in zip(arrays.capacity, arrays.demand.T, strict=True):
        found.append((known.astype(np.int64), _least(arrays, column * arrays.duration)))
        units, demand = int(known.max()), _least(arrays, column)
        if units <= 0 or demand.max(initial=0) > units:
            continue
        for k in range(1, FUNCTIONS + 1):
            share, exact = np.divmod((k + 1) * demand, units)
            value = np.where(exact == 0, share * k, share * (k + 1))
            found.append((np.array([k * (k + 1)]), value * shortest))
    return found


def _work(windows: Windows, units: Longs, work: Longs) -> int:
    who = np.flatnonzero(work > 0)
    if not len(who):
        return 0
    by_head = who[np.argsort(windows.start[who], kind="stable")]
    by_tail = who[np.argsort(windows.after_finish[who], kind="stable")]
    supply = np.concatenate(([0], np.cumsum(units)))
    return int(bounds_kernel.work_bound(work, windows.start, windows.after_finish, by_head, by_tail, supply))


def _energy(arrays: Arrays, windows: Windows, best: int, upto: int | None) -> int:
    """Raise the bound while energetic reasoning refutes it, by steps that double and then halve."""
    duration, demand = arrays.duration.astype(np.int64), arrays.demand.astype(np.int64)
    units = arrays.capacity.max(axis=1).astype(np.int64)
    top = upto if upto is not None else best + max(best, 1)

    def refuted(limit: int) -> bool:
        return bool(
            bounds_kernel.is_overloaded(windows.start, windows.after_start, duration, demand, units, limit)
        )

    step = 1
    while best < top and refuted(min(best + step, top) - 1):
        best = min(best + step, top)
        step *= 2
    while step > 1:
        step //= 2
        if best + step <= top and refuted(best + step - 1):
            best += step
    return best
