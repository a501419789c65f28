"""Demand against what the teams can finish, month by month: where more was promised than fits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.kit.types import Json, Ref
from tandem.planning import workdays
from tandem.planning.pace import WINDOWS
from tandem.planning.scope import Reading, Subject

MONTHS = 18


@dataclass(frozen=True, slots=True)
class Wanted:
    """A subject and the day until which it is due: its promise, else its forecast. Counted from day `on`."""

    subject: Subject
    due: date
    on: date
    calendar: WorkingCalendar


def demands(reading: Reading, wanted: dict[Ref, Wanted]) -> dict[Ref, Json]:
    """For each subject its open items per month until it is due, and its teams' capacity per month.

    An item that stands in several scopes counts once, in the one that is due first.
    """
    taken: set[int] = set()
    found: dict[Ref, Json] = {}
    capacities: dict[tuple[int, date], dict[str, float]] = {}
    for ref, want in sorted(wanted.items(), key=lambda pair: (pair[1].due, pair[0])):
        mine = [item.id for item in want.subject.open_items if item.id not in taken]
        taken.update(mine)
        days = workdays.after(want.calendar, want.on)
        for space_id in want.subject.spaces:
            if (space_id, want.on) not in capacities:
                capacities[space_id, want.on] = _capacity(reading, space_id, want.on)
        found[ref] = {
            "demand": spread(len(mine), days, max(want.due, days.at(1))),
            "capacity": {str(s): capacities[s, want.on] for s in sorted(want.subject.spaces)},
        }
    return found


def spread(items: int, days: workdays.Workdays, last: date) -> dict[str, float]:
    """So many items evenly over the working days up to `last`, summed by month."""
    total = days.until(last)
    if not items or not total:
        return {}
    return {month: round(items * part / total, 3) for month, part in _by_month(days, last).items()}


def _capacity(reading: Reading, space_id: int, on: date) -> dict[str, float]:
    """Items per month at the pace of the last twelve weeks."""
    calendar = reading.calendars.of_space(space_id)
    items = reading.in_space.get(space_id, [])
    began = min((item.created for item in items), default=on)
    start = max(began, on - timedelta(days=round(WINDOWS[0] * 1.4)))
    worked = calendar.count_working_days(start, on)
    done = sum(1 for item in items if item.finished and start <= item.finished <= on)
    per_day = done / worked if worked else 0.0
    days = workdays.after(calendar, on)
    last = on + timedelta(days=31 * MONTHS)
    return {month: round(per_day * count, 3) for month, count in _by_month(days, last).items()}


def _by_month(days: workdays.Workdays, last: date) -> dict[str, int]:
    """Working days per month (`2026-11`) after the base up to `last`."""
    found: dict[str, int] = defaultdict(int)
    month = days.base.replace(day=1)
    before = 0
    while month <= last:
        following = (month + timedelta(days=32)).replace(day=1)
        until = days.until(min(last, following - timedelta(days=1)))
        if until > before:
            found[month.strftime("%Y-%m")] += until - before
        before, month = until, following
    return dict(found)
