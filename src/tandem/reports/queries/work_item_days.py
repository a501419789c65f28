"""Work items by the day on which they are due: the first few of each day, and how many there are."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber

from tandem.reports.queries.work_item_lines import Line, lines


@dataclass
class Day:
    items: list[Line] = field(default_factory=list)
    count: int = 0


def due_between(rows: Any, first: date, last: date, most: int) -> dict[date, Day]:
    """Day → its first `most` items, open and urgent ones before others; two queries however many items."""
    chosen = rows.filter(due_on__range=(first, last))
    days = {day: Day(count=n) for day, n in chosen.order_by().values_list("due_on").annotate(n=Count("id"))}
    order = (F("actual_finish").asc(nulls_first=True), F("priority").asc(nulls_last=True), F("id").asc())
    place = Window(RowNumber(), partition_by=F("due_on"), order_by=order)
    ids = list(chosen.order_by().annotate(place=place).filter(place__lte=most).values_list("pk", flat=True))
    for line in lines(rows.filter(pk__in=ids)).order_by(*order):
        days[line.due_on].items.append(line)
    return days


def undated(rows: Any, most: int) -> int:
    """How many have no due date, counted up to `most`."""
    return len(rows.filter(due_on=None).order_by().values_list("pk")[:most])
