"""Who has no time for work between two days, and what takes it: time off, firm bookings for other work, terms of employment.

That somebody is away is known to all who plan with them; why, to nobody here."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.people.models import User
from tandem.product.models import Feature, Scope
from tandem.resources.models import Booking, Employment, TimeOff


@dataclass(frozen=True, slots=True)
class Absence:
    """`code`: away, booked, joins, left, part. `what` is the name of the space that a booking is for, empty where the reader may
    not see it; `spaces` whose work it is kept for."""

    code: str
    person: str
    first: date
    last: date
    share: int = 0
    what: str = ""
    spaces: frozenset[int] = frozenset()

    def touches(self, first: date, last: date, space: int) -> bool:
        return self.first <= last and self.last >= first and space not in self.spaces


def of(user: Any, people: Iterable[int], first: date, last: date) -> dict[int, list[Absence]]:
    """By person. Five queries at most, however many people."""
    wanted = set(people)
    found: dict[int, list[Absence]] = defaultdict(list)
    if not wanted:
        return found
    # house: reads — names of colleagues, whom everybody may see
    names = dict(User.objects.filter(pk__in=wanted).values_list("id", "name"))
    # house: reads — that they are away, to all who plan with them
    off = TimeOff.objects.approved().filter(person__in=wanted).during(first, last).order_by("starts_on")
    for person, starts, ends in off.values_list("person_id", "starts_on", "ends_on"):
        found[person].append(Absence("away", names[person], starts, ends))
    _booked(user, wanted, first, last, names, found)
    _terms(wanted, first, last, names, found)
    return found


def _booked(user: Any, people: set[int], first: date, last: date, names: dict[int, str], found: dict[int, list[Absence]]) -> None:
    seen = user.visible_space_ids()
    # house: reads — how much of their time; for what, only where the reader sees it
    rows = Booking.objects.hard().filter(person__in=people).during(first, last).order_by("starts_on", "pk")
    kept = list(rows.values_list("person_id", "space_id", "space__name", "subject_kind", "subject_id", "starts_on", "ends_on", "percent"))
    features = {row[4] for row in kept if row[3] == Feature._meta.label_lower}
    of_feature: dict[int, set[int]] = defaultdict(set)
    # house: reads — which spaces a feature's booking is for, by number
    for feature, space in Scope.objects.filter(feature__in=features).values_list("feature_id", "item__space_id") if features else ():
        of_feature[feature].add(space)
    for person, space, name, kind, subject, starts, ends, percent in kept:
        spaces = frozenset({space} | (of_feature[subject] if kind == Feature._meta.label_lower else set()))
        found[person].append(Absence("booked", names[person], starts, ends, round(percent), name if space in seen else "", spaces))


def _terms(people: set[int], first: date, last: date, names: dict[int, str], found: dict[int, list[Absence]]) -> None:
    # house: reads — when somebody is there, to all who plan with them
    rows = Employment.objects.filter(person__in=people).order_by("person_id", "starts_on").values_list("person_id", "starts_on", "ends_on", "percent")
    terms: dict[int, list[tuple[date, date | None, int]]] = defaultdict(list)
    for person, starts, ends, percent in rows:
        terms[person].append((starts, ends, percent))
    for person, known in terms.items():
        if first < known[0][0]:
            found[person].append(Absence("joins", names[person], known[0][0], known[0][0]))
        if (end := known[-1][1]) is not None and end < last:
            found[person].append(Absence("left", names[person], end, end))
        for starts, ends, percent in known:
            if percent < 100 and starts <= last and (ends or date.max) >= first:
                found[person].append(Absence("part", names[person], starts, ends or date.max, percent))
