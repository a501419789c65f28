"""A work item as a line of a table or a card: one query with few columns, no model instances.

A page of fifty would otherwise make three hundred of them, which costs more than everything else on the page. A line
has the attributes of `WorkItem` that lists, boards and exports show; whoever needs another adds it here."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import TextField, Value
from django.db.models.query import ValuesListIterable

from tandem.work.models import State, WorkItem

_OWN = (
    "id", "key", "number", "title", "version", "space_id", "type_id", "state_id", "parent_id", "reporter_id", "priority", "service_class", "labels",
    "due_on", "estimate_points", "percent_complete", "rank", "created_at", "updated_at", "actual_start", "actual_finish",
    "planned_start", "planned_finish", "estimate_minutes", "logged_minutes", "remaining_minutes",
    "archived_at",
)  # fmt: skip
_JOINED = (
    "state__name", "state__category", "state__rank", "type__name", "space__name", "space__key", "parent__key", "parent__title",
    "reporter__name",
)  # fmt: skip
LEAVABLE = {"created_at", "updated_at", "actual_start", "actual_finish", "planned_start", "planned_finish", "parent", "reporter"}
_NOTHING = Value(None, output_field=TextField())
_PRIORITIES = dict(WorkItem.Priority.choices)


@dataclass(slots=True, frozen=True)
class Named:
    """The other end of a foreign key, as far as a line shows it."""

    pk: int
    name: str
    key: str = ""
    title: str = ""
    category: str = ""
    rank: int = 0

    @property
    def is_done(self) -> bool:
        return self.category == State.Category.DONE


@dataclass(slots=True)
class Line:
    id: int
    key: str
    number: int
    title: str
    version: int
    space_id: int
    type_id: int
    state_id: int
    parent_id: int | None
    reporter_id: int | None
    priority: int | None
    service_class: str
    labels: list[str]
    due_on: date | None
    estimate_points: float | None
    percent_complete: int
    rank: float
    created_at: datetime
    updated_at: datetime | None
    actual_start: datetime | None
    actual_finish: datetime | None
    planned_start: datetime | None
    planned_finish: datetime | None
    estimate_minutes: int | None
    logged_minutes: int
    remaining_minutes: int | None
    archived_at: datetime | None
    state: Named
    type: Named
    space: Named
    parent: Named | None
    reporter: Named | None
    fields: dict[str, Any] = field(default_factory=dict)
    derived: dict[str, Any] = field(default_factory=dict)

    @property
    def pk(self) -> int:
        return self.id

    @property
    def is_done(self) -> bool:
        return self.state.is_done

    def get_priority_display(self) -> str | None:
        return str(_PRIORITIES[self.priority]) if self.priority in _PRIORITIES else None

    def __str__(self) -> str:
        return f"{self.key} {self.title}"


class _Lines(ValuesListIterable):  # type: ignore[type-arg]
    """Rows of one state, type or space share its object."""

    def __iter__(self) -> Iterator[Line]:
        known: dict[tuple[str, int], Named] = {}

        def named(kind: str, pk: int, *values: Any) -> Named:
            found = known.get((kind, pk))
            if found is None:
                found = known[kind, pk] = Named(pk, *values)
            return found

        for row in super().__iter__():
            state, category, state_rank, type_, space, space_key, parent_key, parent, reporter, *more = row[len(_OWN) :]
            own = row[: len(_OWN)]
            yield Line(
                *own,
                named("state", own[7], state, "", "", category, state_rank), named("type", own[6], type_),
                named("space", own[5], space, space_key),
                named("parent", own[8], parent, parent_key, parent) if parent_key is not None else None,
                named("reporter", own[9], reporter) if reporter is not None else None, *more,
            )  # fmt: skip


def lines(rows: Any, *, with_fields: bool = False, without: Collection[str] = ()) -> Any:
    """The same rows (filter and order them as before), each a `Line`; with the fields of teams' own where they are shown,
    `without` moments and the other ends of keys (of `LEAVABLE`) that nobody looks at: each costs, joined ones most."""
    named = [_NOTHING if name.split("__")[0] in without else name for name in (*_OWN, *_JOINED)]
    found = rows.values_list(*named, *(("fields", "derived") if with_fields else ()))
    found._iterable_class = _Lines
    return found
