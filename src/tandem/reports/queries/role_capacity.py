"""What there is for a scenario, by quarter: of each job role the time that its people have, less what is firmly booked for what goes on
beside the scenario; and the money that is expected to be spent on that.

It is the time that load, sprints and the levelled plan ask for (`availability`). Bookings count whatever the reader may see, so that
nobody looks free who is not; people and job roles are those that the reader sees."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from tandem.people.models import Space, User
from tandem.planning import selection
from tandem.planning.availability import available_hours
from tandem.planning.models import Scenario
from tandem.portfolio.models import Project, Proposal
from tandem.reports.queries import money
from tandem.reports.queries.scope import below
from tandem.resources.models import Booking, Employment, JobRole, PersonRole

MOST_PEOPLE = 1000
Days = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RoleCapacity:
    """A role as the proposals name it, in person-days by quarter. `booked` is of its people and of the role without a name;
    `role_ids` is empty where no job role has that name. `wanted`: what all candidates ask for if each starts as early as it may."""

    role: str
    role_ids: tuple[int, ...]
    people: tuple[tuple[int, str], ...]
    have: tuple[float, ...]
    booked: tuple[float, ...]
    wanted: tuple[int, ...]

    @property
    def left(self) -> tuple[int, ...]:
        """Whole days."""
        return tuple(max(0, int(have - booked + 1e-6)) for have, booked in zip(self.have, self.booked, strict=True))


@dataclass(frozen=True)
class Found:
    """`other_roles`: those of people here for which no candidate asks. `money`: what the projects beside the scenario are expected to
    cost, as far as the reader may see costs."""

    rows: tuple[RoleCapacity, ...]
    other_roles: tuple[str, ...]
    is_cut: bool
    money: tuple[int, ...]
    currency: str


def of(user: Any, scenario: Scenario) -> Found:
    """Two dozen queries, however many people, roles, bookings and costs."""
    inputs = selection.read(scenario)
    wanted = selection.figures(inputs, {one.id: one.earliest for one in inputs.open}).load
    names = sorted({*wanted, *scenario.capacity})
    above = _above(scenario.space_id)
    ids: dict[str, list[int]] = defaultdict(list)
    shown: dict[str, str] = {}
    for pk, name in JobRole.objects.visible_to(user).filter(space__in=above).order_by("name", "pk").values_list("pk", "name"):
        ids[_key(name)].append(pk)
        shown[_key(name)] = name
    first, last = scenario.quarter(0), scenario.quarter(scenario.quarters) - timedelta(days=1)
    roles = {pk for name in names for pk in ids.get(_key(name), ())}
    here = {*above, *below(user, scenario.space_id)}
    people, held, is_cut = _held(user, here, roles, first, last)
    own = _own(inputs)
    have, booked = _days(scenario, people, held, first, last, own)
    for role, row in _unnamed(scenario, roles, first, last, own).items():
        booked[0, role] = row

    def added(parts: Mapping[tuple[int, int], Days], mine: Iterable[int]) -> tuple[float, ...]:
        return tuple(float(n) for n in sum((row for (_person, role), row in parts.items() if role in mine), start=np.zeros(scenario.quarters)))

    rows = []
    for name in names:
        mine = tuple(ids.get(_key(name), ()))
        holders = tuple((pk, text) for pk, text in people.items() if any((pk, role) in have for role in mine))
        rows.append(RoleCapacity(name, mine, holders, added(have, mine), added(booked, mine), wanted.get(name) or (0,) * scenario.quarters))
    asked = {_key(name) for name in names}
    others = tuple(text for key, text in sorted(shown.items()) if key not in asked)
    return Found(tuple(rows), others, is_cut, _money(user, scenario, inputs), inputs.currency)


def _money(user: Any, scenario: Scenario, inputs: selection.Inputs) -> tuple[int, ...]:
    """Of all projects of the place but those whose costs the scenario counts itself."""
    own = Project.objects.filter(pk__in=[one.project_id for one in inputs.offers.values() if one.project_id and one.costs])  # house: reads — taken away
    there = money.places(user, scenario.space) - set(own.values_list("space_id", flat=True))
    found = [0.0] * scenario.quarters
    for group in money.money(user, there, inputs.currency).groups if there else ():
        number = (group.month.year - scenario.starts_on.year) * 4 + (group.month.month - 1) // 3 - (scenario.starts_on.month - 1) // 3
        if 0 <= number < scenario.quarters:
            found[number] += float(group.amounts.outlook)
    return tuple(round(amount) for amount in found)


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()


def _above(space_id: int) -> list[int]:
    """The space and those above it: what is kept there holds here."""
    parents = dict(Space.objects.values_list("id", "parent_id"))  # house: reads — the shape of the tree, no names
    found, at = [], space_id
    while at:
        found.append(at)
        at = parents.get(at)
    return found


def _held(
    user: Any, here: set[int], roles: Iterable[int], first: date, last: date
) -> tuple[dict[int, str], dict[int, npt.NDArray[np.int64]], bool]:
    """Who has one of the roles as the main one at some time and is not employed in another portfolio; of each the main role day by
    day (0: none)."""
    held = PersonRole.objects.visible_to(user).filter(space__in=here, is_primary=True).during(first, last)
    terms = Employment.objects.during(first, last)  # house: reads — where people are kept, no names
    elsewhere = terms.exclude(space__in=here).exclude(person__in=terms.filter(space__in=here).values("person")).values("person")
    seen = User.objects.visible_to(user).active().filter(pk__in=held.filter(job_role__in=roles).values("person")).exclude(pk__in=elsewhere)
    names = dict(seen.order_by("name", "pk").values_list("pk", "name")[: MOST_PEOPLE + 1])
    is_cut = len(names) > MOST_PEOPLE
    names = dict(list(names.items())[:MOST_PEOPLE])
    count = (last - first).days + 1
    found = {person: np.zeros(count, np.int64) for person in names}
    rows = held.filter(person__in=names).order_by("starts_on", "pk")
    for person, role, starts, ends in rows.values_list("person_id", "job_role_id", "starts_on", "ends_on"):
        found[person][_part(first, count, starts, ends or last)] = role
    return names, found, is_cut


def _part(first: date, count: int, starts: date, ends: date) -> slice:
    begin = min(count, max(0, (starts - first).days))
    return slice(begin, max(begin, min(count, (ends - first).days + 1)))


def _own(inputs: selection.Inputs) -> set[tuple[str, int]]:
    """What the scenario itself counts with its effort: bookings for it would count twice."""
    found: set[tuple[str, int]] = set()
    for one in inputs.offers.values():
        if one.effort:
            found.add((Proposal._meta.label_lower, one.pk))
            if one.project_id:
                found.add((Project._meta.label_lower, one.project_id))
    return found


def _bookings(first: date, last: date) -> Any:
    return Booking.objects.hard().during(first, last).order_by("starts_on", "pk")  # house: reads — days, whatever the reader may see of them


def _days(
    scenario: Scenario, people: Mapping[int, str], held: Mapping[int, npt.NDArray[np.int64]], first: date, last: date, own: set[tuple[str, int]]
) -> tuple[dict[tuple[int, int], Days], dict[tuple[int, int], Days]]:
    """(person, role) → days by quarter that they have, and of these what is firmly booked; beyond all of somebody's time it takes nothing
    from the others."""
    if not people:
        return {}, {}
    time = available_hours(people, first, last)
    shares = {person: np.zeros(len(held[person])) for person in people}
    columns = ("person_id", "subject_kind", "subject_id", "starts_on", "ends_on", "percent")
    for person, kind, subject, starts, ends, percent in _bookings(first, last).filter(person__in=people).values_list(*columns):
        if (kind, subject) not in own:
            shares[person][_part(first, len(shares[person]), starts, ends)] += float(percent) / 100
    begins = [(scenario.quarter(n) - first).days for n in range(scenario.quarters)]
    have: dict[tuple[int, int], Days] = {}
    booked: dict[tuple[int, int], Days] = {}
    for person in people:
        full, minutes = time.full[person], time.minutes[person]
        part = np.divide(minutes, full, out=np.zeros(len(full)), where=full > 0)
        taken = part * np.minimum(shares[person], 1.0)
        for role in {int(pk) for pk in np.unique(held[person])} - {0}:
            mine = held[person] == role
            have[person, role] = np.add.reduceat(part * mine, begins)
            booked[person, role] = np.add.reduceat(taken * mine, begins)
    return have, booked


def _unnamed(scenario: Scenario, roles: Iterable[int], first: date, last: date, own: set[tuple[str, int]]) -> dict[int, Days]:
    """Days from Monday to Friday that are firmly booked for a job role without a name, by quarter."""
    found: dict[int, Days] = {}
    columns = ("job_role_id", "subject_kind", "subject_id", "starts_on", "ends_on", "percent")
    for role, kind, subject, starts, ends, percent in _bookings(first, last).unfilled().filter(job_role__in=roles).values_list(*columns):
        if (kind, subject) in own:
            continue
        row = found.setdefault(role, np.zeros(scenario.quarters))
        for n in range(scenario.quarters):
            begin, end = max(starts, scenario.quarter(n)), min(ends, scenario.quarter(n + 1) - timedelta(days=1))
            if begin <= end:
                row[n] += float(percent) / 100 * float(np.busday_count(begin, end + timedelta(days=1)))
    return found
