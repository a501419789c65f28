"""Which rate an hour of a person has on a day: their own, else that of their main job role on that day, else none."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models

from tandem.resources.models import PersonRole, Rate

_Course = dict[int, tuple[list[date], list[Rate]]]


class RateBook:
    """The rates of some people in two queries, however many days are asked for.

    With `asker` only the rates that this person may see are known; without, all: for sums that no one rate can be read
    from, and for jobs.
    """

    def __init__(self, person_ids: Iterable[int], *, asker: Any | None = None) -> None:
        wanted = sorted(set(person_ids))
        self._roles: dict[int, list[tuple[date, date, bool, int]]] = defaultdict(list)
        held = PersonRole.objects.filter(person__in=wanted).order_by("starts_on", "pk")
        for person, role, first, last, is_primary in held.values_list("person_id", "job_role_id", "starts_on", "ends_on", "is_primary"):
            self._roles[person].append((first, last or date.max, is_primary, role))
        rows = Rate.objects.all() if asker is None else Rate.objects.visible_to(asker)
        roles = {role for terms in self._roles.values() for *_rest, role in terms}
        self._people: _Course = {}
        self._of_roles: _Course = {}
        wanted_rows = rows.in_force().filter(models.Q(person__in=wanted) | models.Q(job_role__in=roles))
        for rate in wanted_rows.order_by("valid_from", "pk"):
            course, key = (self._people, rate.person_id) if rate.person_id else (self._of_roles, rate.job_role_id)
            days, rates = course.setdefault(key, ([], []))  # type: ignore[arg-type]
            days.append(rate.valid_from)
            rates.append(rate)

    def role_on(self, person_id: int, day: date) -> int | None:
        """The main job role on that day; where none is the main one, the one that began last."""
        holding = [(is_primary, first, role) for first, last, is_primary, role in self._roles.get(person_id, ()) if first <= day <= last]
        return max(holding)[2] if holding else None

    def rate_on(self, person_id: int, day: date) -> Rate | None:
        own = _at(self._people.get(person_id), day)
        if own is not None:
            return own
        role = self.role_on(person_id, day)
        return _at(self._of_roles.get(role), day) if role is not None else None

    def rate_of_role_on(self, job_role_id: int, day: date) -> Rate | None:
        return _at(self._of_roles.get(job_role_id), day)


def rate_on(person: Any, day: date, *, asker: Any | None = None) -> Rate | None:
    """For one; who needs many makes one `RateBook`."""
    return RateBook([person.pk], asker=asker).rate_on(person.pk, day)


def _at(course: tuple[list[date], list[Rate]] | None, day: date) -> Rate | None:
    if course is None:
        return None
    at = bisect_right(course[0], day)
    return course[1][at - 1] if at else None
