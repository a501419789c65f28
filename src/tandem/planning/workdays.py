"""Days of a forecast to dates and back, on one working calendar, without walking the calendar again and again."""

from datetime import date, timedelta
from functools import lru_cache

import numpy as np

from tandem.compute.forecasting.throughput import FURTHEST
from tandem.compute.scheduling.calendar import WorkingCalendar

_SPAN = timedelta(days=int(FURTHEST * 1.6))


class Workdays:
    """Number 0 is `base` itself, number n the n-th working day after it."""

    def __init__(self, calendar: WorkingCalendar, base: date) -> None:
        self.calendar, self.base = calendar, base
        is_open = calendar.working_days(base + timedelta(days=1), base + _SPAN)
        self._offsets = np.flatnonzero(is_open) + 1

    def at(self, number: int) -> date:
        """The date of a working day; what lies beyond the furthest forecast is given as that."""
        if number <= 0 or not len(self._offsets):
            return self.base
        return self.base + timedelta(days=int(self._offsets[min(number, len(self._offsets)) - 1]))

    def until(self, day: date) -> int:
        """Working days after the base up to `day`, included; 0 for the base and before it."""
        return int(np.searchsorted(self._offsets, (day - self.base).days, side="right"))

    def between(self, first: date, last: date) -> int:
        """Working days after `first` up to `last`."""
        return max(0, self.until(last) - self.until(first))


@lru_cache(maxsize=512)
def _cached(calendar: WorkingCalendar, base: date) -> Workdays:
    return Workdays(calendar, base)


def after(calendar: WorkingCalendar, base: date) -> Workdays:
    return _cached(calendar, base)
