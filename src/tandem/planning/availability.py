"""How much time each person has on each day: calendar, share of a week, joining and leaving, time off. Everything that asks
whether somebody has room goes through here: sprints, workload, bookings, heat maps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import BigIntegerField, IntegerField, Value
from django.db.models.functions import Cast

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.people.models import Space
from tandem.planning.calendars import STANDARD, Calendars
from tandem.resources.models import Employment, TimeOff

Minutes = npt.NDArray[np.float64]
LONGEST = 1500
"Days that can be asked for at once."


@dataclass(frozen=True)
class Availability:
    """By person one number for each day from `first` on: `full` is what their calendar gives a full-time person, `minutes` what
    they really have, `away` what approved time off takes."""

    first: date
    last: date
    full: dict[int, Minutes]
    minutes: dict[int, Minutes]
    away: dict[int, Minutes]

    def person_days(self, person_id: int, first: date, last: date) -> float:
        """Days of the person between two dates, each as the part of a full day that they have."""
        part = slice(max(0, (first - self.first).days), max(0, (last - self.first).days + 1))
        full, have = self.full[person_id][part], self.minutes[person_id][part]
        return float((have[full > 0] / full[full > 0]).sum())

    def hours(self, person_id: int, first: date, last: date) -> float:
        part = slice(max(0, (first - self.first).days), max(0, (last - self.first).days + 1))
        return float(self.minutes[person_id][part].sum() / 60)


def available_hours(people: Iterable[int], first: date, last: date, *, usual: WorkingCalendar | None = None) -> Availability:
    """At most five queries, however many people and days.

    Somebody of whom no term is written down counts as full time by the calendar `usual`, else by the default one of the
    organisation; who has terms has no time outside of them.
    """
    wanted = sorted(set(people))
    last = min(max(first, last), first + timedelta(days=LONGEST - 1))
    terms, off = _written(wanted, first, last)
    days, employed = _Days(first, last), {row[0] for row in terms}
    homes = {row[1] for row in terms} | {row[6] for row in terms if row[6]}
    root = 0
    if usual is None and not employed.issuperset(wanted):
        root = Space.objects.filter(parent=None).values_list("pk", flat=True).first() or 0
    calendars = Calendars(homes | {root}, first) if homes or root else None
    full = {person: np.zeros(days.count) for person in wanted}
    minutes = {person: np.zeros(days.count) for person in wanted}
    for person, home, starts, ends, percent, own, _own_space in terms:
        assert calendars is not None
        part = days.between(starts, ends or date.max)
        given = days.of(calendars.of_row(own) if own in calendars.rows else calendars.of_space(home))[part]
        full[person][part] = given
        minutes[person][part] = given * percent / 100
    if not employed.issuperset(wanted):
        given = days.of(usual or (calendars.of_space(root) if calendars else STANDARD))
        for person in set(wanted) - employed:
            full[person], minutes[person] = given.copy(), given.copy()
    return Availability(first, last, full, minutes, _take_away(wanted, days, minutes, off))


def _written(wanted: list[int], first: date, last: date) -> tuple[list[Any], list[Any]]:
    """Terms and approved time off in one query, for every page that plans people asks this."""
    columns = ("person_id", "space_id", "starts_on", "ends_on", "percent", "calendar_id", "calendar__space_id")
    no_calendar = Value(None, output_field=BigIntegerField())
    halves = Cast("starts_half", IntegerField()) + 2 * Cast("ends_half", IntegerField())
    terms = Employment.objects.filter(person__in=wanted).order_by().values_list(Value(0), *columns)
    off = TimeOff.objects.approved().filter(person__in=wanted).during(first, last).order_by()
    away = off.values_list(Value(1), "person_id", "space_id", "starts_on", "ends_on", halves, no_calendar, no_calendar)
    found = list(terms.union(away, all=True))
    return [row[1:] for row in found if row[0] == 0], [row[1:] for row in found if row[0] == 1]


def _take_away(wanted: list[int], days: "_Days", minutes: dict[int, Minutes], off: list[Any]) -> dict[int, Minutes]:
    """Takes approved time off out of `minutes`; the answer is what it took."""
    away = {person: np.zeros(days.count) for person in wanted}
    for person, _space, starts, ends, halves, *_rest in off:
        share = np.zeros(days.count)
        share[days.between(starts, ends)] = 1.0
        for day, is_half in ((starts, halves & 1), (ends, halves & 2)):
            if is_half:
                share[days.between(day, day)] = 0.5
        away[person] = np.maximum(away[person], share)
    for person in wanted:
        away[person] = away[person] * minutes[person]
        minutes[person] = minutes[person] - away[person]
    return away


class _Days:
    """The days that are asked for, and the minutes of each by a calendar, made once."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last, self.count = first, last, (last - first).days + 1
        self._made: dict[str, Minutes] = {}

    def of(self, calendar: WorkingCalendar) -> Minutes:
        key = calendar.id if calendar is not STANDARD else ""
        if key not in self._made:
            self._made[key] = calendar.minutes_by_day(self.first, self.last).astype(np.float64)
        return self._made[key]

    def between(self, first: date, last: date) -> slice:
        begin = max(first, self.first)
        end = min(last, self.last)
        return slice((begin - self.first).days, max((begin - self.first).days, (end - self.first).days + 1)) if begin <= self.last else slice(0, 0)
