"""Any table (CSV, XLSX): a header, rows of items, and a mapping that says which column is what.

Ids for a second import: the key column, else a digest of the title with its number among equal titles.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from tandem.exchange.formats.columns import Mapping, suggest_mapping
from tandem.exchange.formats.moments import OrderEvidence
from tandem.exchange.formats.predecessors import parse_predecessor
from tandem.exchange.formats.source import (
    AmbiguousDates,
    DateOrder,
    MappingNeeded,
    ReadOptions,
    Source,
    Unreadable,
    digest,
)
from tandem.exchange.formats.states import category_from_name, guess_category, type_level
from tandem.exchange.formats.table_cells import MINUTES, Cells, midnight, number_of
from tandem.exchange.formats.table_rows import Cell, Grid, Row, find_header, text_of
from tandem.exchange.records import (
    Category,
    ItemRecord,
    LabelRecord,
    LinkRecord,
    PersonRecord,
    PlanFields,
    ProjectRecord,
    Record,
    SourceInfo,
    SprintRecord,
    StateRecord,
    TypeRecord,
    VersionRecord,
)

_DATES = ("created", "updated", "resolved", "start", "finish", "due", "actual_start", "actual_finish")
_PLAN = {
    "duration_days",
    "predecessors",
    "progress",
    "milestone",
    "actual_start",
    "actual_finish",
    "wbs",
    "level",
}
_TYPE = "Task"
_STATES: tuple[tuple[str, Category], ...] = (
    ("To do", "to_do"), ("In progress", "in_progress"), ("Done", "done"),
)  # fmt: skip
_YES = {"yes", "y", "true", "1", "x", "是", "√", "✓", "✔"}


class Table(Source):
    system = "table"

    def __init__(self, path: Path, format_name: str, options: ReadOptions) -> None:
        super().__init__(path, format_name, options)
        given = options.mapping
        self._grid = Grid(path, format_name == "xlsx", given.sheet if given else None)
        self._header_row, self.headers = find_header(self._grid, given.header_row if given else None)
        self.samples = self._sample()
        suggestion = suggest_mapping(self.headers, self.samples)
        self.mapping = given
        if given is None and "title" in suggestion.values():
            self.mapping = Mapping(columns=suggestion)
            self.note("mapping_suggested")
        if self._header_row > 1:
            self.note("header_row", row=self._header_row)
        self._order: DateOrder | None = options.date_order
        if self.mapping is None:
            samples = tuple(tuple(text_of(cell) for cell in row) for row in self.samples)
            self.questions.append(MappingNeeded(tuple(self.headers), samples, suggestion))
            return
        self._targets = self._resolve(self.mapping)
        self._cells = Cells(self.headers, self._targets, self.mapping.separator)
        self._survey()

    @property
    def info(self) -> SourceInfo:
        dialect = self._grid.dialect
        return SourceInfo(
            system=self.system, name=self.path.stem, format=self.format, is_schedule=self._is_schedule(),
            date_order=self._order, encoding=dialect.encoding if dialect else None, notes=tuple(self.notes),
        )  # fmt: skip

    @property
    def columns(self) -> list[dict[str, Any]]:
        taken_for = self.mapping.columns if self.mapping else suggest_mapping(self.headers, self.samples)
        found = []
        for position, header in enumerate(self.headers):
            name = header.strip()
            target = taken_for.get(f"#{position + 1}") or taken_for.get(name) or "ignore"
            values = [str(row[position]) for row in self.samples[:8] if position < len(row) and row[position] not in (None, "")]
            key = name if name and self.headers.index(header) == position else f"#{position + 1}"
            found.append({"key": key, "header": name or key, "target": target, "samples": values[:3]})
        return found

    def _is_schedule(self) -> bool:
        return self.mapping is not None and bool(
            {"duration_days", "predecessors"} & set(self._targets.values())
        )

    def _sample(self) -> list[Row]:
        found: list[Row] = []
        for where, row in self._grid.rows():
            if where > self._header_row and any(text_of(cell) for cell in row):
                found.append(row)
                if len(found) == 20:
                    break
        if not found:
            raise Unreadable("no_rows", f"row {self._header_row}")
        return found

    def _resolve(self, mapping: Mapping) -> dict[int, str]:
        named = {header.strip() for header in self.headers} | {
            f"#{at + 1}" for at in range(len(self.headers))
        }
        if missing := [name for name in mapping.columns if name not in named]:
            raise Unreadable("bad_mapping", reason=", ".join(missing))
        targets = {at: mapping.target(header, at) for at, header in enumerate(self.headers)}
        return {at: target for at, target in targets.items() if target not in (None, "ignore")}

    def _survey(self) -> None:
        evidence = OrderEvidence()
        self._people: dict[str, None] = {}
        self._states: dict[str, Category | None] = {}
        self._distinct: dict[str, dict[str, None]] = {
            name: {} for name in ("type", "labels", "versions", "sprint", "project")
        }
        by_name: dict[str, dict[str, str]] = {"title": {}, "wbs": {}, "key": {}}
        self._largest_progress = 0.0
        has_no_state = has_no_type = False
        for _, row, source_id in self._rows():
            for target, names in by_name.items():
                if name := self._cells.first(row, target):
                    names.setdefault(name, source_id)
            for at, target in self._targets.items():
                self._look(target, self.headers[at], row[at], evidence)
            has_no_type |= not self._cells.first(row, "type")
            state = self._cells.first(row, "state")
            has_no_state |= not state
            if state:
                self._states[state] = category_from_name(
                    self._cells.first(row, "category")
                ) or self._states.get(state)
        # What a row is called by others: its key before its WBS code before its title.
        self._ids = {name: item for names in by_name.values() for name, item in names.items()}
        self._order = self.options.date_order or evidence.order
        self._cells.order = self._order
        if not self._order and (unsure := evidence.must_be_asked):
            self.questions.append(AmbiguousDates(*unsure))
        if evidence.order:
            self.note("date_order_from_file", order=evidence.order)
        if has_no_type:
            self._distinct["type"].setdefault(_TYPE)
        if has_no_state:
            self._states.update({name: category for name, category in _STATES if name not in self._states})
            self.note("states_from_progress")
        if guessed := [state for state, category in self._states.items() if category is None]:
            self.note("categories_guessed", states=", ".join(guessed))

    def _look(self, target: str, header: str, cell: Cell, evidence: OrderEvidence) -> None:
        if target in _DATES and isinstance(cell, str):
            evidence.look(header, cell)
        elif target in ("assignee", "reporter"):
            for name in self._cells.split(target, cell):
                self._people.setdefault(name)
        elif target in self._distinct:
            for name in self._cells.split(target, cell):
                self._distinct[target].setdefault(name)
        elif target == "progress":
            self._largest_progress = max(self._largest_progress, number_of(cell) or 0.0)

    # second pass

    def _read(self) -> Iterator[Record]:
        for name in self._distinct["project"] or [self.path.stem]:
            yield ProjectRecord(source_id=name, name=name)
        yield from (
            PersonRecord(source_id=name, name=name, email=name if "@" in name else "")
            for name in self._people
        )
        categories = {**(self.mapping.categories if self.mapping else {}), **self.options.categories}
        for rank, (state, category) in enumerate(self._states.items()):
            known = category_from_name(categories.get(state, "")) or category
            yield StateRecord(
                name=state, category=known or guess_category(state), rank=rank, is_guessed=known is None
            )
        yield from (TypeRecord(name=name, level=type_level(name)) for name in self._distinct["type"])
        yield from (SprintRecord(source_id=name, name=name) for name in self._distinct["sprint"])
        yield from (VersionRecord(name=name) for name in self._distinct["versions"])
        yield from (LabelRecord(name=name) for name in self._distinct["labels"])
        outline: list[tuple[int, str]] = []
        for where, row, source_id in self._rows(report=True):
            item = self._item(row, source_id, where, outline)
            yield item
            yield from self._links(row, source_id, where)
        for name in self._grid.other_sheets:
            self._tally.add(name, "other_sheet")

    def _rows(self, report: bool = False) -> Iterator[tuple[str, Row, str]]:
        """Rows as wide as the header with their ids; what is left out is counted when `report` is set."""
        width, titles, seen = len(self.headers), Counter[str](), set[str]()
        for at, cells in self._grid.rows():
            if at <= self._header_row or not any(text_of(cell) for cell in cells):
                continue
            row = [*cells, *([None] * (width - len(cells)))]
            where = f"row {at}"
            if report:
                self._report(row, where)
            title, key = self._cells.first(row, "title"), self._cells.first(row, "key")
            if not title and not key:
                if report:
                    self._tally.add("row", "no_title", where)
                continue
            titles[title] += 1
            source_id = key or f"{digest(title)}-{titles[title]}"
            if source_id in seen:
                if report:
                    self._tally.add(source_id, "duplicate", where)
                continue
            seen.add(source_id)
            yield where, row, source_id

    def _report(self, row: Row, where: str) -> None:
        for at, cell in enumerate(row):
            if at in self._targets or not text_of(cell):
                continue
            header = self.headers[at].strip() if at < len(self.headers) else ""
            self._tally.add(header or f"#{at + 1}", "not_mapped" if header else "no_header", where)

    def _item(self, row: Row, source_id: str, where: str, outline: list[tuple[int, str]]) -> ItemRecord:
        at = {name: self._cells.moment(row, name, where, self._tally) for name in _DATES}
        actual = {name: midnight(at[name]) for name in ("actual_start", "actual_finish")}
        parent, outside = self._parent(row, source_id, where, outline)
        minutes = {name: self._cells.minutes(row, name, where, self._tally) for name in MINUTES}
        estimate = (
            minutes["estimate_hours"] if minutes["estimate_hours"] is not None else minutes["estimate_days"]
        )
        first, every = self._cells.first, self._cells.all
        return ItemRecord(
            source_id=source_id, key=first(row, "key"), title=first(row, "title"), project=first(row,
            "project"),
            description=first(row, "description"), type=first(row, "type") or _TYPE, state=self._state(row),
            priority=first(row, "priority"), parent_source_id=parent, parent_outside=outside,
            epic=first(row, "epic"), assignees=every(row, "assignee"), reporter=first(row,
            "reporter") or None,
            created=at["created"], updated=at["updated"], resolved=at["resolved"],
            start=at["start"], finish=at["finish"], due=at["due"],
            estimate_points=self._cells.number(row, "points", where, self._tally), estimate_minutes=estimate,
            remaining_minutes=minutes["remaining_hours"], spent_minutes=minutes["spent_hours"],
            labels=every(row, "labels"), components=every(row, "components"), versions=every(row, "versions"),
            sprints=every(row, "sprint"), fields=self._cells.custom(row), rank=first(row, "rank") or None,
            url=first(row, "url"), plan=self._plan(row, where, actual),
        )  # fmt: skip

    def _state(self, row: Row) -> str:
        """The source's own, else one of three that follow from the progress."""
        if named := self._cells.first(row, "state"):
            return named
        progress = number_of(self._cells.first(row, "progress")) or 0.0
        if progress >= (1 if self._largest_progress <= 1 else 100):
            return _STATES[2][0]
        return _STATES[1 if progress > 0 else 0][0]

    def _plan(self, row: Row, where: str, actual: dict[str, datetime | None]) -> PlanFields | None:
        if not _PLAN & set(self._targets.values()):
            return None
        days = self._cells.number(row, "duration_days", where, self._tally)
        progress = self._cells.number(row, "progress", where, self._tally) or 0.0
        return PlanFields(
            outline_level=int(self._cells.number(row, "level", where, self._tally) or 1),
            wbs=self._cells.first(row, "wbs"), duration_minutes=None if days is None else days * 480,
            percent_complete=progress * 100 if self._largest_progress <= 1 else progress,
            is_milestone=self._cells.first(row, "milestone").lower() in _YES or days == 0,
            actual_start=actual["actual_start"], actual_finish=actual["actual_finish"],
        )  # fmt: skip

    def _parent(
        self, row: Row, me: str, where: str, outline: list[tuple[int, str]]
    ) -> tuple[str | None, str]:
        """By the parent column, else by the outline level, else by the WBS code without its last part."""
        if named := self._cells.first(row, "parent"):
            found = self._ids.get(named)
            if found and found != me:
                return found, ""
            self._tally.add(named, "own_parent" if found else "outside_parent", where)
            return None, "" if found else named
        if level := number_of(self._cells.first(row, "level")):
            while outline and outline[-1][0] >= level:
                outline.pop()
            parent = outline[-1][1] if outline else None
            outline.append((int(level), me))
            return parent, ""
        above = self._cells.first(row, "wbs").rpartition(".")[0]
        found = self._ids.get(above) if above else None
        return (found if found != me else None), ""

    def _links(self, row: Row, source_id: str, where: str) -> Iterator[LinkRecord]:
        for text in self._cells.all(row, "predecessors"):
            link = parse_predecessor(text, source_id, self._ids)
            if link is None:
                self._tally.add(f"predecessor {text[:40]}", "dangling", where)
            else:
                yield link
