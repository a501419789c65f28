"""A calendar as an integer axis of working seconds: arrays in, answers in O(log n).

An instant is seconds since 1970-01-01 in the wall clock of the plan (no zone: a plan says nine o'clock, not
an offset). A position is the number of working seconds since the axis begins. The end of one interval and
the start of the next are the same position but two instants: 17:00 and 8:00 the next morning. Therefore a
position becomes an instant either *as a finish* (the earlier one) or *as a start* (the later one).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable

Ints = npt.NDArray[np.int64]
EPOCH = datetime(1970, 1, 1)


def instant(moment: datetime) -> int:
    """Seconds on the wall clock of the plan. A moment with a zone has no place here: convert it first."""
    if moment.tzinfo is not None:
        raise Uncomputable("moment_with_zone", value=moment)
    gap = moment - EPOCH
    return gap.days * 86400 + gap.seconds


def moment_of(seconds: int) -> datetime:
    """The inverse of `instant`."""
    return EPOCH + timedelta(seconds=int(seconds))


@dataclass(frozen=True, eq=False, slots=True)
class Axis:
    """Working intervals: `starts`, `ends` (instants), `before` (working seconds before each), all int64."""

    starts: Ints
    ends: Ints
    before: Ints

    @classmethod
    def of(cls, starts: Ints, ends: Ints) -> "Axis":
        """Build from sorted intervals; those that touch (midnight) become one."""
        if len(starts) > 1:
            apart = starts[1:] != ends[:-1]
            starts = starts[np.concatenate(([True], apart))]
            ends = ends[np.concatenate((apart, [True]))]
        lengths = ends - starts
        return cls(starts, ends, np.cumsum(lengths) - lengths)

    @property
    def total(self) -> int:
        """Working seconds on the whole axis."""
        return int(self.before[-1] + self.ends[-1] - self.starts[-1]) if len(self.starts) else 0

    def meet(self, other: "Axis") -> "Axis":
        """Time that is working on both axes: a person's calendar within the calendar of the task."""
        first = np.searchsorted(other.ends, self.starts, side="right")
        last = np.searchsorted(other.starts, self.ends, side="left")
        counts = np.maximum(last - first, 0)
        rows = np.repeat(np.arange(len(self.starts)), counts)
        cols = (
            np.arange(int(counts.sum()))
            - np.repeat(np.cumsum(counts) - counts, counts)
            + np.repeat(first, counts)
        )
        return Axis.of(
            np.maximum(self.starts[rows], other.starts[cols]), np.minimum(self.ends[rows], other.ends[cols])
        )

    def position(self, at: datetime) -> int:
        """Working seconds between the beginning of the axis and a moment."""
        t = instant(at)
        k = int(np.searchsorted(self.starts, t, side="right")) - 1
        return 0 if k < 0 else int(self.before[k] + min(t, int(self.ends[k])) - self.starts[k])

    def positions(self, at: Ints) -> Ints:
        """The same of many instants (n) at once."""
        if not len(self.starts):
            return np.zeros(len(at), np.int64)
        k = np.searchsorted(self.starts, at, side="right") - 1
        inside = np.maximum(k, 0)
        return np.asarray(np.where(k < 0, 0, self.before[inside] + np.minimum(at, self.ends[inside]) - self.starts[inside]), np.int64)

    def as_finish(self, position: int) -> datetime:
        """The earliest moment at which so much has been worked."""
        if not 0 <= position <= self.total or not len(self.starts):
            raise Uncomputable("outside_horizon", value=position)
        k = max(int(np.searchsorted(self.before, position, side="left")) - 1, 0)
        return moment_of(int(self.starts[k] + position - self.before[k]))

    def as_start(self, position: int) -> datetime:
        """The latest moment at which no more than this has been worked: work begins there."""
        if not 0 <= position < self.total:
            raise Uncomputable("outside_horizon", value=position)
        k = int(np.searchsorted(self.before, position, side="right")) - 1
        return moment_of(int(self.starts[k] + position - self.before[k]))

    def add(self, at: datetime, minutes: float) -> datetime:
        """The moment when `minutes` of working time after `at` have passed, as a finish; negative goes
        back.
        """
        return self.as_finish(self.position(at) + round(minutes * 60))

    def next_working(self, at: datetime) -> datetime:
        """`at` when work can go on there, else the next moment when it can."""
        return self.as_start(self.position(at))

    def between(self, first: datetime, second: datetime) -> float:
        """Working minutes from one moment to another; negative when the second is earlier."""
        return (self.position(second) - self.position(first)) / 60


def elapsed(at: datetime, minutes: float) -> datetime:
    """Around-the-clock arithmetic: `minutes` after `at`, day and night."""
    return at + timedelta(minutes=minutes)
