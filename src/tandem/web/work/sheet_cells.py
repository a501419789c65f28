"""Texts of a spreadsheet's cells as values of work items: dates, numbers, people, states as people and Excel write them,
in English and Chinese. What cannot be read is refused with what was expected; nothing is guessed."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models.functions import Lower

from tandem.exchange.formats.moments import OrderEvidence, parse_moment
from tandem.kit.errors import Refused
from tandem.kit.text import fold, has_controls
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space, User
from tandem.reports.queries.filter_words import CATEGORIES, ME, PRIORITIES
from tandem.reports.queries.own_fields import PREFIX
from tandem.web.work import sheet_own
from tandem.work.actions.sheets import Problem, Row
from tandem.work.models import FieldDefinition, State, WorkItem, WorkItemType

FIELDS = {
    "title": "title", "state": "state", "type": "type", "assignees": "assignees", "priority": "priority", "due": "due_on",
    "points": "estimate_points", "labels": "labels", "parent": "parent",
}  # fmt: skip
LONGEST, MOST_LABELS = 1000, 50
EMPTY = {"", "-", "–", "—", "none", "无", "nobody"}
_SEPARATORS = re.compile(r"\s*[;；、\n]\s*")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)?|\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?")
_SERIAL = re.compile(r"[1-9]\d{4}(?:\.\d+)?")
_EXCEL_BEGINS = date(1899, 12, 30)


class Given(NamedTuple):
    """A row as it was sent."""

    place: int
    id: int | None
    version: int | None
    cells: dict[str, str]


class Cells:
    """Reads the rows of one block. What the texts name (items, people, keys) is asked of the database once for all."""

    def __init__(self, user: Any, given: list[Given], home: Space | None) -> None:
        self.user, self.given, self.home = user, given, home
        self.editable = spaces_where(user, Permission.EDIT_WORK)
        ids = [g.id for g in given if g.id is not None]
        rows = WorkItem.objects.visible_to(user).present().filter(pk__in=ids)
        self.items = {i.pk: i for i in rows.select_related("state", "type", "space", "parent")}
        self.problems: list[Problem] = []

    def rows(self) -> list[Row]:
        """The rows that can be read; `problems` holds the others, cell by cell."""
        seen: set[int] = set()
        found = []
        for one in self.given:
            if one.id is not None and one.id in seen:
                self.problems.append(Problem(one.place, "row_twice"))
            elif one.id is not None and one.id not in self.items:
                self.problems.append(Problem(one.place, "row_gone"))
            else:
                found.append(self._row(one))
            seen |= {one.id} if one.id is not None else set()
        return found

    def _row(self, one: Given) -> Row:
        item = self.items.get(one.id) if one.id is not None else None
        space, values, own = item.space if item else self._space(one), {}, {}
        for column, text in one.cells.items():
            if column == "project" and item is None:
                continue
            try:
                if column.startswith(PREFIX):
                    own |= self._own_value(column, text.strip(), space, item)
                else:
                    values[FIELDS[column]] = self._value(column, text.strip()[:LONGEST], space)
            except Refused as problem:
                self.problems.append(Problem(one.place, problem.code, column, problem.params))
            except KeyError:
                code = "cell_project_fixed" if column == "project" else "cell_fixed"
                self.problems.append(Problem(one.place, code, column))
        if own:
            values["fields"] = (item.fields if item else {}) | own
        return Row(one.place, values, item, one.version, None if item else space)

    def _space(self, one: Given) -> Space | None:
        """Where a new item goes: what the row says, else the project that the page shows."""
        named = one.cells.get("project", "").strip()
        space = self._projects.get(named.casefold()) if named else self.home
        return space if space is not None and space.pk in self.editable else None

    def _value(self, column: str, text: str, space: Space | None) -> Any:
        if has_controls(text):
            raise Refused("row_invalid", why="NUL")
        is_empty = text.casefold() in EMPTY and column not in ("title", "labels", "state", "type")
        return _NOTHING.get(column) if is_empty else _READERS[column](self, text, space)

    def _own_value(self, column: str, text: str, space: Space | None, item: WorkItem | None) -> dict[str, Any]:
        """By the key of the space's own field; nothing where the text leaves it as it is."""
        field = self.own.of(space.pk, column) if space else None
        if space is None or (field is None and not text):
            return {}  # the row is refused for that, or nothing is said
        if field is None:
            raise Refused("cell_no_field", space=space.name)
        if field.is_computed:
            raise Refused("field_computed", name=field.name)
        read: sheet_own.Readers = {"people": lambda said: self._people(said, space), "due": lambda said: self._due(said, space)}
        found = sheet_own.value(field, text, read)
        return {field.key: found} if found is not None or (item is not None and field.key in item.fields) else {}

    def column_of(self, place: int, problem_name: str) -> str:
        """The column of the field that a refusal names."""
        one = next((g for g in self.given if g.place == place), None)
        space = None if one is None else self.items[one.id].space if one.id in self.items else self._space(one)
        return self.own.column_of(space.pk, problem_name) if space else "fields"

    def _state(self, text: str, space: Space | None) -> State | None:
        rows = self._states.get(space.pk, []) if space else []
        found = _named(rows, text)
        category = CATEGORIES.get(text.casefold(), [])
        if found is None and len(category) == 1:
            found = next((s for s in rows if s.category == category[0] and s.retired_at is None), None)
        return found or _refuse("cell_state", text, space, rows)

    def _type(self, text: str, space: Space | None) -> WorkItemType | None:
        rows = self._types.get(space.pk, []) if space else []
        return _named(rows, text) or _refuse("cell_type", text, space, rows)

    def _people(self, text: str, space: Space | None) -> list[User]:
        found: dict[int, User] = {}
        for name in names_in(text):
            known = [self.user] if name.casefold() in ME else self._named_people.get(name.casefold(), [])
            if len(known) != 1:
                raise Refused("cell_person_twice" if known else "cell_person", text=name[:60], n=len(known))
            found[known[0].pk] = known[0]
        return list(found.values())

    def _priority(self, text: str, space: Space | None) -> int:
        low = text.casefold()
        by_label = {str(label).casefold(): value for value, label in WorkItem.Priority.choices}
        by_number = {f"{before}{value}": value for value in WorkItem.Priority.values for before in ("", "p")}
        found = PRIORITIES.get(low) or by_label.get(low) or by_number.get(low)
        if found is None:
            raise Refused("cell_priority", text=text[:60])
        return found

    def _due(self, text: str, space: Space | None) -> date:
        narrow = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
        if _SERIAL.fullmatch(narrow):  # what Excel holds for a day: days since the end of 1899
            return _EXCEL_BEGINS + timedelta(days=int(float(narrow)))
        found = parse_moment(narrow, self.order)
        if found is None:
            is_unsure = parse_moment(narrow, "dmy") is not None
            raise Refused("cell_date_order" if is_unsure else "cell_date", text=text[:60])
        day = found.date() if isinstance(found, datetime) else found
        if not 1900 <= day.year < 2200:
            raise Refused("cell_date", text=text[:60])
        return day

    def _points(self, text: str, space: Space | None) -> float:
        plain = fold(text).replace("\u00a0", " ").replace("\u202f", " ")
        if not _NUMBER.fullmatch(plain):
            raise Refused("cell_number", text=text[:60])
        is_thousands = re.fullmatch(r"\d{1,3}(?:[, ]\d{3})+(?:\.\d+)?", plain)
        number = float(re.sub("[, ]", "", plain) if is_thousands else plain.replace(",", "."))
        if not 0 <= number < 1e6:
            raise Refused("cell_number", text=text[:60])
        return number

    def _parent(self, text: str, space: Space | None) -> WorkItem:
        key = text.split()[0].upper()
        if key not in self._keyed:
            raise Refused("cell_parent", text=text[:60], example=f"{space.key}-12" if space else "POR-12")
        return self._keyed[key]

    # what the texts name, one query each

    def _texts(self, column: str) -> set[str]:
        return {one.cells[column].strip() for one in self.given if one.cells.get(column, "").strip()}

    @cached_property
    def _own_columns(self) -> set[str]:
        return {column for one in self.given for column in one.cells if column.startswith(PREFIX)}

    @cached_property
    def own(self) -> sheet_own.OwnCells:
        return sheet_own.OwnCells(self.user, self._own_columns, self._spaces)

    @cached_property
    def order(self) -> Any:
        """Whether days or months stand first in this block, as far as its dates tell."""
        evidence = OrderEvidence()
        for column in {"due"} | {c for c in self._own_columns if self.own.are(c, FieldDefinition.Kind.DATE)}:
            for one in self.given:
                evidence.look(column, one.cells.get(column, ""))
        return evidence.order

    @cached_property
    def _projects(self) -> dict[str, Space]:
        rows = Space.objects.visible_to(self.user).filter(pk__in=self.editable, kind="project").order_by("-id")
        named = self._texts("project")
        low = {n.casefold() for n in named}
        found = [s for s in rows.annotate(low=Lower("name")) if s.name.casefold() in low or s.key.casefold() in low]
        return {s.name.casefold(): s for s in found} | {s.key.casefold(): s for s in found}

    @cached_property
    def _spaces(self) -> set[int]:
        home = {self.home.pk} if self.home else set()
        return {i.space_id for i in self.items.values()} | {s.pk for s in self._projects.values()} | home

    @cached_property
    def _states(self) -> dict[int, list[State]]:
        return _by_space(State.objects.visible_to(self.user).filter(space_id__in=self._spaces).in_order())

    @cached_property
    def _types(self) -> dict[int, list[WorkItemType]]:
        return _by_space(WorkItemType.objects.visible_to(self.user).filter(space_id__in=self._spaces))

    @cached_property
    def _named_people(self) -> dict[str, list[User]]:
        columns = {"assignees"} | {c for c in self._own_columns if self.own.are(c, FieldDefinition.Kind.PERSON)}
        names = {n.casefold() for column in columns for text in self._texts(column) for n in names_in(text)}
        rows = User.objects.visible_to(self.user).active().annotate(low=Lower("name")).filter(low__in=names)
        found: dict[str, list[User]] = defaultdict(list)
        for person in rows:
            found[person.name.casefold()].append(person)
        return found

    @cached_property
    def _keyed(self) -> dict[str, WorkItem]:
        keys = {text.split()[0].upper() for text in self._texts("parent")}
        rows = WorkItem.objects.visible_to(self.user).present().filter(key__in=keys)
        return {i.key: i for i in rows.select_related("parent")}


def names_in(text: str) -> list[str]:
    return [name for name in _SEPARATORS.split(text.strip()) if name][:50]


def labels_in(text: str) -> list[str]:
    """Semicolons divide; without any, commas do."""
    parts = _SEPARATORS.split(text) if _SEPARATORS.search(text) else re.split("[,，]", text)
    return list(dict.fromkeys(p.strip()[:200] for p in parts if p.strip()))[:MOST_LABELS]


def _named(rows: Iterable[Any], text: str) -> Any:
    return next((row for row in rows if row.name.casefold() == text.casefold()), None)


def _refuse(code: str, text: str, space: Space | None, rows: Iterable[Any]) -> None:
    if space is None:
        return None  # the row is refused for that
    raise Refused(code, text=text[:60], space=space.name, allowed=", ".join(row.name for row in rows if row.retired_at is None))


def _by_space(rows: Iterable[Any]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.space_id].append(row)
    return found


_NOTHING: dict[str, Any] = {"assignees": []}
_READERS: dict[str, Callable[[Cells, str, Space | None], Any]] = {
    "title": lambda c, text, s: text, "labels": lambda c, text, s: labels_in(text), "state": Cells._state, "type": Cells._type,
    "assignees": Cells._people, "priority": Cells._priority, "due": Cells._due, "points": Cells._points, "parent": Cells._parent,
}  # fmt: skip
