"""What there is for a scenario, by quarter: of each job role the time that its people have, less what is firmly booked for what goes on
beside the scenario; and the money that is expected to be spent on that.

It is the time that load, sprints and the levelled plan ask for (`availability`). People and job roles are those that the reader sees.
Bookings of these people count whatever the reader may see, so that nobody looks free who is not; of those of a job role without a name
count the ones below the portfolio that the reader sees."""

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
from tandem.portfolio.amounts import role_key
from tandem.portfolio.models import Project, Proposal
from tandem.reports.queries import money
from tandem.reports.queries.scope import below
from tandem.resources.models import Booking, Employment, JobRole, PersonRole

MOST_PEOPLE = 1000
Days = npt.NDArray[np.float64]
Own = dict[tuple[str, int], str]
"What is booked → the offer of the scenario that counts it with its effort."


@dataclass(frozen=True)
class RoleCapacity:
    """A role as the proposals name it, however it is written, in person-days by quarter. `booked` is of its people and of the role
    without a name; `role_ids` is empty where no job role has that name. `wanted`: what all candidates ask for if each starts as early as it may."""

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
    cost, as far as the reader may see costs; without what is in `unknown`, the currencies that have no rate."""

    rows: tuple[RoleCapacity, ...]
    other_roles: tuple[str, ...]
    is_cut: bool
    money: tuple[int, ...]
    currency: str
    unknown: tuple[str, ...]


def of(user: Any, scenario: Scenario) -> Found:
    """Two dozen queries, however many people, roles, bookings and costs."""
    inputs = selection.read(scenario)
    wanted = _wanted(scenario, inputs)
    above = _above(scenario.space_id)
    ids: dict[str, list[int]] = defaultdict(list)
    shown: dict[str, str] = {}
    for pk, name in JobRole.objects.visible_to(user).filter(space__in=above).order_by("name", "pk").values_list("pk", "name"):
        ids[role_key(name)].append(pk)
        shown[role_key(name)] = name
    first, last = scenario.quarter(0), scenario.quarter(scenario.quarters) - timedelta(days=1)
    keys = {pk: key for key in wanted for pk in ids.get(key, ())}
    inside = below(user, scenario.space_id)
    people, held, is_cut = _held(user, {*above, *inside}, keys, first, last)
    own = _own(inputs)
    have, booked, counted = _days(scenario, people, held, first, last, own)
    unnamed = Booking.objects.visible_to(user).filter(space__among=inside, job_role__in=keys)
    _unnamed(scenario, unnamed, first, last, own, booked, counted)
    beyond = _beyond(scenario, inputs, counted, keys)

    def added(parts: Mapping[tuple[int, int], Days], mine: Iterable[int]) -> Days:
        return sum((row for (_person, role), row in parts.items() if role in mine), start=np.zeros(scenario.quarters))

    rows = []
    for key, (name, asked) in sorted(wanted.items(), key=lambda one: one[1][0]):
        mine = tuple(ids.get(key, ()))
        holders = tuple((pk, text) for pk, text in people.items() if any((pk, role) in have for role in mine))
        taken = added(booked, mine) + beyond.get(key, np.zeros(scenario.quarters))
        rows.append(RoleCapacity(name, mine, holders, tuple(map(float, added(have, mine))), tuple(map(float, taken)), asked))
    others = tuple(text for key, text in sorted(shown.items()) if key not in wanted)
    return Found(tuple(rows), others, is_cut, *_money(user, scenario, inputs))


def _wanted(scenario: Scenario, inputs: selection.Inputs) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Role, however it is written → its name here, and what all candidates ask for if each starts as early as it may."""
    load = selection.figures(inputs, {one.id: one.earliest for one in inputs.open}).load
    found: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name in [*scenario.capacity, *load]:
        found.setdefault(role_key(name), (name, (0,) * scenario.quarters))
    for name, row in load.items():
        kept, so_far = found[role_key(name)]
        found[role_key(name)] = kept, tuple(a + b for a, b in zip(so_far, row, strict=True))
    return found


def _money(user: Any, scenario: Scenario, inputs: selection.Inputs) -> tuple[tuple[int, ...], str, tuple[str, ...]]:
    """Of all projects of the place but those whose costs the scenario counts itself; its currency, and those that have no rate."""
    own = Project.objects.filter(pk__in=[one.project_id for one in inputs.offers.values() if one.project_id and one.costs])  # house: reads — taken away
    there = money.places(user, scenario.space) - set(own.values_list("space_id", flat=True))
    spent = [0.0] * scenario.quarters
    found = money.money(user, there, inputs.currency) if there else None
    for group in found.groups if found else ():
        number = (group.month.year - scenario.starts_on.year) * 4 + (group.month.month - 1) // 3 - (scenario.starts_on.month - 1) // 3
        if 0 <= number < scenario.quarters:
            spent[number] += float(group.amounts.outlook)
    return tuple(round(amount) for amount in spent), inputs.currency, tuple(sorted(found.unknown)) if found else ()


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


def _own(inputs: selection.Inputs) -> Own:
    """What the scenario itself counts with its effort: bookings for it would count twice."""
    found: Own = {}
    for one in inputs.offers.values():
        if one.effort:
            found[Proposal._meta.label_lower, one.pk] = one.id
            if one.project_id:
                found[Project._meta.label_lower, one.project_id] = one.id
    return found


def _beyond(scenario: Scenario, inputs: selection.Inputs, counted: Mapping[tuple[str, int], Days], keys: Mapping[int, str]) -> dict[str, Days]:
    """By role what is booked for offers beyond the effort that they name for it in that quarter, each starting as early as it may."""
    days: dict[tuple[str, str], Days] = defaultdict(lambda: np.zeros(scenario.quarters))
    for (offer, role), row in counted.items():
        if role in keys:
            days[offer, keys[role]] += row
    found: dict[str, Days] = defaultdict(lambda: np.zeros(scenario.quarters))
    for (offer, key), row in days.items():
        one = inputs.offers[offer]
        effort = np.zeros(one.earliest + scenario.quarters + one.duration)
        for name, theirs in one.effort.items():
            if role_key(name) == key:
                effort[one.earliest : one.earliest + len(theirs)] += theirs
        found[key] += np.maximum(row - effort[: scenario.quarters], 0)
    return found


def _bookings(rows: Any, first: date, last: date) -> Any:
    return rows.hard().during(first, last).order_by("starts_on", "pk")


def _days(
    scenario: Scenario, people: Mapping[int, str], held: Mapping[int, npt.NDArray[np.int64]], first: date, last: date, own: Own
) -> tuple[dict[tuple[int, int], Days], dict[tuple[int, int], Days], dict[tuple[str, int], Days]]:
    """(person, role) → days by quarter that they have, and of these what is firmly booked beside the scenario; (offer, role) → what is
    booked for it. Beyond all of somebody's time bookings take nothing from the others."""
    have: dict[tuple[int, int], Days] = {}
    booked: dict[tuple[int, int], Days] = {}
    counted: dict[tuple[str, int], Days] = defaultdict(lambda: np.zeros(scenario.quarters))
    if not people:
        return have, booked, counted
    time = available_hours(people, first, last)
    # of each person the share of each day by offer; "" is what goes on beside the scenario and comes first
    shares = {person: {"": np.zeros(len(held[person]))} for person in people}
    columns = ("person_id", "subject_kind", "subject_id", "starts_on", "ends_on", "percent")
    rows = Booking.objects.filter(person__in=people)  # house: reads — days, whatever the reader may see of them
    for person, kind, subject, starts, ends, percent in _bookings(rows, first, last).values_list(*columns):
        row = shares[person].setdefault(own.get((kind, subject), ""), np.zeros(len(held[person])))
        row[_part(first, len(row), starts, ends)] += float(percent) / 100
    begins = [(scenario.quarter(n) - first).days for n in range(scenario.quarters)]
    for person in people:
        full, minutes = time.full[person], time.minutes[person]
        part = np.divide(minutes, full, out=np.zeros(len(full)), where=full > 0)
        roles = [(role, held[person] == role) for role in {int(pk) for pk in np.unique(held[person])} - {0}]
        for role, mine in roles:
            have[person, role] = np.add.reduceat(part * mine, begins)
        so_far = np.zeros(len(full))
        for offer, share in shares[person].items():
            taken, so_far = part * (np.minimum(so_far + share, 1.0) - np.minimum(so_far, 1.0)), so_far + share
            for role, mine in roles:
                days = np.add.reduceat(taken * mine, begins)
                if offer:
                    counted[offer, role] += days
                else:
                    booked[person, role] = days
    return have, booked, counted


def _unnamed(
    scenario: Scenario, rows: Any, first: date, last: date, own: Own, booked: dict[tuple[int, int], Days], counted: dict[tuple[str, int], Days]
) -> None:
    """Adds the days from Monday to Friday that are firmly booked for a job role without a name; person 0 stands for them."""
    columns = ("job_role_id", "subject_kind", "subject_id", "starts_on", "ends_on", "percent")
    for role, kind, subject, starts, ends, percent in _bookings(rows, first, last).unfilled().values_list(*columns):
        offer = own.get((kind, subject))
        row = counted[offer, role] if offer else booked.setdefault((0, role), np.zeros(scenario.quarters))
        for n in range(scenario.quarters):
            begin, end = max(starts, scenario.quarter(n)), min(ends, scenario.quarter(n + 1) - timedelta(days=1))
            if begin <= end:
                row[n] += float(percent) / 100 * float(np.busday_count(begin, end + timedelta(days=1)))
