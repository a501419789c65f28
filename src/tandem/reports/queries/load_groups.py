"""Load by job role and by team: what is asked of them against what their people have, and how evenly it lies."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from tandem.kit.text import whole_number
from tandem.people.models import Team, User
from tandem.reports.queries import load
from tandem.resources.models import Booking, Employment, JobRole, PersonRole, PersonSkill

MOST_PEOPLE = 1000
FULL_WEEK = 40.0
"""Hours that a share of a job role or team is counted in: nobody's calendar is known yet."""


@dataclass(frozen=True)
class Group:
    """`open_` are hours booked for the role or team without a name."""

    id: int | None
    name: str
    people: int
    time: np.ndarray[Any, Any]
    load: np.ndarray[Any, Any]
    open_: np.ndarray[Any, Any]


@dataclass(frozen=True)
class Uneven:
    """Somebody whose weeks lie above their time, and in how many of them."""

    person_id: int
    over_weeks: int
    share: float


def chosen(user: Any, *, role: str = "", team: str = "", skill: str = "", department: str = "", on: date) -> Any:
    """The people that a filter leaves, placeholders included; of a department those who are there within a year from that day."""
    rows = User.objects.visible_to(user).active()
    if whole_number(role):
        rows = rows.filter(pk__in=PersonRole.objects.visible_to(user).during(on, on).filter(job_role=role).values("person"))
    if whole_number(team):
        rows = rows.filter(pk__in=Team.objects.visible_to(user).filter(pk=team).values("members"))
    if whole_number(skill):
        rows = rows.filter(pk__in=PersonSkill.objects.visible_to(user).filter(skill=skill, since__lte=on).values("person"))
    if whole_number(department):
        terms = Employment.objects.visible_to(user).during(on, on + timedelta(days=366)).filter(department=department)
        rows = rows.filter(pk__in=terms.values("person"))
    return rows


def by_role(user: Any, people: Iterable[int], found: load.Load, on: date) -> list[Group]:
    """Everybody counts in their main job role of that day."""
    people = list(people)
    held = PersonRole.objects.visible_to(user).during(on, on).filter(person__in=people, is_primary=True)
    members: dict[int, list[int]] = defaultdict(list)
    for person, role in held.order_by("pk").values_list("person_id", "job_role_id"):
        members[role].append(person)
    open_ = _unfilled(user, "job_role_id", found)
    names = dict(JobRole.objects.visible_to(user).values_list("pk", "name"))
    return _groups(found, names, members, open_)


def by_team(user: Any, people: Iterable[int], found: load.Load) -> list[Group]:
    known = set(people)
    members: dict[int, list[int]] = defaultdict(list)
    names: dict[int, str] = {}
    for pk, name, person in Team.objects.visible_to(user).order_by("name", "pk").values_list("pk", "name", "members"):
        names[pk] = name
        if person in known:
            members[pk].append(person)
    return _groups(found, names, members, _unfilled(user, "team_id", found))


def uneven(found: load.Load) -> list[Uneven]:
    """Who is above their time in at least one week, the most often first."""
    rows = []
    for person, course in found.courses.items():
        over = int((course.load > course.time + 0.05).sum())
        if over:
            time = float(course.time.sum())
            rows.append(Uneven(person, over, float(course.load.sum()) / time if time else float("inf")))
    return sorted(rows, key=lambda row: (-row.over_weeks, -row.share, row.person_id))


def _groups(found: load.Load, names: dict[int, str], members: dict[int, list[int]], open_: dict[int, np.ndarray[Any, Any]]) -> list[Group]:
    nothing = np.zeros(len(found.weeks))
    groups = []
    for pk, name in sorted(names.items(), key=lambda pair: pair[1]):
        courses = [found.courses[person] for person in members.get(pk, ())]
        if not courses and pk not in open_:
            continue
        time, taken = sum((c.time for c in courses), start=nothing), sum((c.load for c in courses), start=nothing)
        wanted = open_.get(pk, nothing)
        groups.append(Group(pk, name, len(courses), time, taken + wanted, wanted))
    return groups


def _unfilled(user: Any, column: str, found: load.Load) -> dict[int, np.ndarray[Any, Any]]:
    """Hours by week that are booked for a role or team without a name, in the spaces that the reader sees."""
    first, last = found.weeks[0], found.weeks[-1] + timedelta(days=6)
    rows = Booking.objects.visible_to(user).unfilled().during(first, last).exclude(**{column: None})
    wanted: dict[int, np.ndarray[Any, Any]] = defaultdict(lambda: np.zeros(len(found.weeks)))
    for pk, starts, ends, percent in rows.values_list(column, "starts_on", "ends_on", "percent"):
        for n, week in enumerate(found.weeks):
            wanted[pk][n] += FULL_WEEK * float(Decimal(percent) / 100) * _working_part(week, starts, ends)
    return wanted


def _working_part(week: date, starts: date, ends: date) -> float:
    """How much of Monday to Friday lies within."""
    return sum(starts <= week + timedelta(days=n) <= ends for n in range(5)) / 5
