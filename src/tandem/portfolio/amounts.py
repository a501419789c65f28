"""Amounts by quarter as people type and paste them, and as they are shown. Plain functions."""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

from tandem.kit.errors import Refused
from tandem.kit.text import has_controls
from tandem.portfolio.business_case import MOST, QUARTERS

ROLES, ROLE_NAME = 20, 60
_TIMES = {"k": 1_000, "m": 1_000_000, "万": 10_000, "亿": 100_000_000}
_BETWEEN = re.compile(r"[\s;,、，；]+")


def read(text: str, field: str) -> list[int]:
    """`120k 80k, 40000`: numbers with blanks, tabs, commas or semicolons between them; k, m, 万 and 亿 multiply."""
    return [_number(word, field) for word in _BETWEEN.split(text.strip()) if word]


def read_rows(text: str, field: str) -> dict[str, list[int]]:
    """A role in each line, a colon or a tab, then its amounts."""
    rows: dict[str, list[int]] = {}
    for line in filter(str.strip, text.splitlines()):
        name, mark, rest = line.partition("\t") if "\t" in line and ":" not in line else line.replace("：", ":", 1).partition(":")
        if not mark or not name.strip():
            raise Refused("amounts_unreadable", field=field, text=line.strip()[:60])
        rows[name.strip()] = read(rest, field)
    return rows


def checked(values: Any, field: str, *, is_kept: bool = False) -> list[int]:
    """Whole amounts, none below nothing, at most ten years of them; empty quarters at the end are left out unless `is_kept`."""
    if not isinstance(values, list | tuple) or len(values) > QUARTERS:
        raise Refused("amounts_too_many", field=field, most=QUARTERS)
    found = [_whole(one, field) for one in values]
    while found and not found[-1] and not is_kept:
        found.pop()
    return found


def checked_rows(rows: Any, field: str, *, is_kept: bool = False) -> dict[str, list[int]]:
    if not isinstance(rows, dict) or len(rows) > ROLES:
        raise Refused("roles_too_many", field=field, most=ROLES)
    for name in rows:
        if not isinstance(name, str) or not name.strip() or len(name) > ROLE_NAME or has_controls(name):
            raise Refused("role_name", field=field, most=ROLE_NAME)
    found = {name.strip(): checked(row, field, is_kept=is_kept) for name, row in rows.items()}
    return {name: row for name, row in found.items() if row}


def role_key(name: str) -> str:
    """“Developer” and “developer” are one role."""
    return " ".join(name.split()).casefold()


def line(values: list[int]) -> str:
    return " ".join(str(n) for n in values)


def lines(rows: dict[str, list[int]]) -> str:
    return "\n".join(f"{name}: {line(row)}" for name, row in rows.items())


def _number(word: str, field: str) -> int:
    times = _TIMES.get(word[-1].lower(), 1)
    try:
        value = Decimal(word[:-1] if times > 1 else word) * times
    except InvalidOperation:
        raise Refused("amounts_unreadable", field=field, text=word[:60]) from None
    if not value.is_finite() or abs(value) > MOST:
        raise Refused("amounts_unreadable", field=field, text=word[:60])
    return round(value)


def _whole(one: Any, field: str) -> int:
    if isinstance(one, bool) or not isinstance(one, int) or not 0 <= one <= MOST:
        raise Refused("amounts_unreadable", field=field, text=str(one)[:60])
    return one
