"""Rows of a CSV file or a sheet as one shape: a place and a list of cells, with the header row found."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook

from tandem.exchange.formats.columns import recognised
from tandem.exchange.formats.limits import check_workbook
from tandem.exchange.formats.source import Unreadable, clean
from tandem.exchange.formats.tabular import Dialect, csv_rows, settle_dialect

Cell = str | int | float | bool | datetime | date | time | timedelta | None
Row = Sequence[Cell]


class Grid:
    """A file's table; may be walked through several times."""

    def __init__(self, path: Path, is_workbook: bool, sheet: str | None) -> None:
        self.path, self.dialect = path, None if is_workbook else settle_dialect(path)
        self.sheet = sheet
        self.other_sheets: list[str] = []
        if is_workbook:
            check_workbook(path)
            self._workbook = _open(path)
            self.sheet = self._choose(sheet)

    def rows(self) -> Iterator[tuple[int, Row]]:
        if self.dialect is not None:
            yield from self._csv(self.dialect)
            return
        sheet = self._workbook.get_sheet_by_name(self.sheet or "")
        first = sheet.start[0] if sheet.start else 0
        yield from enumerate(sheet.to_python(skip_empty_area=True), first + 1)

    def _csv(self, dialect: Dialect) -> Iterator[tuple[int, Row]]:
        yield from csv_rows(self.path, dialect)

    def _choose(self, wanted: str | None) -> str:
        """The sheet asked for, else the first one that holds a table."""
        names = self._workbook.sheet_names
        if wanted is not None and wanted not in names:
            raise Unreadable("no_sheet", name=wanted)
        sheets = {name: self._workbook.get_sheet_by_name(name) for name in names}
        filled = [name for name, sheet in sheets.items() if sheet.height > 0]
        tables = [name for name in filled if sheets[name].height > 1 and sheets[name].width > 1]
        chosen = wanted or next(iter(tables or filled), None)
        if chosen is None:
            raise Unreadable("empty")
        self.other_sheets = [name for name in filled if name != chosen]
        return chosen


def _open(path: Path) -> CalamineWorkbook:
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, ValueError, OSError) as error:
        raise Unreadable("zip_broken", reason=str(error)[:120]) from error


def find_header(
    grid: Grid, given: int | None, known: Callable[[str], str | None] = recognised
) -> tuple[int, list[str]]:
    """Row number and names of the header: the given row, else the one of the first 20 with most known
    names.
    """
    best: tuple[int, int, list[str]] | None = None
    for number, row in islice(grid.rows(), 10_000 if given else 20):
        names = [text_of(cell) for cell in row]
        if given is not None:
            if number == given:
                return number, names
            continue
        filled = [name for name, cell in zip(names, row, strict=True) if name and isinstance(cell, str)]
        if len(filled) < 2 and len(row) > 1:
            continue
        score = len({target for name in filled if (target := known(name))})
        if best is None or score > best[0]:
            best = (score, number, names)
    if best is None:
        raise Unreadable("no_table", "row 1")
    return best[1], best[2]


def text_of(cell: Cell) -> str:
    """A cell as text; whole numbers without their decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return clean(str(cell))
