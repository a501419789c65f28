"""How much time each person has on each day: calendar, share of a week, joining and leaving, time off, meetings. Everything that asks
whether somebody has room goes through here: sprints, workload, bookings, heat maps, the levelled plan."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import numpy.typing as npt
from django.db.models import BigIntegerField, CharField, DateField, IntegerField, Value
from django.db.models.functions import Cast

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.people.models import Space, User
from tandem.planning import engagements
from tandem.planning.calendars import STANDARD, Calendars
from tandem.planning.engagements import PARTS, Engagement, Shut, Spans, Worked
from tandem.resources.models import Employment, TimeOff

Minutes = npt.NDArray[np.float64]
Hours = list[tuple[slice, WorkingCalendar]]
"""Days of somebody, and the calendar by which they work on these."""
LONGEST = 1500
"Days that can be asked for at once."


@dataclass(frozen=True)
class Availability:
    """By person one number for each day from `first` on: `full` is what their calendar gives a full-time person, `minutes` what
    they really have for work, `away` what approved time off takes, `met` what meetings take of the rest. `parts`: of who is in meetings
    the minutes of them in each eighth of the day, as far as meetings reach (days, 8)."""

    first: date
    last: date
    full: dict[int, Minutes]
    minutes: dict[int, Minutes]
    away: dict[int, Minutes]
    met: dict[int, Minutes]
    parts: dict[int, Minutes]
    _taken: Mapping[int, tuple[Spans, list[tuple[slice, Worked]]]]
    _shut: Mapping[int, Shut]
    _read: Sequence[Engagement]

    def there(self, person_id: int) -> Minutes:
        """What they are there for, meetings included: what a week of theirs holds."""
        return self.minutes[person_id] + self.met[person_id]

    def meetings_of(self, person_id: int) -> list[tuple[Engagement, int, float]]:
        """Each that takes of their time, by day from `first` on, in minutes; together what `met` says."""
        one, hours = self._taken.get(person_id, (None, ()))
        if one is None:
            return []
        whole, found = self.parts[person_id].sum(axis=1), []
        for part, worked in hours:
            for place, day, minutes in worked.each(one, self._shut.get(person_id)):
                if part.start <= day < part.stop and (taken := minutes * self.met[person_id][day] / whole[day]) > 0:
                    found.append((self._read[place], day, float(taken)))
        return found

    def person_days(self, person_id: int, first: date, last: date) -> float:
        """Days of the person between two dates, each as the part of a full day that they have."""
        part = slice(max(0, (first - self.first).days), max(0, (last - self.first).days + 1))
        full, have = self.full[person_id][part], self.minutes[person_id][part]
        return float((have[full > 0] / full[full > 0]).sum())

    def hours(self, person_id: int, first: date, last: date) -> float:
        part = slice(max(0, (first - self.first).days), max(0, (last - self.first).days + 1))
        return float(self.minutes[person_id][part].sum() / 60)


def available_hours(people: Iterable[int], first: date, last: date, *, usual: WorkingCalendar | None = None, known: Calendars | None = None) -> Availability:
    """At most six queries, however many people and days; two more where it is not known yet what those see who are asked to meetings.

    Somebody of whom no term is written down counts as full time by the calendar `usual`, else by the default one of the
    organisation; who has terms has no time outside of them. `known`: calendars that were read already, used where they are enough.
    """
    wanted = sorted(set(people))
    last = min(max(first, last), first + timedelta(days=LONGEST - 1))
    terms, off, zones = _written(wanted, first, last)
    days, employed = _Days(first, last), {row[0] for row in terms}
    homes = {row[1] for row in terms} | {row[6] for row in terms if row[6]}
    root = 0
    if usual is None and not employed.issuperset(wanted):
        root = Space.objects.filter(parent=None).values_list("pk", flat=True).first() or 0
    wanted_in = homes | {root}
    calendars = known if known is not None and known.hold(wanted_in - {0}, first) else Calendars(wanted_in, first) if homes or root else None
    full = {person: np.zeros(days.count) for person in wanted}
    minutes = {person: np.zeros(days.count) for person in wanted}
    hours: dict[int, Hours] = {person: [] for person in wanted}
    for person, home, starts, ends, percent, own, _own_space in terms:
        assert calendars is not None
        part = days.between(starts, ends or date.max)
        calendar = calendars.of_row(own) if own in calendars.rows else calendars.of_space(home)
        given = days.of(calendar)[part]
        hours[person].append((part, calendar))
        full[person][part] = given
        minutes[person][part] = given * percent / 100
    if not employed.issuperset(wanted):
        calendar = usual or (calendars.of_space(root) if calendars else STANDARD)
        given = days.of(calendar)
        for person in set(wanted) - employed:
            full[person], minutes[person] = given.copy(), given.copy()
            hours[person].append((slice(0, days.count), calendar))
    away, shut = _take_away(wanted, days, minutes, off)
    found = engagements.read(wanted, first, last)
    taken = engagements.spans(found, zones)
    return Availability(first, last, full, minutes, away, *_meet(taken, days, minutes, hours, shut), shut, found)


def _written(wanted: list[int], first: date, last: date) -> tuple[list[Any], list[Any], dict[int, str]]:
    """Terms, approved time off and clocks of their own in one query, for every page that plans people asks this."""
    columns = ("person_id", "space_id", "starts_on", "ends_on", "percent", "calendar_id", "calendar__space_id")
    no_number, no_day = Value(None, output_field=BigIntegerField()), Value(None, output_field=DateField())
    halves = Cast("starts_half", IntegerField()) + 2 * Cast("ends_half", IntegerField())
    usual = Value("", output_field=CharField())
    terms = Employment.objects.filter(person__in=wanted).order_by().values_list(Value(0), *columns, usual)
    off = TimeOff.objects.approved().filter(person__in=wanted).during(first, last).order_by()
    away = off.values_list(Value(1), "person_id", "space_id", "starts_on", "ends_on", halves, no_number, no_number, usual)
    clocks = User.objects.filter(pk__in=wanted).exclude(time_zone="").order_by()
    zones = clocks.values_list(Value(2), "pk", no_number, no_day, no_day, no_number, no_number, no_number, "time_zone")
    found = list(terms.union(away, zones, all=True))
    return [row[1:-1] for row in found if row[0] == 0], [row[1:-1] for row in found if row[0] == 1], {row[1]: row[-1] for row in found if row[0] == 2}


def _take_away(wanted: list[int], days: "_Days", minutes: dict[int, Minutes], off: list[Any]) -> tuple[dict[int, Minutes], dict[int, Shut]]:
    """Takes approved time off out of `minutes`; the answer is what it took, and of whoever is away for half a day in which half that is, as
    eighths of each day (days, 8).

    No half day says whether it is the morning. Of a leave of several days it follows: it begins with an afternoon and ends with a morning.
    Of a single half day it is not known: a meeting of that day counts as lying in the other half."""
    away, shut = {person: np.zeros(days.count) for person in wanted}, dict[int, Shut]()
    for person, _space, starts, ends, halves, *_rest in off:
        share = np.zeros(days.count)
        share[days.between(starts, ends)] = 1.0
        for day, is_half in ((starts, halves & 1), (ends, halves & 2)):
            if is_half:
                share[days.between(day, day)] = 0.5
                if starts < ends:
                    half = slice(PARTS // 2, None) if day == starts else slice(0, PARTS // 2)
                    shut.setdefault(person, np.zeros((days.count, PARTS), np.bool_))[days.between(day, day), half] = True
        away[person] = np.maximum(away[person], share)
    for person in wanted:
        away[person] = away[person] * minutes[person]
        minutes[person] = minutes[person] - away[person]
    return away, shut


def _meet(
    taken: Mapping[int, Spans], days: "_Days", minutes: dict[int, Minutes], hours: Mapping[int, Hours], shut: Mapping[int, Shut]
) -> tuple[dict[int, Minutes], dict[int, Minutes], dict[int, tuple[Spans, list[tuple[slice, Worked]]]]]:
    """Takes meetings out of `minutes`; the answer is what they took by day, their minutes in each eighth of it, and by which hours. What
    lies in a half of a day of which it is known that somebody is away is taken already. They take at most what is left of a day: when in it
    somebody with a part of it works is not known."""
    nothing = np.zeros(days.count)
    met, parts, by = dict.fromkeys(minutes, nothing), {}, {}
    count = min(max((engagements.days_after(days.first, int(one.ends.max(initial=0))) + 1 for one in taken.values()), default=0), days.count)
    known: dict[tuple[int, str], Minutes] = {}
    for person, one in taken.items() if count > 0 else ():
        mine = [(slice(part.start, min(part.stop, count)), calendar) for part, calendar in hours[person] if part.start < min(part.stop, count)]
        found = np.zeros((count, PARTS))
        for part, calendar in mine:
            key = (id(one), calendar.id)
            if key not in known:
                known[key] = days.worked(calendar, count).eighths(one)
            found[part] = known[key][part]
        if person in shut:
            found[shut[person][:count]] = 0
        lost = nothing.copy()
        lost[:count] = np.minimum(found.sum(axis=1), minutes[person][:count])
        if lost.any():
            met[person], parts[person] = lost, found
            by[person] = one, [(part, days.worked(calendar, count)) for part, calendar in mine]
            minutes[person] = minutes[person] - lost
    return met, parts, by


class _Days:
    """The days that are asked for, and the minutes of each by a calendar, made once."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last, self.count = first, last, (last - first).days + 1
        self._made: dict[str, Minutes] = {}
        self._worked: dict[tuple[str, int], Worked] = {}

    def worked(self, calendar: WorkingCalendar, count: int) -> Worked:
        """The hours of its first days."""
        key = (calendar.id, count)
        if key not in self._worked:
            self._worked[key] = Worked.of(calendar, self.first, count)
        return self._worked[key]

    def of(self, calendar: WorkingCalendar) -> Minutes:
        key = calendar.id if calendar is not STANDARD else ""
        if key not in self._made:
            self._made[key] = calendar.minutes_by_day(self.first, self.last).astype(np.float64)
        return self._made[key]

    def between(self, first: date, last: date) -> slice:
        begin = max(first, self.first)
        end = min(last, self.last)
        return slice((begin - self.first).days, max((begin - self.first).days, (end - self.first).days + 1)) if begin <= self.last else slice(0, 0)
