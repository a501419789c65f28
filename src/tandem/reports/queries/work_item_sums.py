"""What stands below a table of work items: how many, how many points, how many are done, by group."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from tandem.reports.queries.work_item_table import GROUPS
from tandem.work.models import State, WorkItem


@dataclass(frozen=True)
class Line:
    name: str
    items: int
    done: int
    points: float
    sized: int
    "How many of the items have points at all: a sum rests on these."
    logged: int
    "Minutes."


@dataclass(frozen=True)
class Sums:
    total: Line
    groups: list[Line]


_FIGURES = {
    "items": Count("id"), "done": Count("id", filter=Q(state__category=State.Category.DONE)),
    "points": Sum("estimate_points", default=0.0), "sized": Count("estimate_points"),
    "logged": Sum("logged_minutes", default=0),
}  # fmt: skip
_PRIORITIES = dict(WorkItem.Priority.choices)


def of(rows: Any, group: str, by: str = "") -> Sums:
    """One query: the groups, added up for the total. `by` is the column of a group that is a field of a team's own."""
    column = GROUPS.get(group) or by
    if column.startswith("fields__"):  # a name as people write it is no name of a column
        rows, column = rows.annotate(own_value=KeyTextTransform(column.removeprefix("fields__"), "fields")), "own_value"
    found = rows.order_by().values(column).annotate(**_FIGURES) if column else [rows.aggregate(**_FIGURES)]
    lines = [Line(_name(group, row.pop(column, None)), **row) for row in map(dict, found)]
    lines.sort(key=lambda line: -line.items)
    total = Line("", *(sum(getattr(line, name) for line in lines) for name in _FIGURES))
    return Sums(total, lines if column else [])


def _name(group: str, value: Any) -> str:
    return str(_PRIORITIES.get(value, _("No priority"))) if group == "priority" else str("" if value is None else value)
