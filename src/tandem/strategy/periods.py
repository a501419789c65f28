"""Quarters, half-years and years, from the month in which the organisation's year begins. Plain functions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = {"Y": 12, "H": 6, "Q": 3}
_KEY = re.compile(r"(\d{4})(?:-([HQ])([1-4]))?")


@dataclass(frozen=True, order=True)
class Period:
    """`2027`, `2027-H1`, `2027-Q3`: a year is named after the calendar year in which it ends."""

    starts_on: date
    ends_on: date
    key: str

    @property
    def name(self) -> str:
        """`Q3 2027`: the same in every language."""
        year, _dash, part = self.key.partition("-")
        return f"{part} {year}" if part else year

    @property
    def is_year(self) -> bool:
        return "-" not in self.key

    def overlaps(self, first: date, last: date) -> bool:
        return first <= self.ends_on and last >= self.starts_on


def period(key: str, first_month: int = 1) -> Period | None:
    """The period of a key; None where it is none."""
    found = _KEY.fullmatch(key)
    if not found:
        return None
    year, kind, number = int(found[1]), found[2] or "Y", int(found[3] or 1)
    if not 1901 <= year <= 2198 or number > 12 // _MONTHS[kind]:
        return None
    begin = year * 12 + first_month - 1 - (12 if first_month > 1 else 0) + (number - 1) * _MONTHS[kind]
    first, after = (date(n // 12, n % 12 + 1, 1) for n in (begin, begin + _MONTHS[kind]))
    return Period(first, after - timedelta(days=1), key)


def within(first: date, last: date, first_month: int = 1) -> Iterator[Period]:
    """Every year, half-year and quarter that touches these days, in time, the longer ones first."""
    for year in range(first.year, last.year + 2):
        for key in (f"{year}", f"{year}-H1", f"{year}-H2", *(f"{year}-Q{n}" for n in range(1, 5))):
            one = period(key, first_month)
            if one and one.overlaps(first, last):
                yield one


def following(last: date, days: int, first_month: int = 1) -> tuple[date, date]:
    """The period after one that ends on `last` and took `days`: the year, half-year or quarter that begins then and is
    nearest in length; where none begins then, as many days."""
    begin = last + timedelta(days=1)
    found = [p for p in within(begin, begin, first_month) if p.starts_on == begin]
    near = [p for p in found if abs((p.ends_on - p.starts_on).days + 1 - days) <= 15]
    return (near[0].starts_on, near[0].ends_on) if near else (begin, last + timedelta(days=days))
