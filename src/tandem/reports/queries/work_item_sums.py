"""What stands below a table of work items: how many, how many points, how many are done, by group."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext as _

from tandem.reports.queries import work_item_groups
from tandem.reports.queries.work_item_groups import Line
from tandem.reports.queries.work_item_table import GROUPS
from tandem.work.models import ServiceClass, State, WorkItem


@dataclass(frozen=True)
class Sums:
    total: Line
    groups: list[Line]
    note: str = ""


_FIGURES = {
    "items": Count("id"), "done": Count("id", filter=Q(state__category=State.Category.DONE)),
    "points": Sum("estimate_points", default=0.0), "sized": Count("estimate_points"),
}  # fmt: skip
_PRIORITIES = dict(WorkItem.Priority.choices)
_CLASSES = dict(ServiceClass.choices)


def of(rows: Any, group: str, by: str = "") -> Sums:
    """The groups, added up for the total; where an item may be in several, the total is asked for by itself. `by` is
    the column of a group that is a field of a team's own."""
    if group in work_item_groups.GROUPS:
        return Sums(Line("", **rows.order_by().aggregate(**_FIGURES)), work_item_groups.sums(rows, group), work_item_groups.note())
    column = GROUPS.get(group) or by
    if column.startswith("fields__"):  # a name as people write it is no name of a column
        rows, column = rows.annotate(own_value=KeyTextTransform(column.removeprefix("fields__"), "fields")), "own_value"
    found = rows.order_by().values(column).annotate(**_FIGURES) if column else [rows.aggregate(**_FIGURES)]
    lines = [Line(_name(group, row.pop(column, None)), **row) for row in map(dict, found)]
    lines.sort(key=lambda line: -line.items)
    total = Line("", *(sum(getattr(line, name) for line in lines) for name in _FIGURES))
    return Sums(total, lines if column else [])


def _name(group: str, value: Any) -> str:
    if group == "class":
        return str(_CLASSES.get(value, value))
    return str(_PRIORITIES.get(value, _("No priority"))) if group == "priority" else str("" if value is None else value)
