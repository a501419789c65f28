"""Dates in a filter: days, months, quarters, years, named periods, spans from today, ranges, comparisons."""

import re
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Q

from tandem.kit import clock
from tandem.kit.dates import months_on
from tandem.reports.queries.filter_words import PERIODS, UNITS

# field → (column, whether it holds a moment, whether a span without a sign looks back)
DATES = {
    "due": ("due_on", False, False), "start": ("planned_start", True, False), "finish": ("planned_finish", True, False),
    "started": ("actual_start", True, True), "finished": ("actual_finish", True, True), "created": ("created_at", True, True),
    "updated": ("updated_at", True, True),
}  # fmt: skip
_SPAN = re.compile(r"([+-]?)(\d{1,3})([dwm天周月])")
_COMPARED = re.compile(r"(<=|>=|<|>)?(.+)", re.DOTALL)
_WIDE = str.maketrans("＜＞＝－", "<>=-")
_YEARS = range(1900, 2200)
Period = tuple[date, date]


def dated(field: str, value: str) -> Q | None:
    """`<2w`, `>-3d`, `>=2027-01-31`, `2027-01..2027-03`, `this-week`; None when it cannot be read."""
    return _asked(*DATES[field], value)


def _asked(column: str, is_moment: bool, looks_back: bool, value: str) -> Q | None:
    low = value.translate(_WIDE).casefold()
    if ".." in low:
        first, last = (part.strip() for part in low.split("..", 1))
        periods = [period(part) if part else None for part in (first, last)]
        if any(part and not found for part, found in zip((first, last), periods, strict=True)) or not (
            first or last
        ):
            return None
        begin, end = periods
        return _between(column, is_moment, begin[0] if begin else None, end[1] if end else None)
    match = _COMPARED.fullmatch(low)
    side, text = (match[1] or "", match[2].strip()) if match else ("", "")
    span = _SPAN.fullmatch(text)
    if span:
        return _spanned(column, is_moment, looks_back, side or "<", span)
    found = period(text)
    if found is None:
        return None
    begin, end = {
        "": (found[0], found[1]), "<": (None, found[0] - _DAY), "<=": (None, found[1]), ">": (found[1] + _DAY, None), ">=": (found[0], None),
    }[side]  # fmt: skip
    return _between(column, is_moment, begin, end)


_DAY = timedelta(days=1)


def days_of(value: str) -> tuple[date | None, date | None] | None:
    """The first and last day that a value asks for, of a date that is neither behind nor ahead by itself: `<2w` is until
    then. None when it cannot be read."""
    bounds: dict[str, date] = {}
    asked = _asked("day", False, False, value)
    if asked is None:
        return None
    for name, day in asked.children:  # type: ignore[misc]
        bounds[name.rpartition("__")[2]] = day
    last = bounds.get("lt")
    return bounds.get("gte"), last - _DAY if last else None


def _spanned(column: str, is_moment: bool, looks_back: bool, side: str, span: re.Match[str]) -> Q:
    """`due:<2w` within two weeks; `updated:<2w` within the last two; a sign says the day itself: `updated:>-3d`."""
    days = int(span[2]) * UNITS[span[3]]
    is_less = side.startswith("<")
    if looks_back and not span[1]:
        day = clock.today() - timedelta(days=days)
        return (
            _between(column, is_moment, day, None)
            if is_less
            else _between(column, is_moment, None, day - _DAY)
        )
    day = clock.today() + timedelta(days=-days if span[1] == "-" else days)
    if looks_back:  # three days ago lies within the last three days
        return (
            _between(column, is_moment, None, day - _DAY)
            if is_less
            else _between(column, is_moment, day, None)
        )
    return (
        _between(column, is_moment, None, day)
        if is_less
        else _between(column, is_moment, day + _DAY * (side == ">"), None)
    )


def _between(column: str, is_moment: bool, first: date | None, last: date | None) -> Q:
    """Both days belong to it. Moments are compared as moments, so that an index serves."""
    found = Q()
    if first:
        found &= Q(**{f"{column}__gte": _midnight(first) if is_moment else first})
    if last:
        found &= Q(**{f"{column}__lt": _midnight(last + _DAY) if is_moment else last + _DAY})
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)


def period(text: str) -> Period | None:
    """First and last day of what is written: `2027-02-12`, `2027-02`, `2027-q1`, `2027`, `next-week`, `-3d`."""
    if text in PERIODS:
        return _named(*PERIODS[text])
    span = _SPAN.fullmatch(text)
    if span:
        day = clock.today() + timedelta(days=int(span[2]) * UNITS[span[3]] * (-1 if span[1] == "-" else 1))
        return day, day
    match = re.fullmatch(r"(\d{4})(?:-q([1-4])|-(\d{1,2})(?:-(\d{1,2}))?)?", text, re.ASCII)
    if match is None or int(match[1]) not in _YEARS:
        return None
    year = int(match[1])
    if match[2]:
        return _months(date(year, int(match[2]) * 3 - 2, 1), 3)
    if match[3] is None:
        return _months(date(year, 1, 1), 12)
    try:
        if match[4] is None:
            return _months(date(year, int(match[3]), 1), 1)
        day = date(year, int(match[3]), int(match[4]))
    except ValueError:
        return None
    return day, day


def _named(unit: str, count: int) -> Period:
    today = clock.today()
    if unit == "day":
        day = today + timedelta(days=count)
        return day, day
    if unit == "week":
        monday = today - timedelta(days=today.weekday()) + timedelta(weeks=count)
        return monday, monday + timedelta(days=6)
    return _months(months_on(today, count), 1)


def _months(first: date, count: int) -> Period:
    return first, months_on(first, count) - _DAY
