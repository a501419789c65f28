"""Sprints of a project: who is there for how many days, what they hold, and what the team usually gets done in one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, F, OuterRef, Q, Sum
from django.db.models.functions import Coalesce, JSONObject

from tandem.compute.flow import sprint as compute
from tandem.compute.flow.sprint import Velocity
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.kit import clock
from tandem.planning.availability import available_hours
from tandem.planning.calendars import Calendars
from tandem.reports.queries.sprint_pieces import held_by
from tandem.resources.models import Booking
from tandem.work.models import Sprint, SprintMember, State, WorkItem

__all__ = [  # with the answers of the core, so that pages need not know where they come from
    "LOOK_BACK", "NotEnough", "Outcome", "Place", "Velocity", "WorkingCalendar", "booked", "calendar_of", "end_moment", "first_day",
    "in_backlog", "last_day", "outcome", "outcomes", "people", "sums", "uses_points", "velocity",
]  # fmt: skip

_EPIC = 3
_BOOKED = JSONObject(first="starts_on", last="ends_on", percent="percent")
LOOK_BACK = 8
"""Closed sprints that the velocity rests on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in a sprint: `days` are the working days that they have for it."""

    user_id: int
    name: str
    share: int
    days_off: float
    working_days: int
    # what they have of them: their own calendar, part time, time off; None where the sprint has no dates
    own_days: float | None = None
    # of their time, in per cent, booked for the project on its working days; 0 where nothing is
    booked: int = 0

    @property
    def days(self) -> float:
        have = self.working_days if self.own_days is None else self.own_days
        return max(0.0, have - self.days_off) * self.share / 100

    @property
    def known_off(self) -> float:
        """Days of the project's that they do not have anyway."""
        return 0.0 if self.own_days is None else max(0.0, self.working_days - self.own_days)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a closed sprint: what it held at its start and its end, what was done within it."""

    sprint: Sprint
    start: compute.Sum
    end: compute.Sum
    done: float
    items_done: int
    days: float
    undated: int


def calendar_of(space_id: int) -> WorkingCalendar:
    return Calendars([space_id], clock.today()).of_space(space_id)


def first_day(sprint: Sprint) -> date | None:
    moment = sprint.began or sprint.starts_at
    return moment.date() if moment else None


def last_day(sprint: Sprint) -> date | None:
    return sprint.ends_at.date() if sprint.ends_at else None


def end_moment(sprint: Sprint) -> datetime | None:
    """When a closed sprint was over: when it was closed; of an imported one the end of its last day."""
    if sprint.closed_at or sprint.ends_at is None:
        return sprint.closed_at
    return compute.end_of(sprint.ends_at.date())


def uses_points(user: Any, space_id: int) -> bool:
    """Whether most of what this project plans is estimated in points."""
    rows = WorkItem.objects.visible_to(user).present().filter(space=space_id, sprints__isnull=False)
    found = rows.aggregate(all=Count("id"), estimated=Count("id", filter=Q(estimate_points__isnull=False)))
    return bool(found["all"]) and found["estimated"] * 2 >= found["all"]


def people(user: Any, sprints: Iterable[Sprint], calendar: WorkingCalendar, known: Calendars | None = None) -> dict[int, list[Place]]:
    """Sprint id → who is in it. Sprints without dates have no days yet."""
    sprints = list(sprints)
    seen = Sprint.objects.visible_to(user).filter(pk__in=[s.pk for s in sprints]).values("pk")
    rows = SprintMember.objects.filter(sprint__in=seen).order_by("user__name", "id")  # house: reads — seen before
    days = {s.pk: _working_days(s, calendar) for s in sprints}
    found: dict[int, list[Place]] = defaultdict(list)
    kept = Booking.objects.visible_to(user).filter(person=OuterRef("user_id"), space=OuterRef("sprint__space_id"))
    columns = ("sprint_id", "user_id", "user__name", "share", "days_off", ArraySubquery(kept.values_list(_BOOKED)))
    named = list(rows.values_list(*columns))
    spans = {s.pk: _span(s) for s in sprints}
    own = _own_days({row[1] for row in named}, sprints, calendar, known)
    for sprint, person, name, share, off, bookings in named:
        own_days, taken = own.get((sprint, person)), _average(bookings, spans[sprint], calendar)
        found[sprint].append(Place(person, name, share, off, days[sprint], own_days, taken))
    return found


def booked(user: Any, sprint: Sprint, people: Iterable[int]) -> dict[int, int]:
    """Person → the share of their time, in per cent, that is booked for the project on the sprint's working days, on average;
    whoever is not booked is not there."""
    rows = Booking.objects.visible_to(user).filter(person__in=list(people), space=sprint.space_id)
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for person, one in rows.values_list("person_id", _BOOKED):
        found[person].append(one)
    span, calendar = _span(sprint), calendar_of(sprint.space_id)
    return {person: share for person, of in found.items() if (share := _average(of, span, calendar))}


def _average(bookings: list[dict[str, Any]], span: tuple[date, date] | None, calendar: WorkingCalendar) -> int:
    """In per cent of the working days between; 0 where nothing is booked on them."""
    if not bookings or span is None or not (days := calendar.count_working_days(*span)):
        return 0
    total, (first, last) = 0.0, span
    for one in bookings:
        begins, ends = (date.fromisoformat(one[end]) for end in ("first", "last"))
        total += float(one["percent"]) * calendar.count_working_days(max(begins, first), min(ends, last))
    share = total / days
    return max(1, min(100, round(share))) if share else 0


def _own_days(people: set[int], sprints: list[Sprint], calendar: WorkingCalendar, known: Calendars | None = None) -> dict[tuple[int, int], float]:
    """(sprint, person) → the days that the person has between its first and last day; for sprints of one project."""
    spans = {s.pk: span for s in sprints if (span := _span(s))}
    if not people or not spans:
        return {}
    have = available_hours(people, min(first for first, _last in spans.values()), max(last for _first, last in spans.values()), usual=calendar, known=known)
    return {(pk, person): have.person_days(person, first, last) for pk, (first, last) in spans.items() for person in people}


def _span(sprint: Sprint) -> tuple[date, date] | None:
    first, last = (sprint.starts_at or sprint.began), sprint.ends_at
    return (first.date(), last.date()) if first and last and last >= first else None


def _working_days(sprint: Sprint, calendar: WorkingCalendar) -> int:
    span = _span(sprint)
    return calendar.count_working_days(*span) if span else 0


def sums(user: Any, space_id: int, condition: Q | None = None) -> dict[int | None, dict[str, float]]:
    """Open sprint id (None: the backlog) → items, those done, points, points done, and how many have no estimate."""
    done = Q(state__category=State.Category.DONE)
    counted = {
        "items": Count("id"), "done": Count("id", filter=done), "points": Coalesce(Sum("estimate_points"), 0.0),
        "points_done": Coalesce(Sum("estimate_points", filter=done), 0.0),
        "unsized": Count("id", filter=Q(estimate_points__isnull=True)),
    }  # fmt: skip
    rows = WorkItem.objects.visible_to(user).present().filter(condition or Q(), space=space_id)
    opened = Q(sprints__state__in=(Sprint.State.FUTURE, Sprint.State.ACTIVE))
    found: dict[int | None, dict[str, float]] = {}
    for row in rows.filter(opened).order_by().values("sprints").annotate(**counted):
        found[row.pop("sprints")] = row
    found[None] = in_backlog(user, space_id).filter(condition or Q()).aggregate(**counted)
    return found


def in_backlog(user: Any, space_id: int) -> Any:
    """What is open and in no open sprint, without what is only the sum of its parts: epics and the like."""
    held = Sprint.objects.visible_to(user).open().filter(space=space_id, items__isnull=False).values("items")
    rows = WorkItem.objects.visible_to(user).open().filter(space=space_id, is_summary=False, type__level__lt=_EPIC)
    return rows.exclude(pk__in=held)


def outcomes(user: Any, space_id: int, by_points: bool, calendar: WorkingCalendar) -> list[Outcome]:
    """The last closed sprints of which the days are known, oldest first."""
    rows = Sprint.objects.visible_to(user).closed().filter(space=space_id, ends_at__isnull=False)
    rows = rows.exclude(started_at=None, starts_at=None)
    last = list(rows.order_by(Coalesce(F("closed_at"), F("ends_at")).desc(), "-id")[:LOOK_BACK])[::-1]
    held, places = held_by(user, last, by_points), people(user, last, calendar)
    return [outcome(s, held[s.pk], places.get(s.pk, [])) for s in last]


def outcome(sprint: Sprint, held: Any, places: list[Place]) -> Outcome:
    began, ended = sprint.began, end_moment(sprint)
    assert began is not None
    assert ended is not None
    start, end = compute.sum_at(held.pieces, began), compute.sum_at(held.pieces, ended)
    fresh = [p for p in held.pieces if p.is_held(ended) and p.is_done(ended) and not p.is_done(began)]
    done = sum(p.size(ended) for p in fresh)
    return Outcome(sprint, start, end, done, len(fresh), sum(p.days for p in places), held.undated)


def velocity(found: list[Outcome], days_now: float = 0.0) -> Velocity | NotEnough:
    return compute.velocity([o.done for o in found], [o.days for o in found], days_now)
