"""Who has how much to do in which week against the time they have: bookings and planned work, meetings that take of the time, and what
makes each figure.

Hours count whatever the reader may see, so that nobody looks free who is not; names are told only of what they see."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Q, Sum

from tandem.governance.models import MeetingSeries
from tandem.kit import clock
from tandem.people.scoping import spaces_of
from tandem.planning.availability import Availability, Minutes, available_hours
from tandem.planning.calendars import day_in
from tandem.resources.models import Booking
from tandem.work.models import Assignment, State

WEEKS, MOST_WEEKS, MOST_ROWS = 12, 53, 60_000
_FAR = timedelta(days=1400)


@dataclass(slots=True)
class Cause:
    """A booking or an item that takes hours in each week; `key` is empty where the reader may not know what it is."""

    kind: str
    person_id: int
    space_id: int
    row_id: int
    hours: np.ndarray[Any, Any]
    is_hard: bool = False
    is_seen: bool = False
    key: str = ""
    title: str = ""
    unsized: bool = False


@dataclass(slots=True)
class Course:
    """One person's weeks, in hours. `load` takes of each project the greater of what is booked and what is planned, for a
    booking is kept for that very work."""

    time: np.ndarray[Any, Any]
    away: np.ndarray[Any, Any]
    met: np.ndarray[Any, Any]
    firm: np.ndarray[Any, Any]
    soft: np.ndarray[Any, Any]
    work: np.ndarray[Any, Any]
    load: np.ndarray[Any, Any]
    causes: list[Cause] = field(default_factory=list)


@dataclass(frozen=True)
class Load:
    weeks: list[date]
    courses: dict[int, Course]
    unsized: int
    is_cut: bool
    have: Availability


@dataclass(frozen=True, slots=True)
class Series:
    """Meetings of one series that take somebody's working time, in hours by week."""

    id: int
    title: str
    hours: np.ndarray[Any, Any]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def of(user: Any, people: Iterable[int], first: date, weeks: int = WEEKS) -> Load:
    """At most nine queries, however many people and weeks. `first` is a Monday."""
    people, weeks = sorted(set(people)), min(max(1, weeks), MOST_WEEKS)
    last = first + timedelta(days=7 * weeks - 1)
    have = available_hours(people, first, last)
    seen = spaces_of(user)
    causes, is_cut = _items(people, have, seen)
    causes += _bookings(people, have, seen)
    by_person: dict[int, list[Cause]] = defaultdict(list)
    for cause in causes:
        by_person[cause.person_id].append(cause)
    courses = {person: _course(person, have, by_person[person], weeks) for person in people}
    return Load([first + timedelta(days=7 * n) for n in range(weeks)], courses, sum(cause.unsized for cause in causes), is_cut, have)


def meetings(user: Any, found: Load, person: int) -> tuple[list[Series], np.ndarray[Any, Any]]:
    """What makes the hours in meetings of one of them: series that the reader sees, most hours first, and the sum of the others, of which they
    learn that the person is busy. Together what `Course.met` says. One query."""
    weeks: dict[int, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(len(found.weeks)))
    for one, day, minutes in found.have.meetings_of(person):
        weeks[one.of][day // 7] += minutes / 60
    names = dict(MeetingSeries.objects.visible_to(user).filter(pk__in=weeks).values_list("pk", "title"))
    told = [Series(pk, names[pk], hours) for pk, hours in weeks.items() if pk in names]
    busy = sum((hours for pk, hours in weeks.items() if pk not in names), start=np.zeros(len(found.weeks)))
    return sorted(told, key=lambda one: (-one.hours.sum(), one.id)), busy


def by_week(days: Minutes) -> np.ndarray[Any, Any]:
    """Minutes by day as hours by week."""
    return np.asarray(days.reshape(-1, 7).sum(axis=1) / 60)


def _course(person: int, have: Availability, causes: list[Cause], weeks: int) -> Course:
    booked: dict[int, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(weeks))
    planned: dict[int, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(weeks))
    firm, soft, work = np.zeros(weeks), np.zeros(weeks), np.zeros(weeks)
    for cause in causes:
        if cause.kind == "booking":
            booked[cause.space_id] += cause.hours
            firm, soft = (firm + cause.hours, soft) if cause.is_hard else (firm, soft + cause.hours)
        else:
            planned[cause.space_id] += cause.hours
            work = work + cause.hours
    load = sum((np.maximum(booked[space], planned[space]) for space in {*booked, *planned}), start=np.zeros(weeks))
    return Course(by_week(have.minutes[person]), by_week(have.away[person]), by_week(have.met[person]), firm, soft, work, load, causes)


def _bookings(people: list[int], have: Availability, seen: frozenset[int]) -> list[Cause]:
    rows = Booking.objects.filter(person__in=people).during(have.first, have.last)  # house: reads — hours; names follow `seen`
    found = []
    columns = ("pk", "person_id", "space_id", "space__name", "starts_on", "ends_on", "percent", "is_hard")
    for pk, person, space, name, starts, ends, percent, is_hard in rows.order_by("starts_on", "pk").values_list(*columns)[:MOST_ROWS]:
        part = np.zeros_like(have.minutes[person])
        part[max(0, (starts - have.first).days) : max(0, (ends - have.first).days + 1)] = float(percent) / 100
        sees = space in seen
        found.append(Cause("booking", person, space, pk, by_week(part * have.minutes[person]), is_hard, sees, "", name if sees else ""))
    return found


def _items(people: list[int], have: Availability, seen: frozenset[int]) -> tuple[list[Cause], bool]:
    """What is left of each open item: spread over the days of its plan that the person has, from today on; else in the week in
    which it is due, and what is late in the current one. Several people share an item by their shares."""
    today = clock.today()
    opened = Assignment.objects.filter(  # house: reads — hours; names follow `seen`
        user__in=people, item__removed_at=None, item__archived_at=None, item__is_summary=False
    ).exclude(item__state__category=State.Category.DONE)
    dated = opened.exclude(item__planned_finish=None, item__due_on=None).annotate(start=day_in("item__planned_start"), finish=day_in("item__planned_finish"))
    near = dated.filter(Q(start=None) | Q(finish=None) | Q(start__lte=have.last) | Q(finish__lt=today))
    columns = (
        "item_id", "user_id", "share", "item__space_id", "item__key", "item__title", "item__due_on", "start", "finish",
        "item__remaining_minutes", "item__duration_minutes", "item__percent_complete",
    )  # fmt: skip
    rows = list(near.order_by("item_id", "pk").values_list(*columns)[: MOST_ROWS + 1])
    whole = _shares({row[0] for row in rows})
    wanted = [(row, *span) for row in rows[:MOST_ROWS] if (span := _span(row[7], row[8], row[6], today, have))]
    parts = _by_week([(row[1], begin, end) for row, begin, end in wanted], have)
    found = []
    for (row, _begin, _end), part in zip(wanted, parts, strict=True):
        pk, person, share, space, key, title, *_dates, left, duration, percent = row
        size = left if left is not None else None if duration is None else duration * (100 - min(percent, 100)) / 100
        hours = part * (float(size or 0) * share / (whole.get(pk) or share or 1) / 60)
        sees = space in seen
        found.append(Cause("item", person, space, pk, hours, False, sees, key if sees else "", title if sees else "", size is None))
    return found, len(rows) > MOST_ROWS


def _shares(items: set[int]) -> dict[int, int]:
    """Item → the sum of the shares of everybody on it."""
    rows = Assignment.objects.filter(item__among=items)  # house: reads — a sum
    return dict(rows.order_by().values_list("item_id").annotate(Sum("share")))


def _span(start: date | None, finish: date | None, due: date | None, today: date, have: Availability) -> tuple[date, date] | None:
    """The days over which an item is spread; None where none of them lies in the window."""
    if start and finish and finish >= today:
        begin = max(start, today)
        end = max(begin, min(finish, begin + _FAR))
    else:
        begin = end = max(finish or due or today, today)
    return None if end < have.first or begin > have.last else (begin, end)


def _by_week(spans: list[tuple[int, date, date]], have: Availability) -> np.ndarray[Any, Any]:
    """Of each (person, first day, last day) the part in each week of the window (n, weeks), evenly over the days on which the
    person works; who is away all the time has it on the days that they would have worked, else on every day."""
    length = (have.last - have.first).days + 1
    place = {person: k for k, person in enumerate({person for person, _begin, _end in spans})}
    worked, usual = (
        np.array([[0, *np.cumsum(days[person] > 0)] for person in place], np.int64).reshape(len(place), length + 1) for days in (have.minutes, have.full)
    )
    who = np.array([place[person] for person, _begin, _end in spans], np.intp)
    begins = np.array([(begin - have.first).days for _person, begin, _end in spans], np.int64)
    ends = np.array([(end - have.first).days + 1 for _person, _begin, end in spans], np.int64)
    first, last = np.clip(begins, 0, length), np.clip(ends, 0, length)
    every = np.broadcast_to(np.arange(length + 1), worked.shape)
    edges = np.clip(np.arange(0, length + 1, 7)[None, :], first[:, None], last[:, None])
    found = np.zeros((len(spans), edges.shape[1] - 1))
    todo = np.ones(len(spans), np.bool_)
    for days in (worked, usual, every):
        together = days[who, last] - days[who, first]
        mine = todo & (together > 0)
        found[mine] = np.diff(days[who[mine, None], edges[mine]], axis=1) / together[mine, None]
        todo &= ~mine
    # of what begins before or ends behind the window only the part within counts
    part: np.ndarray[Any, Any] = found * ((last - first) / (ends - begins))[:, None]
    return part
