"""What a team finished, working day by working day, and whether that is regular enough to forecast from."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.calendar import WorkingCalendar

NEEDED = 8
COMFORTABLE = 20
WEEK = 5
LONG_GAP = 10
BURST_SHARE = 0.3
TREND_RATIO = 1.6
Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class NotEnough:
    """Too little history to say anything: `found` finished items (or cases), `needed` at least."""

    found: int
    needed: int = NEEDED


@dataclass(frozen=True, slots=True)
class Irregularity:
    """Why a forecast deserves less trust.

    `code` and what `value` is: few_finished (items found), gap (longest run of working days without a
    finished item), burst (largest share of all items that one day holds), trend (rate of the later half over
    that of the earlier), beyond_horizon (share of trials that did not end within `throughput.FURTHEST`
    days).
    """

    code: str
    value: float


@dataclass(frozen=True, slots=True)
class Basis:
    """The data a forecast rests on; weeks are blocks of five working days, counted from the end. The mean is
    five times that of all days; see `History.weeks` for the mean between low and high."""

    first: date
    last: date
    working_days: int
    items: int
    per_week_low: float
    per_week_mean: float
    per_week_high: float


@dataclass(frozen=True, slots=True)
class History:
    """Finished (and arrived) items per working day, oldest first; `days`, `finished`, `arrived` are of one
    length.
    """

    days: tuple[date, ...]
    finished: tuple[int, ...]
    arrived: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if len(self.days) != len(self.finished) or len(self.arrived) not in (0, len(self.days)):
            raise Uncomputable(
                "history_lengths", value=(len(self.days), len(self.finished), len(self.arrived))
            )
        if any(count < 0 for count in (*self.finished, *self.arrived)):
            raise Uncomputable("history_negative", value=min((*self.finished, *self.arrived)))

    @property
    def items(self) -> int:
        return sum(self.finished)

    @property
    def per_day(self) -> float:
        """Mean throughput; 0 without days."""
        return self.items / len(self.days) if self.days else 0.0

    def part(self, first: int, last: int) -> "History":
        """Days number `first` up to, not including, `last`."""
        return History(self.days[first:last], self.finished[first:last], self.arrived[first:last])

    def recent(self, working_days: int) -> "History":
        """The last so many working days, or all there are."""
        return self.part(max(0, len(self.days) - working_days), len(self.days))

    @property
    def weeks(self) -> Counts:
        """Finished items of each whole block of five working days, counted from the end; oldest first."""
        counts = np.array(self.finished, dtype=np.int64)
        whole = len(counts) // WEEK
        return np.asarray(counts[len(counts) - whole * WEEK :].reshape(whole, WEEK).sum(axis=1), np.int64)

    def basis(self) -> Basis:
        weeks, mean = self.weeks, self.per_day * WEEK
        low, high = (float(weeks.min()), float(weeks.max())) if len(weeks) else (mean, mean)
        return Basis(self.days[0], self.days[-1], len(self.days), self.items, low, mean, high)

    def irregularities(self) -> tuple[Irregularity, ...]:
        """Codes worth a warning, see `Irregularity`."""
        counts = np.array(self.finished, dtype=np.int64)
        found = []
        if self.items < COMFORTABLE:
            found.append(Irregularity("few_finished", self.items))
        gap = _longest_gap(counts)
        # Slow teams have long gaps by nature: only a gap far beyond the usual distance is one.
        if self.items and gap >= max(LONG_GAP, 5 * len(counts) / self.items):
            found.append(Irregularity("gap", gap))
        if self.items and counts.max() >= 3 and counts.max() / self.items >= BURST_SHARE:
            found.append(Irregularity("burst", float(counts.max() / self.items)))
        trend = _trend(counts)
        if trend is not None:
            found.append(Irregularity("trend", trend))
        return tuple(found)


def history_of(
    finished: Iterable[date],
    calendar: WorkingCalendar,
    first: date,
    last: date,
    arrived: Iterable[date] | None = None,
) -> History:
    """Count items per working day from `first` to `last`, both included.

    What is finished on a free day counts for the next working day (after the last one: for the last).
    """
    if last < first:
        return History((), ())
    open_days = np.flatnonzero(calendar.working_days(first, last))
    days = tuple(first + timedelta(days=int(offset)) for offset in open_days)

    def counted(dates: Iterable[date]) -> tuple[int, ...]:
        totals: Counter[int] = Counter()
        for day in dates:
            if first <= day <= last and days:
                place = int(np.searchsorted(open_days, (day - first).days))
                totals[min(place, len(days) - 1)] += 1
        return tuple(totals[place] for place in range(len(days)))

    return History(days, counted(finished), counted(arrived) if arrived is not None else ())


def _longest_gap(counts: Counts) -> int:
    marks = np.flatnonzero(np.concatenate(([1], counts, [1])))
    return int(np.diff(marks).max() - 1)


def _trend(counts: Counts) -> float | None:
    """Later rate over earlier rate when the halves differ by more than chance (two Poisson rates, |z| >
    2).
    """
    half = len(counts) // 2
    earlier, later = int(counts[:half].sum()), int(counts[len(counts) - half :].sum())
    if half < WEEK or earlier + later == 0:
        return None
    ratio = (later + 0.5) / (earlier + 0.5)
    z = abs(later - earlier) / sqrt(earlier + later)
    return ratio if z > 2 and not 1 / TREND_RATIO < ratio < TREND_RATIO else None
