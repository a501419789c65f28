"""The table of work items: what an address asks for (filter, scope, order, group, columns), and its cells as values."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from tandem.kit.errors import Hidden
from tandem.kit.text import whole_number
from tandem.people.models import Space, SpaceKind
from tandem.reports.queries import filter_language, filter_words, linked, own_fields, scope, work_item_groups
from tandem.reports.queries import work_items as reads
from tandem.reports.queries.own_fields import Column, OwnFields
from tandem.reports.queries.work_item_lines import LEAVABLE
from tandem.work.models import WorkItem

COLUMNS = {
    "key": _("Key"), "title": _("Title"), "state": _("State"), "type": _("Type"), "assignees": _("Assignees"),
    "priority": _("Priority"), "due": _("Due"), "points": _("Points"),
    "estimate": _("Estimate"), "logged": _("Logged"), "remaining": _("Left"), "labels": _("Labels"), "parent": _("Part of"),
    "project": _("Project"), "reporter": _("Reported by"), "created": _("Created"), "finished": _("Finished"), "updated": _("Changed"),
    "links": _("Links"),
}  # fmt: skip
IN_HOURS = {"estimate", "logged", "remaining"}
SORTS = {name: column.lstrip("-") for name, column in filter_words.SORTS.items()}
USUAL = ["key", "title", "state", "assignees", "priority", "due", "project", "updated"]
# a group is an order: its rows stand together, and key pages go on within it
GROUPS = {"state": "state__name", "project": "space__name", "type": "type__name", "priority": "priority", "class": "service_class"}
_SHOWS = {"created": "created_at", "finished": "actual_finish", "updated": "updated_at", "parent": "parent", "reporter": "reporter"}
CHUNK = 2_000
"""Rows of an export that are in memory at once."""


@dataclass
class Asked:
    rows: Any
    space: Space | None
    columns: list[str]
    sort: str
    group: str
    user: Any
    own: list[Column]
    "The fields of teams' own in the scope: what else may be a column."

    @property
    def own_shown(self) -> list[Column]:
        return [c for c in self.own if c.code in self.columns]

    @property
    def needs_fields(self) -> bool:
        """Whether the rows bring the values of own fields along."""
        return bool(self.own_shown) or self.sort.lstrip("-").startswith(("fields__", "derived__"))

    @property
    def unseen(self) -> set[str]:
        """What no column of a line shows, and its order does not need."""
        return LEAVABLE - {_SHOWS.get(c, "") for c in self.columns} - {self.sort.lstrip("-")}

    @property
    def own_group(self) -> Column | None:
        return next((c for c in self.own if c.code == self.group), None)

    @property
    def is_in_several(self) -> bool:
        """Whether an item may stand in several of the groups."""
        return self.group in work_item_groups.GROUPS

    def label(self, column: str) -> str:
        return str(COLUMNS[column]) if column in COLUMNS else next(c.name for c in self.own if c.code == column)


def asked(params: Any, user: Any) -> Asked:
    """What a query string (a `QueryDict`) asks for. Raises `Refused` for a filter that cannot be read."""
    space = _space(params, user)
    rows = in_scope(user, space).filter(filter_language.listed(params.get("q", ""), user))
    own = own_fields.columns(user, scope.below(user, space.pk) if space else None)
    groups = GROUPS | {c.code: c.column for c in own}
    group = params.get("group", "") if params.get("group", "") in {**groups, **work_item_groups.GROUPS} else ""
    is_project = bool(space and space.kind == SpaceKind.PROJECT)
    by_group = "state__rank" if group == "state" and is_project else groups.get(group)
    sort = by_group or filter_language.ordering(params.get("q", ""), user) or _sort(params.get("sort", ""), own)
    return Asked(rows, space, _columns(params, is_project, own), sort, group, user, own)


def nothing(params: Any, user: Any) -> Asked:
    """The same without rows: a filter that cannot be read finds nothing, the page around it stands."""
    plain = params.copy()
    plain["q"] = ""
    found = asked(plain, user)
    found.rows = found.rows.none()
    return found


def in_scope(user: Any, space: Space | None) -> Any:
    """The present items that one sees: of a space and all below it, or of everything."""
    rows = WorkItem.objects.visible_to(user).present()
    return rows.filter(space_id__among=scope.below(user, space.pk)) if space else rows


def _space(params: Any, user: Any) -> Space | None:
    number = whole_number(params.get("space", ""))
    if number is None:
        return None
    space = Space.objects.visible_to(user).filter(pk=number).first()
    if space is None:
        raise Hidden
    return space


def _sort(wanted: str, own: list[Column]) -> str:
    known = SORTS | {c.code: c.column for c in own}
    field = known.get((wanted or "-updated").lstrip("-"))
    return f"-{field}" if field and (wanted or "-").startswith("-") else field or "-updated_at"


def _columns(params: Any, is_project: bool, own: list[Column]) -> list[str]:
    known = [*COLUMNS, *(c.code for c in own)]
    wanted = {c for part in params.getlist("cols") for c in part.split(",")}
    usual = [c for c in USUAL if not (is_project and c == "project")]
    return [c for c in known if c in wanted] or usual


def heads(found: Asked) -> list[str]:
    return [f"{found.label(c)} (h)" if c in IN_HOURS else found.label(c) for c in found.columns]


def cells(found: Asked, step: Callable[[int, int], None] = lambda done, total: None) -> Iterator[list[Any]]:
    """Every row in the order of the table, as values: dates as dates, points as numbers. Which ones and in which order
    is settled by their ids first; then a part at a time is in memory."""
    field = F(found.sort.lstrip("-"))
    order = field.desc(nulls_last=True) if found.sort.startswith("-") else field.asc(nulls_last=True)
    ids = list(found.rows.order_by(order, "id").values_list("pk", flat=True))
    for begin in range(0, len(ids), CHUNK):
        part = ids[begin : begin + CHUNK]
        lines = {line.pk: line for line in reads.shown(part, with_fields=found.needs_fields)}
        own = OwnFields.of(found.user, {i.space_id for i in lines.values()}).meet(lines.values()) if found.own_shown else None
        people = reads.assignees(list(lines.values()))
        links = links_of(found, lines)
        step(begin, len(ids))
        for pk in part:
            if pk in lines:
                yield [_value(lines[pk], column, people, own, links) for column in found.columns]
    step(len(ids), len(ids))


def first(found: Asked, most: int) -> tuple[list[Any], dict[int, list[dict[str, Any]]], bool]:
    """The first rows in the order of the table, their people, and whether there are more."""
    field = F(found.sort.lstrip("-"))
    order = (field.desc(nulls_last=True) if found.sort.startswith("-") else field.asc(nulls_last=True), F("id").asc())
    ids = list(found.rows.order_by(*order).values_list("pk", flat=True)[: most + 1])
    lines = list(reads.shown(ids[:most], with_fields=found.needs_fields).order_by(*order))
    return lines, reads.assignees(lines), len(ids) > most


def links_of(found: Asked, ids: Any) -> dict[int, str]:
    """What the links of these items say, when a column shows them."""
    return linked.of(found.user, ids) if "links" in found.columns else {}


def texts(item: Any, columns: list[str], people: dict[int, list[dict[str, Any]]], own: OwnFields | None = None, links: dict[int, str] | None = None) -> list[str]:
    """A row's cells as they are typed: days as 2027-02-12, numbers as short as they are exact."""
    return [_text(_value(item, column, people, own, links)) for column in columns]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return localtime(value).strftime("%Y-%m-%d %H:%M")
    return f"{value:.10g}" if isinstance(value, float) else "" if value is None else str(value)


def _value(item: Any, column: str, people: dict[int, list[dict[str, Any]]], own: OwnFields | None, links: dict[int, str] | None = None) -> Any:
    if column == "links":
        return (links or {}).get(item.pk, "")
    if own is not None and column.startswith(own_fields.PREFIX):
        return own.plain(item, column.removeprefix(own_fields.PREFIX))
    return _READ[column](item) if column in _READ else "; ".join(p["name"] for p in people.get(item.pk, []))


def _hours(minutes: int | None) -> float | None:
    """A file adds numbers up: hours."""
    return None if minutes is None else round(minutes / 60, 2)


_READ: dict[str, Callable[[Any], Any]] = {
    "key": lambda i: i.key, "title": lambda i: i.title, "state": lambda i: i.state.name, "type": lambda i: i.type.name,
    "priority": lambda i: i.get_priority_display() or "", "due": lambda i: i.due_on, "points": lambda i: i.estimate_points,
    "estimate": lambda i: _hours(i.estimate_minutes), "logged": lambda i: _hours(i.logged_minutes), "remaining": lambda i: _hours(i.remaining_minutes),
    "labels": lambda i: "; ".join(i.labels), "parent": lambda i: i.parent.key if i.parent else "", "project": lambda i: i.space.name,
    "reporter": lambda i: i.reporter.name if i.reporter else "", "created": lambda i: i.created_at, "finished": lambda i: i.actual_finish,
    "updated": lambda i: i.updated_at,
}  # fmt: skip
