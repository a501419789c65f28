"""A problem read from its end to its beginning: the same plans backwards, and often the easier proof."""

from dataclasses import replace

import numpy as np

from tandem.compute.scheduling.levelling.arrays import Arrays, Ints

_BACKWARDS = np.array([0, 2, 1, 3], np.int32)
"""Finish-to-start stays, start-to-start becomes finish-to-finish and the other way round."""


def can_be_mirrored(arrays: Arrays) -> bool:
    """Nothing in it depends on when it is: no dates, no calendars, nothing given, the same capacity always."""
    return bool(
        arrays.capacity.shape[1] == 1
        and (arrays.calendar == -1).all()
        and (arrays.fixed == -1).all()
        and (arrays.release == 0).all()
        and (arrays.due == -1).all()
        and (arrays.project_due == -1).all()
    )


def mirrored(arrays: Arrays) -> Arrays:
    """The same problem backwards."""
    return replace(arrays, tail=arrays.head, head=arrays.tail, kind=_BACKWARDS[arrays.kind])


def mirrored_starts(arrays: Arrays, starts: Ints, modes: Ints) -> Ints:
    """Starts (n) of the same plan read from its other end; its own inverse but for a shift."""
    finish = starts + arrays.duration[arrays.mode_ptr[:-1] + modes]
    backwards: Ints = (finish.max(initial=0) - finish).astype(np.int32)
    return backwards - backwards.min(initial=0) if len(backwards) else backwards
