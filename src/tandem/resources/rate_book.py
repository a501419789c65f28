"""Which rate an hour of a person has on a day, in a place: their own, else that of their main job role on that day, else none."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db import models

from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space
from tandem.resources.models import Employment, PersonRole, Rate

_Course = dict[tuple[int, int], tuple[list[date], list[Rate]]]
_DAY = timedelta(days=1)


class RateBook:
    """The rates of some people in four queries, however many days are asked for.

    A rate holds in its space and everything below. Asked for an hour of work in a space, the nearest rate from there upwards
    counts; where there is none, that of the place in which the person is employed, who is lent then. A rate of any other
    place never counts: two portfolios may price the same role differently. With `asker` the same rate counts, but is told
    only to who may see it; without, to all: for sums, and for jobs.
    """

    def __init__(self, person_ids: Iterable[int], *, asker: Any | None = None) -> None:
        wanted = sorted(set(person_ids))
        self._seen = None if asker is None else spaces_where(asker, Permission.SEE_RATES)
        self._above: dict[int, int | None] = dict(Space.objects.values_list("id", "parent_id"))
        self._root = next((pk for pk, above in self._above.items() if above is None), 0)
        self._homes: dict[int, list[tuple[date, date, int]]] = defaultdict(list)
        terms = Employment.objects.filter(person__in=wanted).order_by("starts_on", "pk")
        for person, space, first, last in terms.values_list("person_id", "space_id", "starts_on", "ends_on"):
            self._homes[person].append((first, last or date.max, space))
        self._roles: dict[int, list[tuple[date, date, bool, int]]] = defaultdict(list)
        held = PersonRole.objects.filter(person__in=wanted).order_by("starts_on", "pk")
        for person, role, first, last, is_primary in held.values_list("person_id", "job_role_id", "starts_on", "ends_on", "is_primary"):
            self._roles[person].append((first, last or date.max, is_primary, role))
        roles = {role for terms_ in self._roles.values() for *_rest, role in terms_}
        self._people: _Course = {}
        self._of_roles: _Course = {}
        rows = Rate.objects.in_force().filter(models.Q(person__in=wanted) | models.Q(job_role__in=roles))
        for rate in rows.order_by("valid_from", "pk"):
            course, key = (self._people, rate.person_id) if rate.person_id else (self._of_roles, rate.job_role_id)
            days, rates = course.setdefault((rate.space_id, key), ([], []))  # type: ignore[arg-type]
            days.append(rate.valid_from)
            rates.append(rate)

    def role_on(self, person_id: int, day: date) -> int | None:
        """The main job role on that day; where none is the main one, the one that began last."""
        holding = [(is_primary, first, role) for first, last, is_primary, role in self._roles.get(person_id, ()) if first <= day <= last]
        return max(holding)[2] if holding else None

    def rate_on(self, person_id: int, day: date, space_id: int | None = None) -> Rate | None:
        """Of an hour worked in `space_id`; None: where the person is employed."""
        places = list(self._places(person_id, day, space_id))
        found = _first(self._people, places, person_id, day)
        if found is None:
            role = self.role_on(person_id, day)
            found = None if role is None else _first(self._of_roles, places, role, day)
        return self._told(found)

    def rate_of_role_on(self, job_role_id: int, day: date, space_id: int | None = None) -> Rate | None:
        return self._told(_first(self._of_roles, self._upwards(space_id or self._root), job_role_id, day))

    def changes(self, person_id: int) -> set[date]:
        """The days from which on another rate may count."""
        roles = {role for *_rest, role in self._roles.get(person_id, ())}
        found = {day for (_space, person), (days, _rates) in self._people.items() if person == person_id for day in days}
        found |= {day for (_space, role), (days, _rates) in self._of_roles.items() if role in roles for day in days}
        for first, last, *_rest in [*self._roles.get(person_id, ()), *self._homes.get(person_id, ())]:
            found |= {first} | ({last + _DAY} if last < date.max else set())
        return found

    def _places(self, person_id: int, day: date, space_id: int | None) -> Iterator[int]:
        if space_id is not None:
            yield from self._upwards(space_id)
        home = next((space for first, last, space in reversed(self._homes.get(person_id, [])) if first <= day <= last), None)
        yield from self._upwards(home or self._root)

    def _upwards(self, space_id: int | None) -> Iterator[int]:
        while space_id:
            yield space_id
            space_id = self._above.get(space_id)

    def _told(self, rate: Rate | None) -> Rate | None:
        return rate if rate is None or self._seen is None or rate.space_id in self._seen else None


def rate_on(person: Any, day: date, *, asker: Any | None = None, space_id: int | None = None) -> Rate | None:
    """For one; who needs many makes one `RateBook`."""
    return RateBook([person.pk], asker=asker).rate_on(person.pk, day, space_id)


def _first(courses: _Course, places: Iterable[int], key: int, day: date) -> Rate | None:
    """The rate of that day in the first of the places that has one."""
    for place in places:
        days, rates = courses.get((place, key), ((), ()))
        if at := bisect_right(days, day):
            return rates[at - 1]
    return None
