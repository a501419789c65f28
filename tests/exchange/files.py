"""How the import tests run a file: straight through the writer, without a job. Also a source made of records."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tandem.exchange.apply import Options, apply
from tandem.exchange.formats import ReadOptions, Source, open_source
from tandem.exchange.models import Import
from tandem.exchange.preview import preview
from tandem.exchange.records import (
    ItemRecord,
    PersonRecord,
    ProjectRecord,
    Record,
    SourceInfo,
    StateRecord,
    TypeRecord,
)
from tandem.people.models import Space

UTC = ZoneInfo("UTC")


class Records(Source):
    """A source as a test spells it out."""

    def __init__(self, records: Iterable[Record], *, is_schedule: bool = False, system: str = "jira") -> None:
        super().__init__(Path("made.json"), "jira-csv", ReadOptions())
        self.rows, self.is_schedule, self.system = list(records), is_schedule, system

    @property
    def info(self) -> SourceInfo:
        return SourceInfo(system=self.system, name="Made", format="jira-csv", is_schedule=self.is_schedule)

    def _read(self) -> Iterator[Record]:
        yield from self.rows


def item(source_id: str, **values: Any) -> ItemRecord:
    return ItemRecord(source_id=source_id, **{"title": f"Item {source_id}", "type": "Task", "state": "Open", **values})


def tracker(*records: Record, **kind: Any) -> Records:
    """A tracker with one project, one type and three states; `records` follow."""
    head = (
        ProjectRecord(source_id="HBR", key="HBR", name="Harbour"),
        PersonRecord(source_id="u1", name="Mei Lin"),
        PersonRecord(source_id="u2", name="Otto Ohne"),
        StateRecord(name="Open", category="to_do", rank=0),
        StateRecord(name="Doing", category="in_progress", rank=1),
        StateRecord(name="Closed", category="done", rank=2),
        TypeRecord(name="Task"),
        TypeRecord(name="Epic", level=1),
    )
    return Records((*head, *records), **kind)


def write(source: Source, *, actor: Any, into: Any = None, dry: bool = False, **options: Any) -> dict[str, Any]:
    space = into or Space.objects.get(parent=None)
    imported = Import.objects.create(space=space, owner=actor, file_name=source.path.name)
    chosen = Options(**{"zone": UTC, "into": into, **options})
    return (preview if dry else apply)(source, actor=actor, imported=imported, options=chosen)


def take_over(path: Path, *, actor: Any, read: ReadOptions | None = None, **options: Any) -> dict[str, Any]:
    return write(open_source(path, options=read), actor=actor, **options)


def board(folder: Path, cards: list[dict[str, Any]], **more: Any) -> Path:
    """A small Trello board in a file."""
    lists = [{"id": "l1", "name": "To do", "pos": 1}, {"id": "l2", "name": "Done", "pos": 2}]
    whole = {"id": "5581b2a0d0f0f0f0f0f0f0f0", "name": "Small", "lists": lists, "cards": cards, "members": [],
             "labels": [], "checklists": [], "actions": [], **more}  # fmt: skip
    path = folder / "board.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path


def card(number: int, name: str, column: str = "l1") -> dict[str, Any]:
    return {"id": f"5581b2a0{number:016x}", "idShort": number, "name": name, "idList": column, "pos": number, "closed": False}
