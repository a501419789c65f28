"""A table of items as CSV text becomes typed columns; only the columns that a formula names are read as numbers."""

import csv
import io
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tandem.compute.errors import Uncomputable
from tandem.compute.priority.evaluate import Value
from tandem.compute.priority.functions import NUMBER, TEXT, Type
from tandem.compute.priority.methods import renamed
from tandem.compute.priority.syntax import LARGEST
from tandem.compute.priority.units import unit
from tandem.compute.tables import separator

MOST_ROWS, WIDEST, LONGEST = 200_000, 400, 200
"""`LONGEST` header and number: the patterns below take time by the square of the length."""
_KEYS = ("key", "id", "item", "name", "title")
_HEADER = re.compile(r"(?P<name>.*?)\s*[\[(](?P<unit>[^\])]+)[\])]\s*\Z", re.DOTALL)
_CELL = re.compile(r"(?P<number>[-+]?(?:\d[\d,]*\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)\s*(?P<unit>[^\d\s].*)?\Z")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:,\d{3})+(?P<rest>\.\d+)?\Z")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of a file: `items` name them, `cells` by column name, `lines` where each row began in the file."""

    items: tuple[str, ...]
    cells: Mapping[str, tuple[str, ...]]
    lines: tuple[int, ...]
    units: Mapping[str, str]


def read(text: str, *, key: str | None = None, units: Mapping[str, str] | None = None) -> Table:
    """Read CSV text (comma, semicolon or tab) with a header; a column may name its unit: `effort [person-days]`, `cost (EUR)`.

    `key` is the column that names the items (default: key, id, item, name or title, else the row number).
    Raises Uncomputable with line, column and value: `no_rows`, `too_many_rows`, `column_twice`,
    `wrong_width`, `unknown_column`, `items_not_unique`, `header_too_long`."""
    text = text.removeprefix("\ufeff")
    reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=separator(text))
    try:
        header = _header(next(reader, []), dict(units or {}))
        rows, lines = _rows(reader, len(header))
    except csv.Error as fault:
        raise Uncomputable("not_csv", line=reader.line_num, why=str(fault)) from None
    names = [name for name, _ in header]
    for given in [*(units or {}), *([key] if key else [])]:
        if given not in names:
            raise Uncomputable("unknown_column", column=given, allowed=tuple(names))
    cells = {name: tuple(row[at].strip() for row in rows) for at, name in enumerate(names)}
    return Table(
        _named(cells, lines, key), cells, tuple(lines), {name: word for name, word in header if word}
    )


def _header(row: list[str], units: dict[str, str]) -> list[tuple[str, str]]:
    if not any(cell.strip() for cell in row):
        raise Uncomputable("no_rows", line=1)
    if len(row) > WIDEST:
        raise Uncomputable("too_many_columns", columns=len(row), allowed=WIDEST)
    found: list[tuple[str, str]] = []
    for cell in row:
        name, word = cell.strip(), ""
        if len(name) > LONGEST:
            raise Uncomputable("header_too_long", line=1, value=name[:40], allowed=LONGEST)
        split = _HEADER.match(name)
        if split and split["name"] and _is_unit(split["unit"]):
            name, word = split["name"], split["unit"].strip()
        if name and name in [one for one, _ in found]:
            raise Uncomputable("column_twice", line=1, column=name)
        found.append((name, units.get(name, word)))
    return found


def _rows(reader: "csv._reader", width: int) -> tuple[list[list[str]], list[int]]:  # type: ignore[name-defined,unused-ignore]
    rows, lines, begins = [], [], reader.line_num + 1
    for row in reader:
        line, begins = begins, reader.line_num + 1
        if not any(row):
            continue
        if len(row) != width:
            raise Uncomputable("wrong_width", line=line, cells=len(row), allowed=width)
        rows.append(row)
        lines.append(line)
        if len(rows) > MOST_ROWS:
            raise Uncomputable("too_many_rows", line=line, allowed=MOST_ROWS)
    if not rows:
        raise Uncomputable("no_rows", line=1)
    return rows, lines


def _named(cells: Mapping[str, tuple[str, ...]], lines: Sequence[int], key: str | None) -> tuple[str, ...]:
    plain = {name.casefold(): name for name in reversed(list(cells))}
    chosen = key or next((plain[one] for one in _KEYS if one in plain), None)
    if chosen is None:
        return tuple(str(at) for at in range(1, len(lines) + 1))
    names = cells[chosen]
    if key is None and len(set(names)) != len(names):
        often = Counter(names)
        return tuple(f"{n} ({line})" if often[n] > 1 else n for n, line in zip(names, lines, strict=True))
    seen: set[str] = set()
    for name, line in zip(names, lines, strict=True):
        if name in seen:
            raise Uncomputable("items_not_unique", line=line, column=chosen, value=name)
        seen.add(name)
    return names


def columns(
    table: Table, wanted: Sequence[str]
) -> tuple[dict[str, Type], dict[str, tuple[Value | None, ...]]]:
    """Types and values of the columns that a formula names; names match whatever their case and blanks.

    A cell may carry its unit ("5 days", "80 %", "100 EUR"), the same throughout a column: a bare number is allowed
    beside it only where the header or `units` name the unit. A column in which no filled cell is a number is text
    (so is one whose only numbers are longer than 200 characters). Raises Uncomputable with line, column and value."""
    types: dict[str, Type] = {}
    values: dict[str, tuple[Value | None, ...]] = {}
    exact = {name: name for name in wanted if name in table.cells}
    for name, given in {**renamed("", list(table.cells), wanted), **exact}.items():
        types[name], values[name] = _typed(table, given)
    return types, values


def all_types(table: Table) -> dict[str, Type]:
    """Every column with a name, typed as well as it can be: for saying what a formula may name."""
    return {name: NUMBER for name in table.cells if name}


def _typed(table: Table, name: str) -> tuple[Type, tuple[Value | None, ...]]:
    cells = table.cells[name]
    filled = [cell for cell in cells if cell]
    if filled and not any(_split(cell) for cell in filled):
        return TEXT, tuple(cell or None for cell in cells)
    told = table.units.get(name, "")
    is_named = bool(told)
    found: list[float | None] = []
    for cell, line in zip(cells, table.lines, strict=True):
        if not cell:
            found.append(None)
            continue
        number, word = _number(cell, line, name)
        if word and told and unit(word) != unit(told):
            raise Uncomputable("units_differ", line=line, column=name, value=cell, allowed=told)
        if word and not told and any(one is not None for one in found):
            raise Uncomputable(
                "units_differ", line=line, column=name, value=cell, allowed="a number without unit"
            )
        if told and not word and not is_named:
            raise Uncomputable("units_differ", line=line, column=name, value=cell, allowed=told)
        told = told or word
        found.append(number)
    measured, factor = unit(told) if told else (NUMBER.unit, 1.0)
    return Type("number", measured), tuple(None if one is None else one * factor for one in found)


def _split(cell: str) -> re.Match[str] | None:
    return _CELL.match(cell) if len(cell) <= LONGEST else None


def _number(cell: str, line: int, column: str) -> tuple[float, str]:
    split = _split(cell)
    if split is None:
        raise Uncomputable("not_a_number", line=line, column=column, value=cell[:LONGEST])
    digits, word = split["number"], (split["unit"] or "").strip()
    if "," in digits:
        grouped = _GROUPED.match(digits)
        if grouped is None or (digits.count(",") == 1 and not grouped["rest"]):
            raise Uncomputable("ambiguous_number", line=line, column=column, value=cell, allowed=("1234.5",))
        digits = digits.replace(",", "")
    if word and not _is_unit(word):
        raise Uncomputable("unknown_unit", line=line, column=column, value=cell)
    number = float(digits)
    if abs(number) > LARGEST:
        raise Uncomputable("number_too_large", line=line, column=column, value=cell, allowed=LARGEST)
    return number, word


def _is_unit(word: str) -> bool:
    try:
        unit(word.strip())
    except Uncomputable:
        return False
    return True
