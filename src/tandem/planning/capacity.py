"""When each person has time for the work of a space: the one place that the levelled plan asks for supply.

It is the same time that sprints, workload and load ask for (`availability`): terms of employment with their share of a week,
joining and leaving, the person's own calendar, approved time off, meetings. Firm bookings keep their share for what they are for."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt

from tandem.planning.availability import Availability, available_hours
from tandem.planning.plan_axis import SLOTS
from tandem.product.models import Feature, Scope
from tandem.resources.models import Booking, Employment
from tandem.work.models.time_lock import monday

UNITS = 4
"""A whole person; work that takes a quarter of somebody's day holds one unit."""
WHOLE = (1 << SLOTS) - 1
"""A day of which every slot is worked, one bit a slot, the first lowest."""
_LOWEST = np.zeros((WHOLE + 1, SLOTS + 1), np.int64)
"""Of each mask its lowest bits, none to all."""
for _mask in range(WHOLE + 1):
    _bits = [1 << k for k in range(SLOTS) if _mask >> k & 1]
    _LOWEST[_mask] = [sum(_bits[:n]) for n in range(SLOTS + 1)]
_GOLDEN = (5**0.5 - 1) / 2
"""Its multiples lie evenly between whole numbers, whatever the rhythm of the days that are asked."""
_COUNT = np.array([mask.bit_count() for mask in range(WHOLE + 1)], np.int64)
Masks = npt.NDArray[np.uint8]
Shares = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Kept:
    """What a firm booking keeps: the spaces whose work may use it, slots of each day (D)."""

    spaces: frozenset[int]
    slots: npt.NDArray[np.int64]


@dataclass(eq=False)
class Capacity:
    """`slots`: who has not all of every day, the slots of each day (D) one bit each. `left`: the last day of who leaves; behind it the work
    counts as if somebody took their place, and stands out as a conflict. `have`: the hours that they were made of, from the Monday before on."""

    days: npt.NDArray[np.int64]
    slots: dict[int, npt.NDArray[np.int64]] = field(default_factory=dict)
    left: dict[int, date] = field(default_factory=dict)
    kept: dict[int, list[_Kept]] = field(default_factory=dict)
    have: Availability | None = None
    _made: dict[tuple[int, int], Masks] = field(default_factory=dict)

    def binds(self, person: int) -> bool:
        return person in self.slots or person in self.kept

    def space_for(self, person: int, space: int) -> int:
        """0 where the space makes no difference to the time that somebody has."""
        kept = self.kept.get(person)
        return space if kept and any(space in one.spaces for one in kept) else 0

    def masks(self, person: int, space: int) -> Masks:
        """Slots of each day (D) in which the person has time for the work of a space: on days that are booked for it what is
        booked, on others what nobody booked."""
        key = (person, self.space_for(person, space))
        if key not in self._made:
            open_ = self._open(person)
            left = _COUNT[open_]
            found = np.zeros(len(self.days), np.int64)
            for one in self.kept.get(person, ()):
                taken = np.minimum(one.slots, left)
                if space in one.spaces:
                    found |= _LOWEST[open_, left] ^ _LOWEST[open_, left - taken]
                left = left - taken
            self._made[key] = np.where(found > 0, found, _LOWEST[open_, left]).astype(np.uint8)
        return self._made[key]

    def _open(self, person: int) -> npt.NDArray[np.int64]:
        have = self.slots.get(person)
        return np.full(len(self.days), WHOLE) if have is None else have


def away(found: Capacity, person: int, first: date, last: date) -> None:
    """As if the person had no time from one day to another."""
    slots = found._open(person).copy()
    slots[(found.days >= first.toordinal()) & (found.days <= last.toordinal())] = 0
    found.slots[person] = slots
    found._made.clear()


def of(people: Iterable[int], days: npt.NDArray[np.int64]) -> Capacity:
    """Of these people on these days (ordinals, ascending). As many queries for two as for three hundred."""
    found, wanted = Capacity(days), sorted(set(people))
    if not wanted or not len(days):
        return found
    first, last = date.fromordinal(int(days[0])), date.fromordinal(int(days[-1]))
    have = found.have = available_hours(wanted, monday(first), last)
    inside = np.minimum(days - have.first.toordinal(), len(have.minutes[wanted[0]]) - 1)
    ends = _ends(wanted)
    for person in wanted:
        full, minutes, away = have.full[person][inside], have.there(person)[inside], have.away[person][inside]
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(full > 0, minutes / full, 0.0)
            if person not in ends:  # the calendar of the work says when it is done; theirs is not known
                share = np.where(full > 0, share, 1.0)
        last_day = ends.get(person)
        if last_day is not None and last_day < last:
            found.left[person] = last_day
            share[days > last_day.toordinal()] = 1.0
        if (share < 1.0).any() or away.any() or person in have.parts:
            found.slots[person] = _LOWEST[WHOLE, _slots(share, days)]
        if person in have.parts:
            _meetings(found.slots[person], days, have, person, inside)
    _bookings(found, first, last)
    return found


def _meetings(open_: npt.NDArray[np.int64], days: npt.NDArray[np.int64], have: Availability, person: int, inside: npt.NDArray[np.int64]) -> None:
    """Closes as many slots of each day as meetings take of it, those first in which most of them lies. A part of a slot closes it on that
    part of such days, told by the date, so that it adds up and stays as it is when a day has passed."""
    touched = np.flatnonzero((inside < len(have.parts[person])) & (have.met[person][inside] > 0))
    where = inside[touched]
    wanted = have.met[person][where] * SLOTS / have.full[person][where]
    left = np.maximum(_COUNT[open_[touched]] - np.floor(wanted + np.modf(days[touched] * _GOLDEN)[0] + 1e-6).astype(np.int64), 0)
    rank = np.argsort(np.argsort(have.parts[person][where], axis=1, kind="stable"), axis=1)
    open_[touched] = ((rank < left[:, None]) << np.arange(SLOTS)).sum(axis=1)


def _ends(people: list[int]) -> dict[int, date | None]:
    """Of each person with terms the day on which the last one ends; None: no end is known."""
    found: dict[int, date | None] = {}
    for person, ends in Employment.objects.filter(person__in=people).order_by().values_list("person_id", "ends_on"):
        known = found.get(person, date.min)
        found[person] = None if ends is None or known is None else max(known, ends)
    return found


def _bookings(found: Capacity, first: date, last: date) -> None:
    rows = Booking.objects.hard().during(first, last).exclude(person=None).order_by("person_id", "starts_on", "pk")
    columns = ("person_id", "space_id", "subject_kind", "subject_id", "starts_on", "ends_on", "percent")
    kept = list(rows.values_list(*columns))
    features = {row[3] for row in kept if row[2] == Feature._meta.label_lower}
    spaces: dict[int, set[int]] = defaultdict(set)
    for feature, space in Scope.objects.filter(feature__in=features).values_list("feature_id", "item__space_id"):
        spaces[feature].add(space)
    for person, space, kind, subject, starts, ends, percent in kept:
        have = _COUNT[found._open(person)]
        share = np.where((found.days >= starts.toordinal()) & (found.days <= ends.toordinal()), float(percent) / 100, 0.0)
        own = frozenset({space} | (spaces[subject] if kind == Feature._meta.label_lower else set()))
        found.kept.setdefault(person, []).append(_Kept(own, np.minimum(_slots(share * have / SLOTS, found.days), have)))


def _slots(share: Shares, days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Slots of each day that a share of it makes: whole ones, which by the date, not by where one begins to count, add up."""
    part = np.clip(share, 0.0, 1.0) * SLOTS
    slots: npt.NDArray[np.int64] = (np.floor((days + 1) * part + 1e-6) - np.floor(days * part + 1e-6)).astype(np.int64)
    return np.clip(slots, 0, SLOTS)
