"""Reports of projects in a table: one row for each project and day. Every value of the source is kept beside what was read."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from tandem.exchange.formats import report_values as values
from tandem.exchange.formats.moments import OrderEvidence
from tandem.exchange.formats.report_columns import (
    SCALES,
    is_report_header,
    recognised,
    suggest,
)
from tandem.exchange.formats.source import (
    AmbiguousDates,
    AsOfNeeded,
    MappingNeeded,
    ReadOptions,
    Source,
    Unreadable,
    clean,
)
from tandem.exchange.formats.table_rows import Cell, Grid, Row, find_header, text_of
from tandem.exchange.records import Record, SourceInfo
from tandem.exchange.report_records import ReportRecord

MAX_REPORTS = 50_000
DATES = ("planned_start", "planned_finish", "original_finish")
MONEY = ("budget", "original_budget", "spent")
TEXTS = {"department": 200, "category": 200, "phase": 100, "commentary": 20_000}
_STATED = {
    "slip": ("stated_slip_days", 1), "slip_step": ("stated_slip_step", 1), "slip_early": ("stated_slip_days", -1),
    "growth": ("stated_growth", 1), "growth_step": ("stated_growth_step", 1), "growth_saved": ("stated_growth", -1),
}  # fmt: skip


class ReportTable(Source):
    system = "reports"

    def __init__(self, path: Path, is_workbook: bool, options: ReadOptions, grid: Grid | None = None) -> None:
        super().__init__(path, "project-reports", options)
        given = options.reports
        self._grid = grid or Grid(path, is_workbook, given.sheet if given else None)
        self._header_row, self.headers = find_header(self._grid, given.header_row if given else None, recognised)
        self.mapping = suggest(self.headers)
        self.money_unit = options.money_unit or self.mapping.money_unit
        self.currency = options.currency or self.mapping.currency
        self.mapping = given or self.mapping
        self._at = self._places()
        self._order = options.date_order
        self._survey()
        if given is None:
            self.note("mapping_suggested")
        self.note("money_read_as", unit=self.money_unit, currency=self.currency or "–")

    @property
    def info(self) -> SourceInfo:
        dialect = self._grid.dialect
        return SourceInfo(
            system=self.system, name=self.path.stem, format=self.format, timezone_known=True, date_order=self._order,
            encoding=dialect.encoding if dialect else None, notes=tuple(self.notes),
        )  # fmt: skip

    @property
    def columns(self) -> list[dict[str, Any]]:
        samples = [row for _where, row in self._rows()][:8]
        found = []
        for at, header in enumerate(self.headers):
            key = self._key(at)
            shown = [text_of(row[at])[:80] for row in samples if text_of(row[at])]
            found.append({"key": key, "header": header.strip() or key, "target": self.mapping.columns.get(key, "keep"), "samples": shown[:3]})
        return found

    def _key(self, at: int) -> str:
        name = self.headers[at].strip()
        return name if name and self.headers.index(self.headers[at]) == at else f"#{at + 1}"

    def _places(self) -> dict[str, int]:
        found = {}
        for at in range(len(self.headers)):
            target = self.mapping.columns.get(f"#{at + 1}") or self.mapping.columns.get(self._key(at), "keep")
            if target not in ("keep", "ignore"):
                found[target] = at
        return found

    def _survey(self) -> None:
        """Whole once: the order of numeric dates, undecodable bytes, what must be asked."""
        evidence, lost, has_day = OrderEvidence(), 0, True
        samples: list[tuple[str, ...]] = []
        for count, (_where, row) in enumerate(self._rows(), 1):
            lost += sum(cell.count("\ufffd") for cell in row if isinstance(cell, str))
            if len(samples) < 5:
                samples.append(tuple(text_of(cell)[:80] for cell in row))
            for target in (*DATES, "as_of"):
                if (at := self._at.get(target)) is not None and isinstance(row[at], str):
                    evidence.look(self.headers[at], str(row[at]))
            has_day = has_day and bool(self._text(row, "as_of"))
            if count > MAX_REPORTS:
                raise Unreadable("too_many_rows", limit=MAX_REPORTS)
        self._order = self.options.date_order or evidence.order
        if "project_name" not in self._at:
            self.questions.append(MappingNeeded(tuple(self.headers), tuple(samples), dict(self.mapping.columns)))
        elif not self._order and (unsure := evidence.must_be_asked):
            self.questions.append(AmbiguousDates(*unsure))
        elif not has_day and self.options.as_of is None:
            self.questions.append(AsOfNeeded())
        if evidence.order:
            self.note("date_order_from_file", order=evidence.order)
        if lost:
            self.note("undecodable", count=lost)

    def _rows(self) -> Iterator[tuple[str, Row]]:
        width = len(self.headers)
        for at, cells in self._grid.rows():
            if at > self._header_row and any(text_of(cell) for cell in cells):
                yield f"row {at}", [*cells, *([None] * (width - len(cells)))][: max(width, len(cells))]

    def _read(self) -> Iterator[Record]:
        for where, row in self._rows():
            name = " ".join(self._text(row, "project_name").split())
            if not name:
                self._tally.add("row", "no_title", where)
                continue
            on = self._on(row, where)
            if on is not None:
                yield self._record(row, name, on, where)
        for sheet in self._grid.other_sheets:
            self._tally.add(sheet, "other_sheet")

    def _on(self, row: Row, where: str) -> date | None:
        """What a person said wins over a year that stands alone."""
        text, cell = self._text(row, "as_of"), self._cell(row, "as_of")
        year = values.year_end(text)
        if year is not None:
            if self.options.as_of is None:
                self.note("year_alone", year=text[:4])
            return self.options.as_of or year
        found = values.day(cell, text, self._order) if text else self.options.as_of
        if found is None:
            self._tally.add(self.headers[self._at["as_of"]], "unreadable_date", f"{where}: {text[:30]}")
        return found

    def _record(self, row: Row, name: str, on: date, where: str) -> ReportRecord:
        found: dict[str, Any] = {"on": on, "withheld": {}}
        for target, most in TEXTS.items():
            text = self._text(row, target)
            found[target] = (text if target == "commentary" else " ".join(text.split()))[:most]
            if len(text) > most:
                self._tally.add(target, "too_long", where)
        for target in DATES:
            self._take(found, row, target, values.day(self._cell(row, target), self._text(row, target), self._order))
        scale = SCALES[self.money_unit]
        for target in MONEY:
            self._take(found, row, target, values.money(self._text(row, target), scale))
        self._take(found, row, "rating", values.rating(self._text(row, "rating")))
        self._take(found, row, "said", values.said(self._text(row, "said")), empty="")
        found["currency"] = (self._text(row, "currency") or self.currency).upper()[:3]
        self._stated(found, row, scale, where)
        return ReportRecord(
            source_id=self._text(row, "project_id")[:200], name=name[:200], department=found["department"],
            description=self._text(row, "description")[:20_000], where=where, values=found, data=self._data(row, where),
        )  # fmt: skip

    def _take(self, found: dict[str, Any], row: Row, target: str, value: Any, empty: Any = None) -> None:
        """A text in place of a value is kept as what it is, never as zero."""
        found[target] = empty if value is None else value
        if value is None and (text := self._text(row, target)):
            found["withheld"][target] = text[:500]

    def _stated(self, found: dict[str, Any], row: Row, scale: int, where: str) -> None:
        for target, (name, sign) in _STATED.items():
            text = self._text(row, target)
            if target not in self._at:
                continue
            value: Any = values.days(text) if target.startswith("slip") else values.money(text, scale)
            if value is None and text:
                self._tally.add(self.headers[self._at[target]], "unreadable_number", f"{where}: {text[:30]}")
            found[name] = None if value is None else value * sign if value else abs(value)

    def _data(self, row: Row, where: str) -> dict[str, str]:
        """Everything that the row says, but for columns that a person left out."""
        found = {}
        for at, cell in enumerate(row):
            text = text_of(cell)[:20_000]
            if not text:
                continue
            key = self._key(at) if at < len(self.headers) else f"#{at + 1}"
            if self.mapping.columns.get(key) == "ignore":
                self._tally.add(key, "not_mapped", where)
            else:
                found[key[:200]] = text
        return found

    def _cell(self, row: Row, target: str) -> Cell:
        at = self._at.get(target)
        return None if at is None else row[at]

    def _text(self, row: Row, target: str) -> str:
        return clean(text_of(self._cell(row, target)))


def report_table(path: Path, is_workbook: bool, options: ReadOptions) -> ReportTable | None:
    """The table as reports, when a person said so or its header does."""
    if options.mapping is not None:
        return None
    given = options.reports
    grid = Grid(path, is_workbook, given.sheet if given else None)
    if given is None and not is_report_header(find_header(grid, None, recognised)[1]):
        return None
    return ReportTable(path, is_workbook, options, grid)
