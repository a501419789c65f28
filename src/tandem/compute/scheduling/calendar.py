"""Working time: which minutes of which days somebody works, as people define it."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.axis import Axis

Interval = tuple[int, int]
"""Minutes since midnight, start included, end excluded: (480, 720) is 8:00 to 12:00; 24:00 is 1440."""
Day = tuple[Interval, ...]

WHOLE_DAY: Day = ((0, 1440),)
OFFICE_DAY: Day = ((480, 720), (780, 1020))
OFFICE_WEEK: tuple[Day | None, ...] = (OFFICE_DAY,) * 5 + ((),) * 2
INHERITED_WEEK: tuple[Day | None, ...] = (None,) * 7


@dataclass(frozen=True, slots=True)
class CalendarException:
    """Days that differ from the week: no intervals is a holiday, intervals a working day."""

    first: date
    last: date
    intervals: Day = ()


@dataclass(frozen=True, slots=True)
class SeasonalWeek:
    """Another week between two dates (MS Project: work week). None leaves a day as usual."""

    first: date
    last: date
    week: tuple[Day | None, ...]


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Working time of a project, a person or a team.

    `week` has seven days, Monday first; a day that is None comes from `base` (and is free when there is no
    base). What decides about a day, strongest first: own exceptions, exceptions of the base, own seasonal
    week, own week, the same of the base.
    """

    id: str
    week: tuple[Day | None, ...] = OFFICE_WEEK
    exceptions: tuple[CalendarException, ...] = ()
    seasons: tuple[SeasonalWeek, ...] = ()
    base: "WorkingCalendar | None" = None

    def __post_init__(self) -> None:
        for week in (self.week, *(season.week for season in self.seasons)):
            if len(week) != 7:
                raise Uncomputable("calendar_week_days", calendar=self.id, value=len(week))
            for day in week:
                _check_day(self.id, day or ())
        periods = [(e.first, e.last) for e in self.exceptions] + [(s.first, s.last) for s in self.seasons]
        for first, last in periods:
            if last < first:
                raise Uncomputable("calendar_dates_reversed", calendar=self.id, value=(first, last))
        for exception in self.exceptions:
            _check_day(self.id, exception.intervals)

    def day(self, on: date) -> Day:
        """Working intervals of one day, in minutes since midnight."""
        kinds, table = self._kinds(on, on)
        return table[int(kinds[0])]

    def is_working_day(self, on: date) -> bool:
        return bool(self.day(on))

    def working_days(self, first: date, last: date) -> npt.NDArray[np.bool_]:
        """One truth value per day from `first` to `last`, both included."""
        kinds, table = self._kinds(first, last)
        works = np.array([bool(day) for day in table], dtype=np.bool_)
        return np.asarray(works[kinds], dtype=np.bool_)

    def minutes_by_day(self, first: date, last: date) -> npt.NDArray[np.int64]:
        """Working minutes of each day from `first` to `last`, both included."""
        kinds, table = self._kinds(first, last)
        sizes = np.array([sum(end - start for start, end in day) for day in table], dtype=np.int64)
        return np.asarray(sizes[kinds], dtype=np.int64)

    def minutes_within(self, first: date, last: date, spans: Day) -> npt.NDArray[np.int64]:
        """Of these the ones that lie in the given hours of the day."""
        kinds, table = self._kinds(first, last)
        sizes = [sum(max(0, min(end, until) - max(start, since)) for start, end in day for since, until in spans) for day in table]
        return np.asarray(np.array(sizes, dtype=np.int64)[kinds], dtype=np.int64)

    def count_working_days(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included; 0 when `last` lies before `first`."""
        return int(self.working_days(first, last).sum()) if last >= first else 0

    def axis(self, first: date, last: date) -> Axis:
        """Compile the days from `first` to `last` (both included) into arrays that convert in O(log n)."""
        kinds, table = self._kinds(first, last)
        sizes = np.array([len(day) for day in table], dtype=np.int64)
        offsets = np.concatenate(([0], np.cumsum(sizes)))[:-1]
        flat = np.array([interval for day in table for interval in day], dtype=np.int64).reshape(-1, 2)
        counts = sizes[kinds]
        midnight = np.repeat(_seconds(first) + 86400 * np.arange(len(kinds), dtype=np.int64), counts)
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        rows = np.repeat(offsets[kinds], counts) + within
        return Axis.of(midnight + 60 * flat[rows, 0], midnight + 60 * flat[rows, 1])

    def lineage(self) -> "tuple[WorkingCalendar, ...]":
        """The calendar's bases, the most general first, and the calendar itself last."""
        chain: list[WorkingCalendar] = [self]
        while (above := chain[-1].base) is not None:
            if len(chain) > 20:
                raise Uncomputable("calendar_bases_too_deep", calendar=self.id, value=len(chain))
            chain.append(above)
        return tuple(reversed(chain))

    def _kinds(self, first: date, last: date) -> tuple[npt.NDArray[np.int64], list[Day]]:
        """For every day the index of its pattern, and the patterns."""
        table: dict[Day, int] = {(): 0}
        total = (last - first).days + 1
        kinds = np.zeros(total, dtype=np.int64)
        weekday = (first.weekday() + np.arange(total)) % 7
        chain = self.lineage()

        def paint(days: npt.NDArray[np.bool_] | slice, intervals: Day) -> None:
            kinds[days] = table.setdefault(intervals, len(table))

        for calendar in chain:
            for number, day in enumerate(calendar.week):
                if day is not None:
                    paint(weekday == number, day)
            for season in calendar.seasons:
                inside = np.zeros(total, dtype=np.bool_)
                inside[_window(season.first, season.last, first, total)] = True
                for number, day in enumerate(season.week):
                    if day is not None:
                        paint(inside & (weekday == number), day)
        for calendar in chain:
            for exception in calendar.exceptions:
                paint(_window(exception.first, exception.last, first, total), exception.intervals)
        return kinds, list(table)


def _window(first: date, last: date, origin: date, total: int) -> slice:
    return slice(max(0, min(total, (first - origin).days)), max(0, min(total, (last - origin).days + 1)))


def _seconds(day: date) -> int:
    return (day - date(1970, 1, 1)).days * 86400


def _check_day(calendar: str, day: Day) -> None:
    previous = 0
    for start, end in day:
        if not previous <= start < end <= 1440:
            raise Uncomputable("calendar_intervals", calendar=calendar, value=day)
        previous = end


ELAPSED = WorkingCalendar("elapsed", week=(WHOLE_DAY,) * 7)
"""Around the clock: what MS Project calls elapsed time."""
