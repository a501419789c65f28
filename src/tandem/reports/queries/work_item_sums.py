"""What stands below a table of work items: how many, how many points, how many are done, by group."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _

from tandem.people.models import User
from tandem.reports.queries import work_item_groups
from tandem.reports.queries.own_fields import Column, people_in
from tandem.reports.queries.work_item_groups import Line
from tandem.reports.queries.work_item_table import GROUPS
from tandem.work.models import FieldDefinition, ServiceClass, State, WorkItem


@dataclass(frozen=True)
class Sums:
    total: Line
    groups: list[Line]
    note: str = ""


_FIGURES = {
    "items": Count("id"), "done": Count("id", filter=Q(state__category=State.Category.DONE)),
    "points": Sum("estimate_points", default=0.0), "sized": Count("estimate_points"),
    "logged": Sum("logged_minutes", default=0),
}  # fmt: skip
_PRIORITIES = dict(WorkItem.Priority.choices)
_CLASSES = dict(ServiceClass.choices)


def of(rows: Any, group: str, own: Column | None = None, user: Any = None) -> Sums:
    """The groups, added up for the total; where an item may be in several, the total is asked for by itself. `own` is the
    field of a team's own by which rows are grouped; the names of people in it are a query more."""
    if group in work_item_groups.GROUPS:
        return Sums(Line("", **rows.order_by().aggregate(**_FIGURES)), work_item_groups.sums(rows, group, user), work_item_groups.note())
    column = GROUPS.get(group) or (own.column if own else "")
    store, _sep, key = column.partition("__")
    if store in ("fields", "derived"):  # a name as people write it is no name of a column
        rows, column = rows.annotate(own_value=KeyTransform(key, store)), "own_value"
    found = rows.order_by().values(column).annotate(**_FIGURES) if column else [rows.aggregate(**_FIGURES)]
    listed = [dict(row) for row in found]
    people = _people(listed) if own and own.kind == FieldDefinition.Kind.PERSON else {}
    lines = [Line(_name(group, row.pop(column, None), people), **row) for row in listed]
    lines.sort(key=lambda line: -line.items)
    total = Line("", *(sum(getattr(line, name) for line in lines) for name in _FIGURES))
    return Sums(total, lines if column else [])


def _people(rows: list[dict[str, Any]]) -> dict[int, str]:
    ids = {pk for row in rows for pk in people_in(row["own_value"])}
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))  # house: reads — people named in items that visible_to has chosen


def _name(group: str, value: Any, people: dict[int, str]) -> str:
    if isinstance(value, list) or people:
        return ", ".join(people.get(one, str(one)) for one in (value if isinstance(value, list) else [value]) if one is not None)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if group == "class":
        return str(_CLASSES.get(value, value))
    return str(_PRIORITIES.get(value, _("No priority"))) if group == "priority" else str("" if value is None else value)
