"""How long work takes on a calendar, for many starts at once (NumPy; no kernel, no compilation)."""

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays

Longs = npt.NDArray[np.int64]


def worked(arrays: Arrays, row: int, size: int) -> npt.NDArray[np.bool_]:
    """Whether each of `size` slots is worked in a calendar row (-1: all)."""
    if row < 0:
        return np.ones(size, np.bool_)
    known = arrays.working[row]
    rest = np.full(max(0, size - len(known)), known[-1])
    return np.concatenate([known[:size], rest])


def stretched(arrays: Arrays, starts: Longs, slots: Longs, rows: Longs) -> tuple[Longs, npt.NDArray[np.bool_]]:
    """The slot after the last that each activity works, `slots` of them from its start on by its calendar row (-1: every slot),
    and whether it starts in one that it does not work; all of shape (n,). What would never end does so behind all that could."""
    finish, idle = starts + slots, np.zeros(len(starts), np.bool_)
    bound = np.flatnonzero((rows >= 0) & (slots > 0))
    if not len(bound):
        return finish, idle
    width, longest = arrays.working.shape[1], int(slots.max())
    size = max(int(starts.max()), width) + longest + 1
    order = bound[np.argsort(rows[bound], kind="stable")]
    for mine in np.split(order, np.flatnonzero(np.diff(rows[order])) + 1):
        works = arrays.working[rows[mine[0]]]
        goes_on = bool(works[-1])
        at = np.concatenate([np.flatnonzero(works), np.arange(width, size + longest) if goes_on else np.zeros(0, np.int64), [size]])
        first = np.searchsorted(at, starts[mine])
        finish[mine] = at[np.minimum(first + slots[mine], len(at)) - 1] + 1
        idle[mine] = at[first] != starts[mine]
    return finish, idle


def finishes_of(arrays: Arrays, row: int, slots: int, size: int) -> npt.NDArray[np.int64]:
    """Finish of work of `slots` worked slots from each start; `size` + 1 where it would not end before."""
    works = worked(arrays, row, size)
    at = np.flatnonzero(works)
    rank: npt.NDArray[np.int64] = np.cumsum(works).astype(np.int64) - works + (slots - 1)
    ends = np.full(size, size + 1, np.int64)
    inside = rank < len(at)
    ends[inside] = at[rank[inside]] + 1
    return ends
