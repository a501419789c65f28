"""The cells of one row by what the mapping says they mean."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from tandem.exchange.formats.columns import SEVERAL
from tandem.exchange.formats.moments import parse_moment
from tandem.exchange.formats.source import DateOrder, Tally, number
from tandem.exchange.formats.table_rows import Cell, Row, text_of
from tandem.exchange.records import Moment, Value

MINUTES = {"estimate_hours": 60, "estimate_days": 480, "spent_hours": 60, "remaining_hours": 60}


class Cells:
    def __init__(self, headers: Sequence[str], targets: Mapping[int, str], separator: str) -> None:
        self._headers, self._targets, self._separator = headers, targets, separator
        self.order: DateOrder | None = None

    def custom(self, row: Row) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for at, target in self._targets.items():
            if target == "custom" and (text := text_of(row[at])):
                cell, name = row[at], self._headers[at].strip() or f"#{at + 1}"
                name = name if name not in found else f"{name} #{at + 1}"
                found[name] = cell if isinstance(cell, bool | int | float | datetime | date) else text
        return found

    def first(self, row: Row, target: str) -> str:
        for at, name in self._targets.items():
            if name == target and (text := text_of(row[at])):
                return text
        return ""

    def all(self, row: Row, target: str) -> tuple[str, ...]:
        found = [
            value
            for at, name in self._targets.items()
            if name == target
            for value in self.split(target, row[at])
        ]
        return tuple(dict.fromkeys(found))

    def split(self, target: str, cell: Cell) -> list[str]:
        text = text_of(cell)
        if target not in SEVERAL or not text:
            return [text] if text else []
        marks = (self._separator) or (";；、|\n" if target == "assignee" else ";；、|\n,，")
        for mark in marks[1:]:
            text = text.replace(mark, marks[0])
        return [part.strip() for part in text.split(marks[0]) if part.strip()]

    def moment(self, row: Row, target: str, where: str, tally: Tally) -> Moment | None:
        for at, name in self._targets.items():
            cell = row[at]
            if name != target or cell in (None, ""):
                continue
            if isinstance(cell, datetime | date):
                return cell
            found = parse_moment(text_of(cell), self.order)
            if found is None:
                tally.add(self._headers[at].strip(), "unreadable_date", f"{where}: {text_of(cell)[:30]}")
            return found
        return None

    def number(self, row: Row, target: str, where: str, tally: Tally) -> float | None:
        for at, name in self._targets.items():
            if name == target and text_of(row[at]):
                found = number_of(row[at])
                if found is None:
                    tally.add(
                        self._headers[at].strip(), "unreadable_number", f"{where}: {text_of(row[at])[:30]}"
                    )
                return found
        return None

    def minutes(self, row: Row, target: str, where: str, tally: Tally) -> float | None:
        found = self.number(row, target, where, tally)
        return None if found is None else found * MINUTES[target]


def number_of(cell: Cell) -> float | None:
    """A number, also with a unit or a percent sign behind it."""
    if isinstance(cell, bool | int | float):
        return float(cell)
    text = text_of(cell).lower()
    for unit in (
        "days?",
        "day",
        "d?",
        "d",
        "hours",
        "hour",
        "hrs",
        "h",
        "pts",
        "%",
        "个工作日",
        "工作日",
        "天",
        "小时",
        "人天",
    ):
        if text.endswith(unit):
            return number(text[: -len(unit)])
    return number(text)


def midnight(value: Moment | None) -> datetime | None:
    if value is None or isinstance(value, datetime):
        return value
    return datetime(value.year, value.month, value.day)
