"""Rows as CSV and XLSX: numbers and dates stay what they are, and no cell is a formula."""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from tandem.kit.text import for_xml

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Rows = Iterable[list[Any]]
_RUNS = "=+-@＝＋－＠"
_LONGEST = 32_767
"Characters of a cell, in every spreadsheet program."
_PART = 500


def csv_parts(heads: list[str], rows: Rows, *, is_semicolon: bool = False) -> Iterator[str]:
    """The file in parts, so that one of a million rows needs no more memory than one of a thousand. With semicolons between the cells
    it is as Excel reads it where a comma stands before the decimals: 2.5 would become the second of May there."""
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, delimiter=";" if is_semicolon else ",")
    writer.writerow([harmless(head) for head in heads])
    for number, row in enumerate(rows, 1):
        writer.writerow([_with_comma(value) if is_semicolon else harmless(value) for value in row])
        if number % _PART == 0:
            yield out.getvalue()
            out.seek(0)
            out.truncate()
    yield out.getvalue()


def _with_comma(value: Any) -> str:
    return harmless(value).replace(".", ",") if isinstance(value, float) else harmless(value)


def harmless(value: Any) -> str:
    """A cell as text; what a spreadsheet program would run is made plain by an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1e6 else repr(value)
    text = str(value)
    if isinstance(value, int):
        return text
    runs = text.lstrip().startswith(tuple(_RUNS)) or text[:1] in ("\t", "\r", "\n")
    return f"'{text}" if runs else text


def write_xlsx(target: Path | io.IOBase, title: str, heads: list[str], rows: Rows) -> int:
    """Writes the workbook row by row; says how many rows it has."""
    book = Workbook(write_only=True)
    name = for_xml("".join(c for c in title if c not in "[]:*?/\\'")).strip()
    sheet = book.create_sheet(name[:31] or "Tandem")
    sheet.freeze_panes = "A2"
    for number in range(1, len(heads) + 1):
        sheet.column_dimensions[get_column_letter(number)].width = 48 if number == 2 else 16
    bold = Font(bold=True)
    sheet.append([_cell(sheet, head, bold) for head in heads])
    count = 0
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(max(1, len(heads)))}{count + 1}"
    book.save(target)  # house: writes — a file, no row
    return count


def _cell(sheet: Any, value: Any, font: Font | None = None) -> Any:
    """Numbers as they are, dates with their format; a text is a text, whatever it begins with."""
    if isinstance(value, datetime):
        cell = WriteOnlyCell(sheet, value.astimezone(UTC).replace(tzinfo=None, microsecond=0))
        cell.number_format = "yyyy-mm-dd hh:mm"
        return cell
    if isinstance(value, date):
        cell = WriteOnlyCell(sheet, value)
        cell.number_format = "yyyy-mm-dd"
        return cell
    if value is None or isinstance(value, (int, float)):
        return value
    text = for_xml(str(value))[:_LONGEST]
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(tuple(_RUNS)):
        cell.quotePrefix = True
    if font:
        cell.font = font
    return cell
