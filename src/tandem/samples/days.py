"""Working days of a country (with China's moved ones) and moments within them."""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import holidays

# When an office works, in UTC, such that the day is the same in Rotterdam, Ningbo and Greenwich.
_OFFICE = {"NL": (7.0, 15.5), "CN": (1.0, 9.5)}


@lru_cache(maxsize=64)
def _public(country: str, year: int) -> tuple[frozenset[date], frozenset[date]]:
    table = holidays.country_holidays(country, years=[year])
    moved = getattr(table, "weekend_workdays", None) or ()
    return frozenset(table), frozenset(day for day in moved if day.year == year)


def is_working_day(day: date, country: str) -> bool:
    free, moved = _public(country, day.year)
    return day in moved or (day.weekday() < 5 and day not in free)


class Workdays:
    """The working days of a country in a span, numbered from 0."""

    def __init__(self, country: str, first: date, last: date) -> None:
        span = (last - first).days + 1
        self.days = [d for d in (first + timedelta(n) for n in range(span)) if is_working_day(d, country)]

    def number(self, day: date) -> int:
        """The number of `day`, or of the next working day."""
        return bisect_left(self.days, day)

    def after(self, day: date, count: float) -> date:
        """The day `count` working days after `day`; the last known day when the span ends before."""
        return self.days[min(len(self.days) - 1, self.number(day) + max(0, round(count)))]

    def between(self, first: date, last: date) -> int:
        return self.number(last) - self.number(first)


def moment(day: date, country: str, share: float) -> datetime:
    """A moment of the office day, `share` 0 to 1 of it gone, to the minute."""
    opens, closes = _OFFICE[country]
    minutes = int(60 * (opens + share * (closes - opens)))
    return datetime.combine(day, time(minutes // 60, minutes % 60), UTC)


def plan_moment(day: date, hour: int) -> datetime:
    """Plans think in the hours of the standard week."""
    return datetime.combine(day, time(hour), UTC)


def friday_after(day: date) -> date:
    return day + timedelta((4 - day.weekday()) % 7)
