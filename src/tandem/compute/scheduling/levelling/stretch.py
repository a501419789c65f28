"""How long work takes on a calendar, for one mode and all starts at once (NumPy; no kernel, no compilation)."""

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.arrays import Arrays


def worked(arrays: Arrays, row: int, size: int) -> npt.NDArray[np.bool_]:
    """Whether each of `size` slots is worked in a calendar row (-1: all)."""
    if row < 0:
        return np.ones(size, np.bool_)
    known = arrays.working[row]
    rest = np.full(max(0, size - len(known)), known[-1])
    return np.concatenate([known[:size], rest])


def finishes_of(arrays: Arrays, row: int, slots: int, size: int) -> npt.NDArray[np.int64]:
    """Finish of work of `slots` worked slots from each start; `size` + 1 where it would not end before."""
    works = worked(arrays, row, size)
    at = np.flatnonzero(works)
    rank: npt.NDArray[np.int64] = np.cumsum(works).astype(np.int64) - works + (slots - 1)
    ends = np.full(size, size + 1, np.int64)
    inside = rank < len(at)
    ends[inside] = at[rank[inside]] + 1
    return ends
