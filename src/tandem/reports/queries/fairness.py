"""How evenly load, overtime, work on days off and at night and meetings lie on the people of a team, over the last whole weeks.

What somebody worked is told to themselves and to who answers their weeks of time: who manages resources where they are kept, their
manager, who plans every project in which they worked. Who sees each of a team is told its sums. Everybody else of the team is told,
roughly, where its middle half lies, while enough people are out of their sight; nothing where they may say who is in the team, for
from teams of their own choice they would reckon somebody. Meetings are those that were held
here, for those who were there. At night lie the hours that somebody's calendar has there, as far as they had the time, and of logged time
what a timer measured; of time that was typed by day nobody knows."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db.models import Case, F, Q, Sum, Value, When

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Hidden
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, Team, User
from tandem.planning import engagements, night_shifts
from tandem.planning.availability import Availability, available_hours
from tandem.reports.queries import load
from tandem.resources.models import Employment
from tandem.work.models import TimeEntry

WEEKS, CHOICES, AHEAD = 8, (4, 8, 13, 26), 4
MOST_PEOPLE = MOST_TEAMS = 200
ENOUGH = 8
"So many people whose figures the reader does not see are in every range that is told of the team, if any are."
ROUGH_HOURS, ROUGH_SHARE = 1.0, 0.05
"Steps to which a range is rounded for who does not see each: exact, its ends would be the figures of single people."
MEASURES = ("logged", "overtime", "off", "shifts", "night", "meetings", "ahead")
SHARES = ("logged", "ahead")
"Measures that are shares; the others are hours."


@dataclass(frozen=True)
class Worked:
    """Of one person: hours by week that they have, that they logged, and of these on days on which they have no time. `ahead` is the
    share of their time that is taken in the next weeks; None where they have none. `since`: they came to the team within these weeks; what
    was before that day is not the team's and not in it."""

    person_id: int
    name: str
    time: tuple[float, ...]
    logged: tuple[float, ...]
    off: tuple[float, ...]
    ahead: float | None
    since: date | None = None
    met: tuple[float, ...] = ()
    "Hours in meetings, by week."
    shifts: tuple[float, ...] = ()
    "Hours at night that their calendar has, by week."
    night: tuple[float, ...] = ()
    "Of the logged ones those at night, by week, as far as a timer measured them."
    clocked: float = 0.0
    "So many of the logged hours a timer measured."

    def of(self, measure: str) -> float | None:
        if measure == "ahead":
            return self.ahead
        if measure == "night" and not self.clocked:
            return None
        if measure in ("meetings", "shifts", "night"):
            return sum({"meetings": self.met, "shifts": self.shifts, "night": self.night}[measure])
        if measure == "logged":
            return sum(self.logged) / sum(self.time) if sum(self.time) else None
        return sum(self.off) if measure == "off" else sum(self.overtime)

    @property
    def overtime(self) -> tuple[float, ...]:
        return tuple(max(0.0, done - have) for done, have in zip(self.logged, self.time, strict=True))


@dataclass(frozen=True)
class Spread:
    """Of the people who logged time: the middle half and the median; to who sees each also how many they are, their sum, and how many
    carry half of it."""

    low: float
    middle: float
    high: float
    count: int | None = None
    total: float | None = None
    halves: int | None = None


@dataclass(frozen=True)
class Fairness:
    """`told`: whose figures the reader sees. `is_whole`: that is each of the team; only then `counted`, who logged time, and `silent`,
    who did not and are not counted, are told. `spreads` has the measures of which the reader is told a range."""

    team: Team
    weeks: list[date]
    told: list[Worked] = field(default_factory=list)
    counted: int | None = None
    silent: int | None = None
    spreads: dict[str, Spread] = field(default_factory=dict)
    is_whole: bool = False
    is_member: bool = False
    is_chosen: bool = False
    "The reader may say who is in the team."
    is_cut: bool = False


def reached(user: Any) -> Any:
    """Teams of the spaces that the reader sees, and those that they are in, wherever these are kept."""
    mine = Team.objects.filter(members=user.pk) if user.is_active else Team.objects.none()  # house: reads — one's own teams
    return Team.objects.filter(Q(pk__in=Team.objects.visible_to(user).values("pk")) | Q(pk__in=mine.values("pk")))  # house: reads — as just said


def teams(user: Any) -> list[tuple[int, str]]:
    """Of which there may be something to tell: one's own first."""
    mine = Team.objects.filter(members=user.pk).values("pk")  # house: reads — one's own teams, of those that are reached
    rows = reached(user).annotate(others=Case(When(pk__in=mine, then=Value(0)), default=Value(1)))
    return list(rows.order_by("others", "name", "pk").values_list("pk", "name")[:MOST_TEAMS])


def team(user: Any, wanted: int) -> Team:
    """One of those that are reached. Raises `Hidden`."""
    found: Team | None = reached(user).filter(pk=wanted).first()
    if found is None:
        raise Hidden
    return found


def of(user: Any, team: Team, weeks: int = WEEKS) -> Fairness:
    """Of a team that the reader sees. As many queries for three people as for two hundred."""
    monday = load.monday(clock.today())
    first = monday - timedelta(days=7 * weeks)
    days = [first + timedelta(days=7 * n) for n in range(weeks)]
    rows = User.objects.filter(teams=team, is_active=True, is_placeholder=False)  # house: reads — names of colleagues; figures follow `answered`
    rows = rows.annotate(others=Case(When(pk=user.pk, then=Value(0)), default=Value(1))).order_by("others", "name", "pk")
    names = list(rows.values_list("pk", "name", "time_zone")[: MOST_PEOPLE + 1])  # the reader first: nobody is cut off from themselves
    people, is_cut = {pk: name for pk, name, _zone in sorted(names[:MOST_PEOPLE], key=lambda row: (row[1], row[0]))}, len(names) > MOST_PEOPLE
    is_member = user.pk in people
    seen = answered(user, people, first, monday - timedelta(days=1)) | ({user.pk} & people.keys())
    is_whole, is_chosen = bool(people) and not is_cut and people.keys() <= seen, may(user, Permission.EDIT_PORTFOLIO, team.space_id)
    if not seen:
        return Fairness(team, days, is_cut=is_cut)
    logged = _logged(people, first, monday - timedelta(days=1))
    have = available_hours(people, first, monday - timedelta(days=1))
    ahead = load.of(user, people, monday, AHEAD)
    since = _came(team, first)
    met = _met({pk: zone for pk, _name, zone in names if pk in people}, first, monday - timedelta(days=1))
    nights = _Nights(night_shifts.planned(people, have), *_clocked(people, first, monday - timedelta(days=1)))
    all_ = [_worked(pk, name, have, logged.get(pk), ahead.courses[pk], first, since.get(pk), met.get(pk), nights) for pk, name in people.items()]
    counted = [one for one in all_ if any(one.logged)]
    told = [one for one in all_ if one.person_id in seen]
    if is_whole:
        spreads = {name: found for name in MEASURES if (found := _spread(counted, name))}
        return Fairness(team, days, told, len(counted), len(all_) - len(counted), spreads, True, is_member, is_chosen)
    rough = {name: found for name in MEASURES if (found := _rough(counted, name, seen))} if is_member and not is_chosen else {}
    return Fairness(team, days, told, spreads=rough, is_member=is_member, is_chosen=is_chosen, is_cut=is_cut)


def answered(user: Any, people: Iterable[int], first: date, last: date) -> set[int]:
    """Whose weeks of time the reader would answer, all of these days: for many what `time_sheets.answers` says of one week of one."""
    people = set(people) - {user.pk}
    if not user.is_active or not people:
        return set()
    found = set(Employment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=last), person__in=people, manager=user, starts_on__lte=first).values_list("person_id", flat=True))  # house: reads — one's own reports
    if managed := spaces_where(user, Permission.MANAGE_RESOURCES):
        # house: reads — where somebody is kept
        homes = dict(Employment.objects.filter(person__in=people).order_by("person_id", "-starts_on").distinct("person_id").values_list("person_id", "space_id"))
        root = Space.objects.filter(parent=None).values_list("pk", flat=True).first()  # house: reads — its number
        found |= {pk for pk in people if homes.get(pk, root) in managed}
    if planned := spaces_where(user, Permission.EDIT_PLAN):
        worked: dict[int, set[int]] = defaultdict(set)
        rows = TimeEntry.objects.present().filter(user__in=people, day__range=(first, last))  # house: reads — in which projects
        for pk, space in rows.order_by().values_list("user_id", "space_id").distinct():
            worked[pk].add(space)
        found |= {pk for pk, spaces in worked.items() if spaces <= planned}
    return found


def _logged(people: Iterable[int], first: date, last: date) -> dict[int, np.ndarray[Any, Any]]:
    """Minutes by day."""
    found: dict[int, np.ndarray[Any, Any]] = {}
    rows = TimeEntry.objects.present().filter(user__in=set(people), day__range=(first, last))  # house: reads — sums; told as `answered` says
    for pk, day, minutes in rows.order_by().values_list("user_id", "day").annotate(Sum("minutes")):
        found.setdefault(pk, np.zeros((last - first).days + 1))[(day - first).days] = minutes
    return found


@dataclass(frozen=True)
class _Nights:
    """Minutes by day of each person: planned at night, logged at night as measured, and measured at all."""

    planned: dict[int, Any]
    logged: dict[int, Any]
    clocked: dict[int, Any]

    def of(self, pk: int, since: int, count: int) -> tuple[Any, Any, Any]:
        rows = [table.get(pk, np.zeros(count)).copy() for table in (self.planned, self.logged, self.clocked)]
        for row in rows:
            row[:since] = 0
        return rows[0], rows[1], rows[2]


def _clocked(people: Iterable[int], first: date, last: date) -> tuple[dict[int, Any], dict[int, Any]]:
    """Of what timers measured: minutes at night, and all of them, by day."""
    night: dict[int, Any] = {}
    every: dict[int, Any] = {}
    rows = TimeEntry.objects.present().filter(user__in=set(people), day__range=(first, last), night_minutes__isnull=False)  # house: reads — sums; told as `answered` says
    for pk, day, at_night, minutes in rows.order_by().values_list("user_id", "day").annotate(Sum("night_minutes"), Sum("minutes")):
        for table, value in ((night, at_night), (every, minutes)):
            table.setdefault(pk, np.zeros((last - first).days + 1))[(day - first).days] = value
    return night, every


def _met(zones: dict[int, str], first: date, last: date) -> dict[int, np.ndarray[Any, Any]]:
    """Minutes by day in meetings that were held, of who was there, on their own clock; nobody sits in two at once."""
    found = engagements.spans(engagements.read(zones, first, last), zones)
    return {pk: engagements.by_day(one, first, (last - first).days + 1) for pk, one in found.items()}


def _came(team: Team, first: date) -> dict[int, date]:
    """Person → the day on which they came to the team, of those who came after the first day; who left and came back, the last time. With
    whom the team was begun count for all weeks: they worked together before somebody wrote it down."""
    found: dict[int, date] = {}
    rows = Event.objects.filter(subject_kind=Team._meta.label_lower, subject_id=team.pk, verb="team.changed", occurred_at__date__gt=first, changes__has_key="members")  # house: reads — days only, told with the person
    for at, pair in rows.order_by("occurred_at", "id").annotate(pair=F("changes__members")).values_list("occurred_at", "pair"):
        for pk in set(pair[1] or ()) - set(pair[0] or ()):
            found[pk] = at.date()
    return found


def _worked(pk: int, name: str, have: Availability, logged: Any, ahead: load.Course, first: date, since: date | None, met: Any, nights: _Nights) -> Worked:
    time = have.there(pk)
    done = np.zeros_like(time) if logged is None else logged
    if since is not None:
        time[: (since - first).days] = 0
        done[: (since - first).days] = 0
        if met is not None:
            met[: (since - first).days] = 0
    off = np.where(time > 0, 0.0, done)
    shifts, night, clocked = nights.of(pk, (since - first).days if since is not None else 0, len(time))
    weeks = [tuple(load.by_week(row).tolist()) for row in (time, done, off, np.zeros_like(time) if met is None else met, shifts, night)]
    room = float(ahead.time.sum())
    return Worked(pk, name, weeks[0], weeks[1], weeks[2], float(ahead.load.sum()) / room if room > 0 else None, since, *weeks[3:], clocked=float(clocked.sum()) / 60)


def _spread(people: list[Worked], measure: str) -> Spread | None:
    values = sorted((value for one in people if _counts(one, measure) and (value := one.of(measure)) is not None), reverse=True)
    if not values:
        return None
    total = sum(values)
    halves = int(np.searchsorted(np.cumsum(values), total / 2 - 1e-9)) + 1 if total else 0
    return Spread(*_middle_half(values), len(values), total, halves)


def _counts(one: Worked, measure: str) -> bool:
    """Hours of who was there for a part of the weeks cannot be held against those of the others; shares can."""
    return one.since is None or measure in SHARES


def _rough(people: list[Worked], measure: str, seen: set[int]) -> Spread | None:
    """For who does not see each: nothing where fewer than `ENOUGH` of those out of their sight are in it."""
    values = {one.person_id: value for one in people if _counts(one, measure) and (value := one.of(measure)) is not None}
    if len(values.keys() - seen) < ENOUGH:
        return None
    step = ROUGH_SHARE if measure in SHARES else ROUGH_HOURS
    low, middle, high = (round(round(n / step) * step, 2) for n in _middle_half(list(values.values())))
    return Spread(low, middle, high)


def _middle_half(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = np.percentile(values, (25, 50, 75))
    return float(low), float(middle), float(high)
