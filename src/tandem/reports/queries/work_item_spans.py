"""Work items as spans of time, for the timeline layout: what is said about each, actual before planned."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateTimeField, Q
from django.db.models.functions import Cast, Coalesce, Least

from tandem.planning.calendars import day_of
from tandem.reports.queries.work_item_lines import Line, lines

_DATED = Q(planned_start__isnull=False) | Q(planned_finish__isnull=False) | Q(due_on__isnull=False) | Q(actual_start__isnull=False)


@dataclass(frozen=True)
class Span:
    """`start` and `finish` reach from the begun or planned day to the finished or planned one; either may be unknown."""

    item: Line
    start: date | None
    finish: date | None

    @property
    def days(self) -> list[date]:
        return [day for day in (self.start, self.finish, self.item.due_on) if day]


def spans(rows: Any, most: int) -> tuple[list[Span], bool, int]:
    """The first `most` dated items by project and begin; whether there are more; and how many have no date (counted up to 1,000)."""
    begin = Least(Coalesce("actual_start", "planned_start", "planned_finish"), Cast("due_on", DateTimeField()))
    chosen = rows.filter(_DATED).order_by("space__name", begin.asc(nulls_last=True), "id").values_list("pk", flat=True)[: most + 1]
    ids = list(chosen)
    found = {line.pk: line for line in lines(rows.filter(pk__in=ids[:most]))}
    undated = len(rows.exclude(_DATED).order_by().values_list("pk")[:1000])
    return [_span(found[pk]) for pk in ids[:most] if pk in found], len(ids) > most, undated


def of(rows: Any) -> list[Span]:
    """These, whatever they hold."""
    return [_span(line) for line in lines(rows)]


def _span(line: Line) -> Span:
    return Span(line, day_of(line.actual_start or line.planned_start), day_of(line.actual_finish or line.planned_finish))


