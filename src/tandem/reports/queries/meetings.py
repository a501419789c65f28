"""Meetings as a reader sees them: points with the records behind them, what came of them, and what series of meetings cost and bring."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, ExpressionWrapper, F, FloatField, Q, Sum
from django.db.models.functions import Extract

from tandem.governance.models import Meeting, MeetingOutcome, MeetingPoint
from tandem.reports.queries import references
from tandem.reports.queries.references import Key, Named


@dataclass(frozen=True, slots=True)
class Point:
    """`named` is the record behind it as it stands now; without one, `is_hidden` says that the reader may not know its name."""

    row: Any
    named: Named | None
    is_hidden: bool
    outcomes: list["Outcome"]


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: str
    named: Named | None


def points(user: Any, meeting: Meeting, host: str = "") -> tuple[list[Point], dict[Key, Named]]:
    """In their order, those that were taken off last; and every record that they, their minutes or their outcomes name."""
    rows = list(MeetingPoint.objects.visible_to(user).filter(meeting=meeting).select_related("noted_by").order_by("is_dropped", "rank", "id"))
    born = list(MeetingOutcome.objects.visible_to(user).filter(meeting=meeting).select_related("item"))
    keys: list[Key] = [row.key for row in rows if row.key]
    keys += [key for row in rows for key in references.keys_in(row.notes, host)] + [key_of(one) for one in born]
    found = references.read(user, keys)
    made: dict[int | None, list[Outcome]] = defaultdict(list)
    for one in born:
        made[one.point_id].append(Outcome(one.kind, found.get(key_of(one))))
    shown = [Point(row, found.get(row.key) if row.key else None, bool(row.key) and row.key not in found, made[row.pk]) for row in rows]
    return shown, found


def key_of(outcome: MeetingOutcome) -> Key:
    return ("decisions", str(outcome.decision_id)) if outcome.decision_id else ("work-items", outcome.item.key if outcome.item else "")


@dataclass(frozen=True, slots=True)
class Value:
    """Of one series in a period: meetings held, hours of people, decisions and actions."""

    series_id: int
    title: str
    space: str
    owner: str
    held: int
    hours: float
    decisions: int
    actions: int

    @property
    def decides_nothing(self) -> bool:
        """Held at least twice, and nothing came of it."""
        return self.held > 1 and not self.decisions + self.actions

    @property
    def hours_each(self) -> float | None:
        """Hours of people for each decision or action."""
        born = self.decisions + self.actions
        return self.hours / born if born else None


def values(user: Any, first: datetime, last: datetime, space_ids: Any = None) -> list[Value]:
    """What costs most first. Three queries, however many meetings."""
    rows = Meeting.objects.visible_to(user).held().filter(starts_at__gte=first, starts_at__lt=last)
    if space_ids is not None:
        rows = rows.filter(space_id__among=space_ids)
    length = ExpressionWrapper(Extract(F("ends_at") - F("starts_at"), "epoch") / 3600.0, output_field=FloatField())
    held = dict(rows.order_by().values_list("series").annotate(Count("id")))
    hours = dict(rows.order_by().filter(presences__isnull=False).values_list("series").annotate(spent=Sum(length)))
    born = {
        series: (decisions, actions)
        for series, decisions, actions in MeetingOutcome.objects.visible_to(user).filter(meeting__in=rows.order_by().values("pk")).order_by()
        .values_list("meeting__series").annotate(decided=Count("id", filter=Q(kind="decision")), acted=Count("id", filter=Q(kind="action")))
    }  # fmt: skip
    names = rows.order_by("series").distinct("series").values_list("series", "series__title", "space__name", "series__owner__name")
    found = [
        Value(pk, title, space, owner, held[pk], round(hours.get(pk) or 0.0, 2), *born.get(pk, (0, 0)))
        for pk, title, space, owner in names
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.hours, one.title))
