"""The axis of the levelled plan: the days on which anybody works, eight slots each, and the dates that slots stand for."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.calendar import WorkingCalendar

SLOTS = 8
"""Slots of a working day, whatever its hours: an hour of a day of eight."""
YEARS = 4
_USUAL = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))

Days = npt.NDArray[np.bool_]


@dataclass(eq=False)
class PlanAxis:
    """Slot 0 begins on `first`. Days on which no calendar works are not on the axis. `mondays`: of each day the first of its week."""

    first: date
    ordinals: npt.NDArray[np.int64] = field(init=False)
    rows: Days = field(init=False)
    calendars: Sequence[WorkingCalendar] = ()
    mondays: list[date] = field(init=False)
    _days: list[int] = field(init=False)
    _hours: dict[tuple[int, int], tuple[tuple[int, int], ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        end = self.first + timedelta(days=366 * YEARS)
        open_ = np.array([c.working_days(self.first, end) for c in self.calendars], np.bool_).reshape(len(self.calendars), -1)
        some = open_.any(axis=0)
        if not some.any():
            open_, some = np.ones_like(open_), np.ones_like(some)
        self.rows = open_[:, some]
        self.ordinals = np.flatnonzero(some) + self.first.toordinal()
        self._days = self.ordinals.tolist()
        self.mondays = [date.fromordinal(day - (day - 1) % 7) for day in self._days]

    def take(self, ordinals: npt.NDArray[np.int64]) -> None:
        """The days of a plan as they were when it was made."""
        self.ordinals, self._days = ordinals, ordinals.tolist()
        self.mondays = [date.fromordinal(day - (day - 1) % 7) for day in self._days]

    def day(self, number: int) -> date:
        """The date of a day of the axis; beyond the years that it spells out, five working days make a week."""
        last = len(self._days) - 1
        if number <= last:
            return date.fromordinal(self._days[max(number, 0)])
        return date.fromordinal(self._days[last] + (number - last) * 7 // 5)

    def days(self, numbers: npt.NDArray[np.int64]) -> list[date]:
        """The dates of many days, each worked out once."""
        known, where = np.unique(numbers, return_inverse=True)
        told = [self.day(number) for number in known.tolist()]
        return [told[k] for k in where.tolist()]

    def slot_of(self, day: date) -> int:
        """The first slot on or after a day; 0 for what is past."""
        return bisect_left(self._days, day.toordinal()) * SLOTS

    def end_of(self, day: date) -> int:
        """The slot after the last one of a day: what is finished by then is in time. Never before 0."""
        return bisect_right(self._days, day.toordinal()) * SLOTS

    def slot_at(self, moment: datetime) -> int:
        """The slot in which a wall-clock moment lies, by the hours of an office day."""
        base, day = self.slot_of(moment.date()), moment.date()
        if base // SLOTS >= len(self.ordinals) or self.ordinals[base // SLOTS] != day.toordinal():
            return base
        return base + _slot_in(moment.hour * 60 + moment.minute)

    def starts_at(self, slot: int, calendar: int) -> datetime:
        day = self.day(slot // SLOTS)
        return _clock(day, slot % SLOTS, self._intervals(day, calendar), is_end=False)

    def ends_at(self, slot: int, calendar: int) -> datetime:
        """`slot` is the one after the last that is worked; for what has no duration it is where it stands."""
        if slot <= 0:
            return self.starts_at(0, calendar)
        day = self.day((slot - 1) // SLOTS)
        return _clock(day, (slot - 1) % SLOTS + 1, self._intervals(day, calendar), is_end=True)

    def _intervals(self, day: date, calendar: int) -> tuple[tuple[int, int], ...]:
        key = (day.toordinal(), calendar)
        if key not in self._hours:
            self._hours[key] = tuple(self.calendars[calendar].day(day)) or _USUAL
        return self._hours[key]


def _slot_in(minute: int) -> int:
    done = sum(max(0, min(minute, end) - start) for start, end in _USUAL)
    return min(done * SLOTS // 480, SLOTS - 1)


def _clock(day: date, part: int, hours: Iterable[tuple[int, int]], *, is_end: bool) -> datetime:
    """The moment at which so many of a day's slots are over: as an end the earlier of two, as a start the later."""
    hours = tuple(hours)
    left = sum(end - start for start, end in hours) * part // SLOTS
    for start, end in hours:
        length = end - start
        if left < length or (left == length and is_end):
            return datetime.combine(day, time()) + timedelta(minutes=start + left)
        left -= length
    return datetime.combine(day, time()) + timedelta(minutes=hours[-1][1])
