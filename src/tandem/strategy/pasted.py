"""Measurements as people paste them: a day and a value in each line, with a note if they like. A plain function."""

import csv
import io
from datetime import date
from decimal import Decimal, InvalidOperation

from tandem.kit.errors import Refused
from tandem.kit.text import has_controls
from tandem.strategy.actions.measurements import MOST_AT_ONCE, Taken

_LARGEST = Decimal(10) ** 14
_NAMED = 5


def read(text: str) -> list[Taken]:
    """Between day, value and note a tab, a semicolon or a comma, as in the first line. A first line without a day is a
    head. A line that cannot be read refuses them all."""
    lines = [line for line in text.lstrip("\ufeff").splitlines() if line.strip()]
    if len(lines) > MOST_AT_ONCE + 1:
        raise Refused("measurements_too_many", most=MOST_AT_ONCE, field="lines")
    between = next((mark for mark in "\t;," if lines and mark in lines[0]), ",")
    found, bad = [], []
    for number, cells in enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=between), 1):
        row = _row([cell.strip() for cell in cells], is_decimal_comma=between != ",")
        if row:
            found.append(row)
        elif number > 1:
            bad.append(number)
    if bad or not found:
        named = ", ".join(map(str, bad[:_NAMED])) + (" …" if len(bad) > _NAMED else "")
        raise Refused("measurements_unreadable", lines=named or "1", field="lines")
    return found


def _row(cells: list[str], *, is_decimal_comma: bool) -> Taken | None:
    try:
        on = date.fromisoformat(cells[0])
        text = cells[1].replace("%", "").replace("−", "-").replace(" ", "").replace("\u00a0", "")
        value = Decimal(text.replace(",", ".") if is_decimal_comma and "." not in text else text)
    except (ValueError, IndexError, InvalidOperation):
        return None
    note = cells[2][:300] if len(cells) > 2 else ""
    is_plain = value.is_finite() and abs(value) < _LARGEST and value == round(value, 4) and 1900 <= on.year <= 2199
    return Taken(on, round(value, 4), note) if is_plain and not has_controls(note) else None
