"""When a meeting costs its people least: their working calendars, time off and other meetings, in the time zone of each."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from tandem.collaboration.models.notification_rules import zone_of
from tandem.compute.meeting.times import Interval, Person, Price, cheapest
from tandem.governance import engagements
from tandem.governance.models import Meeting
from tandem.kit import clock
from tandem.people.models import Space, User
from tandem.planning.availability import available_hours
from tandem.planning.calendars import STANDARD, Calendars
from tandem.resources.models import Employment

STEP, DAYS, MOST = 30, 14, 6
FURTHEST = timedelta(days=730 - DAYS)
"""So that every moment offered can be taken."""


@dataclass(frozen=True, slots=True)
class Moment:
    """`price` in minutes of people; `absent` are the names of who could not come."""

    starts_at: datetime
    price: Price
    absent: list[str]


def beginning(first: date | None) -> date:
    """The day from which moments are looked for."""
    today = clock.now().date()
    return min(max(first or today, today), today + FURTHEST)


def offered(meeting: Meeting, first: date | None = None) -> list[Moment]:
    """The cheapest moments of the two weeks from a day on. Whoever may look at a meeting may ask: of other meetings only that somebody
    is busy is used, and nothing of them is said."""
    now = clock.now()
    day = beginning(first)
    start = datetime.combine(day, time(0), UTC)
    seats = meeting.seats()
    people = {seat.user_id: seat.user for seat in seats}
    busy = _busy(people, start, start + timedelta(days=DAYS + 1), meeting.pk)
    work = _work(people.values(), day, start)
    persons = [
        Person(seat.user_id, seat.is_needed, tuple(work[seat.user_id]), tuple(busy[seat.user_id]), offset=_offset(zone_of(seat.user), start)) for seat in seats
    ]
    soon = max(0, int((now - start).total_seconds() // 60) + STEP)
    candidates = range(-(-soon // STEP) * STEP, DAYS * 1440, STEP)
    found = cheapest(persons, candidates, meeting.minutes, MOST)
    return [Moment(start + timedelta(minutes=one.start), one, [people[pk].name for pk in one.absent]) for one in found]


def _offset(zone: ZoneInfo, start: datetime) -> int:
    """Where midnight lies for somebody, in minutes after midnight of the axis."""
    ahead = start.astimezone(zone).utcoffset()
    return -int(ahead.total_seconds() // 60) if ahead else 0


def _busy(people: Iterable[int], first: datetime, last: datetime, but: int) -> dict[int, list[Interval]]:
    """Only that they are in a meeting then."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for one in engagements.meetings(sorted(people), first, last):
        times = (np.stack((one.starts, one.ends), axis=1)[one.rows != but] - int(first.timestamp())) // 60
        for person in one.people:
            found[person] += [(begin, end) for begin, end in times.tolist()]
    return found


def _work(people: Iterable[User], day: date, start: datetime) -> dict[int, list[Interval]]:
    """Working hours of each as their own calendar says them, none on days on which they are away."""
    given = list(people)
    first, last = day - timedelta(days=1), day + timedelta(days=DAYS)
    have = available_hours([one.pk for one in given], first, last)
    # house: reads — when they work, to all who plan with them
    terms = list(Employment.objects.filter(person__in=given).values_list("person_id", "space_id", "starts_on", "ends_on", "calendar_id", "calendar__space_id"))
    root = Space.objects.filter(parent=None).values_list("pk", flat=True).first() or 0  # house: reads — the organisation's own calendar
    homes = {row[1] for row in terms} | {row[5] for row in terms if row[5]} | {root}
    calendars = Calendars(homes, day)
    usual = calendars.of_space(root) if root else STANDARD
    found: dict[int, list[Interval]] = defaultdict(list)
    for person in given:
        zone = zone_of(person)
        own = [row for row in terms if row[0] == person.pk]
        for n in range((last - first).days + 1):
            on = first + timedelta(days=n)
            if have.there(person.pk)[n] <= 0 or have.away[person.pk][n] > 0:
                continue
            term = next((row for row in own if row[2] <= on and (row[3] is None or on <= row[3])), None)
            calendar = usual if term is None else calendars.of_row(term[4]) if term[4] in calendars.rows else calendars.of_space(term[1])
            midnight = datetime.combine(on, time(0), zone)
            found[person.pk] += [(_minute(midnight + timedelta(minutes=a), start), _minute(midnight + timedelta(minutes=b), start)) for a, b in calendar.day(on)]
    return found


def _minute(moment: datetime, start: datetime) -> int:
    return round((moment.astimezone(UTC) - start).total_seconds() / 60)
