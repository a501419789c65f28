"""How much time each person has on each day: calendar, share of a week, joining and leaving, time off. Everything that asks
whether somebody has room goes through here: sprints, workload, bookings, heat maps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt

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


def available_hours(people: Iterable[int], first: date, last: date, *, space_id: int | None = None) -> Availability:
    """Six queries, however many people and days.

    Somebody of whom no term is written down counts as full time by the default calendar of `space_id`, else of the organisation;
    who has terms has no time outside of them.
    """
    wanted = sorted(set(people))
    last = min(max(first, last), first + timedelta(days=LONGEST - 1))
    columns = ("person_id", "space_id", "starts_on", "ends_on", "percent", "calendar_id", "calendar__space_id")
    terms = list(Employment.objects.filter(person__in=wanted).order_by("starts_on", "pk").values_list(*columns))
    if space_id is None:
        space_id = Space.objects.filter(parent=None).values_list("pk", flat=True).first() or 0
    calendars = Calendars({space_id, *(row[1] for row in terms), *(row[6] for row in terms if row[6])}, first)
    days = _Days(first, last)
    usual = days.of(calendars.of_space(space_id))
    full = {person: np.zeros(days.count) for person in wanted}
    minutes = {person: np.zeros(days.count) for person in wanted}
    employed = set()
    for person, home, starts, ends, percent, own, _own_space in terms:
        employed.add(person)
        part = days.between(starts, ends or date.max)
        given = days.of(calendars.of_row(own) if own in calendars.rows else calendars.of_space(home))[part]
        full[person][part] = given
        minutes[person][part] = given * percent / 100
    for person in wanted:
        if person not in employed:
            full[person], minutes[person] = usual.copy(), usual.copy()
    return Availability(first, last, full, minutes, _take_away(wanted, days, minutes))


def _take_away(wanted: list[int], days: "_Days", minutes: dict[int, Minutes]) -> dict[int, Minutes]:
    """Takes approved time off out of `minutes`; the answer is what it took."""
    away = {person: np.zeros(days.count) for person in wanted}
    rows = TimeOff.objects.approved().filter(person__in=wanted).during(days.first, days.last)
    for person, starts, ends, starts_half, ends_half in rows.values_list("person_id", "starts_on", "ends_on", "starts_half", "ends_half"):
        share = np.zeros(days.count)
        share[days.between(starts, ends)] = 1.0
        for day, is_half in ((starts, starts_half), (ends, ends_half)):
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
