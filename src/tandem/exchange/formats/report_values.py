"""Values of a portfolio's table: money with its signs, ratings in their spellings, dates; what is no value stays as text."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from tandem.exchange.formats.moments import parse_moment
from tandem.exchange.formats.source import DateOrder

_RATINGS = {
    "green": 5, "amber/green": 4, "green/amber": 4, "amber": 3, "amber/red": 2, "red/amber": 2, "red": 1,
    "5": 5, "4": 4, "3": 3, "2": 2, "1": 1,
}  # fmt: skip
_SAID = {
    "green": "on", "on track": "on", "on": "on", "amber": "risk", "yellow": "risk", "at risk": "risk", "risk": "risk",
    "red": "off", "off track": "off", "off": "off", "正常": "on", "有风险": "risk", "已偏离": "off",
}  # fmt: skip
_SIGNS = str.maketrans("", "", "£$€¥, \u00a0'")
_MOST = Decimal(10) ** 13
_YEARS = range(1900, 2200)


def money(text: str, scale: int) -> Decimal | None:
    """`£12,131.50`, `-1915400`, `(3.2)`; None when it is no amount."""
    raw = text.strip()
    is_negative = raw.startswith("(") and raw.endswith(")")
    raw = raw.strip("()").replace("−", "-").translate(_SIGNS)
    try:
        found = Decimal(raw)
    except InvalidOperation:
        return None
    if not found.is_finite() or abs(found * scale) >= _MOST:
        return None
    return round((-found if is_negative else found) * scale, 4)


def days(text: str) -> int | None:
    found = money(text, 1)
    return int(found) if found is not None and found == found.to_integral_value() and abs(found) < 100_000 else None


def rating(text: str) -> int | None:
    return _RATINGS.get(text.strip().casefold().replace("-", "/").replace(" ", "").removesuffix(".0"))


def said(text: str) -> str | None:
    return _SAID.get(text.strip().casefold())


def day(cell: Any, text: str, order: DateOrder | None) -> date | None:
    found = cell if isinstance(cell, date) else parse_moment(text, order)
    if isinstance(found, datetime):
        found = found.date()
    return found if found is not None and found.year in _YEARS else None


def year_end(text: str) -> date | None:
    """A year alone stands for its last day."""
    plain = text.strip().removesuffix(".0")
    return date(int(plain), 12, 31) if plain.isdecimal() and len(plain) == 4 and int(plain) in _YEARS else None
