"""Whose calendar has hours at night: planned shifts, as far as their person had the time on that day."""

from collections.abc import Iterable
from datetime import date

import numpy as np

from tandem.people.models import Space
from tandem.planning.availability import Availability, Minutes
from tandem.planning.calendars import STANDARD, Calendars
from tandem.resources.models import Employment
from tandem.work.night import SPANS


def planned(people: Iterable[int], have: Availability) -> dict[int, Minutes]:
    """Minutes of each day between ten in the evening and six in the morning, by the clock of the calendar: of part time and halves of
    days off the same part as of the whole day. Four queries at most."""
    wanted, count = sorted(set(people)), (have.last - have.first).days + 1
    rows = Employment.objects.filter(person__in=wanted).during(have.first, have.last).order_by("starts_on", "pk")
    terms = list(rows.values_list("person_id", "space_id", "starts_on", "ends_on", "calendar_id", "calendar__space_id"))
    root = Space.objects.filter(parent=None).values_list("pk", flat=True).first() or 0
    calendars = Calendars({root} | {row[1] for row in terms} | {row[5] for row in terms if row[5]}, have.first)
    known: dict[str, Minutes] = {}

    def nights(own: int | None, home: int) -> Minutes:
        calendar = calendars.of_row(own) if own in calendars.rows else calendars.of_space(home)
        key = calendar.id if calendar is not STANDARD else ""
        if key not in known:
            known[key] = calendar.minutes_within(have.first, have.last, SPANS).astype(np.float64)
        return known[key]

    found = {person: nights(None, root).copy() for person in wanted}
    for person in {row[0] for row in terms}:
        found[person] = np.zeros(count)
    for person, home, starts, ends, own, _its_space in terms:
        begin, end = max((starts - have.first).days, 0), min(((ends or date.max) - have.first).days, count - 1)
        found[person][begin : end + 1] = nights(own, home)[begin : end + 1]
    for person in wanted:
        full = have.full[person]
        found[person] *= np.divide(have.there(person), full, out=np.zeros(count), where=full > 0)
    return found
