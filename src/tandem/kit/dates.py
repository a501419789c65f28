"""Reading dates and lengths of time that people type; months and quarters of the calendar; days as they stand in prose."""

import re
import unicodedata
from datetime import date, timedelta
from typing import Any, NamedTuple

from tandem.kit import clock

DAY_MINUTES = 480
"A working day, as estimates count it."
_NUMBER = r"(\d{1,6}(?:\.\d{1,2})?)\s*"
_TIME = re.compile(
    rf"(?:{_NUMBER}(?:w|weeks?|周)\s*)?(?:{_NUMBER}(?:d|days?|天)\s*)?(?:{_NUMBER}(?:h|hrs?|hours?|个?小时|时)\s*)?"
    rf"(?:{_NUMBER}(m|mins?|minutes?|分钟?)?)?"
)
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)")


def parse_day(text: str) -> date:
    """`2027-02-12`; raises ValueError with what was read."""
    return date.fromisoformat(text.strip())


def parse_minutes(text: str) -> int:
    """`1h 30m`, `1.5h`, `90m`, `1:30`, `2d` (working days), `1小时30分` as minutes; a number alone says nothing. Raises
    ValueError with what was read."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold().replace(",", ".")
    if clock := _CLOCK.fullmatch(plain):
        return int(clock[1]) * 60 + int(clock[2])
    match = _TIME.fullmatch(plain)
    if match is None or not plain or (match[4] and not match[5] and not match[3]):
        raise ValueError(text)
    weeks, days, hours, minutes = (float(match[n] or 0) for n in range(1, 5))
    return round((weeks * 5 + days) * DAY_MINUTES + hours * 60 + minutes)


def months_on(day: date, months: int) -> date:
    """The first of the month so many months after (or before) the one of `day`."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def quarter_start(day: date) -> date:
    return unit_start(day, "quarter")


UNITS = ("day", "week", "month", "quarter", "half", "year")
"How exactly a date is known or told, the finest first; weeks begin on Monday."
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


class Span(NamedTuple):
    """From the first to the last day, known to the unit and no finer."""

    first: date
    last: date
    unit: str

    def told(self, unit: str) -> "Span":
        """Rounded outward to the coarser of its own unit and `unit`: never finer than it is known."""
        coarser = max(self.unit, unit, key=UNITS.index)
        return Span(unit_start(self.first, coarser), unit_end(self.last, coarser), coarser)


def unit_start(day: date, unit: str) -> date:
    if unit == "day":
        return day
    if unit == "week":
        return day - timedelta(days=day.weekday())
    return months_on(day, -((day.month - 1) % _MONTHS[unit]))


def unit_end(day: date, unit: str) -> date:
    if unit == "day":
        return day
    if unit == "week":
        return day + timedelta(days=6 - day.weekday())
    try:
        return months_on(unit_start(day, unit), _MONTHS[unit]) - timedelta(days=1)
    except ValueError:  # the last unit of all
        return date.max


def units_between(first: date, last: date, unit: str) -> int:
    """How many units the second day's lies behind the first one's."""
    if unit in ("day", "week"):
        return (unit_start(last, unit) - unit_start(first, unit)).days // (7 if unit == "week" else 1)
    size = _MONTHS[unit]
    return (last.year * 12 + last.month - 1) // size - (first.year * 12 + first.month - 1) // size


_A_YEAR_AWAY = 330  # days


def short_day(value: Any) -> str:
    """`12 Feb` / `2月12日`, for prose and lanes; with the year where nobody would guess it."""
    if not value:
        return ""
    is_far = abs((date(value.year, value.month, value.day) - clock.today()).days) > _A_YEAR_AWAY
    if not is_far:
        return day_and_month(value)
    return f"{value.year}年{day_and_month(value)}" if is_chinese() else f"{day_and_month(value)} {value.year}"


def day_and_month(value: date) -> str:
    """`12 Feb` / `2月12日`."""
    return f"{value.month}月{value.day}日" if is_chinese() else f"{value.day} {value.strftime('%b')}"


def is_chinese() -> bool:
    from django.utils import translation  # the terminal reads dates too, and does not wait for Django

    return translation.get_language() == "zh-hans"
