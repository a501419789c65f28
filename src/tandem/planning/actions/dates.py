"""Dates that people give in a plan: a bar is moved or drawn out. What follows from it is computed."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection, transaction

from tandem.compute.scheduling.axis import Axis
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.planning import schedule
from tandem.planning.calendars import Calendars, wall_clock
from tandem.planning.models import ComputedDates, Run
from tandem.planning.schedule import moment
from tandem.work.actions import work_items
from tandem.work.models import Constraint, WorkItem

AT_ONCE = 3000
"""Up to so many items a plan is computed while the person waits (some hundredths of a second); else in a job."""
_PATIENCE_MS = 1500
_HORIZON = timedelta(days=40)
_LONGEST = timedelta(days=366 * 30)


def give(
    *,
    actor: Any,
    item: WorkItem,
    version: int | None,
    start: datetime | None = None,
    finish: datetime | None = None,
    run: uuid.UUID | None = None,
) -> WorkItem:
    """A start alone moves the item and keeps its duration; a finish changes the duration, in working time.

    The start becomes "start no earlier than": links may still push it later. Moments are the plan's wall clock.
    """
    require(actor, Permission.EDIT_WORK, item.space_id)
    begin, end, minutes = _now(item)
    first, last = start or begin or finish, finish or end or start
    if first is None or last is None:
        raise Refused("date_unreadable")
    if start is not None and finish is not None and finish < start:
        raise Refused("period_reversed", field="finish")
    axis = _axis(item, first, last)
    if start is not None:
        first = axis.next_working(start) if axis.total else start
    values: dict[str, Any] = {}
    if finish is not None and not item.is_milestone:
        if start is None and finish < first:
            raise Refused("period_reversed", field="finish")
        minutes = max(axis.between(first, finish), 0.0) or 480.0
        values["duration_minutes"] = round(minutes)
    if start is not None:
        values |= {"constraint": Constraint.SNET.value, "constraint_at": moment(first), "planned_start": moment(first)}
    elif item.planned_start is None:
        values["planned_start"] = moment(first)
    values["planned_finish"] = moment(axis.add(first, minutes) if axis.total and minutes else first)
    return work_items.change(actor=actor, item=item, version=version, run=run, **values)


def recompute(item_or_space: Any) -> Run | None:
    """The plan after a change, at once when it is small: the job that follows finds nothing left to do."""
    space = getattr(item_or_space, "space", item_or_space)
    if WorkItem.objects.in_spaces([space.pk]).present().count() > AT_ONCE:
        return None
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [f"{_PATIENCE_MS}ms"])
            return schedule.compute(space)
    except OperationalError:  # a job is computing this very plan: the page hears of it when it is done
        return None


def _now(item: WorkItem) -> tuple[datetime | None, datetime | None, float]:
    """Where the bar stands, and its length in working minutes."""
    dates = ComputedDates.objects.filter(item=item).first()
    start = wall_clock(item.actual_start or (dates.start if dates else item.planned_start))
    finish = wall_clock(dates.finish if dates else item.planned_finish)
    if item.duration_minutes is not None or start is None or finish is None:
        return start, finish, float(item.duration_minutes or item.estimate_minutes or 0)
    return start, finish, _axis(item, start, finish).between(start, finish)


def _axis(item: WorkItem, first: datetime, last: datetime) -> Axis:
    if abs(last - first) > _LONGEST:
        raise Refused("period_reversed", field="finish")
    read = Calendars([item.space_id], clock.today())
    calendar = read.of_row(item.calendar_id) if item.calendar_id in read.rows else read.of_space(item.space_id)
    length = timedelta(minutes=3 * float(item.duration_minutes or 0)) * 2
    until = max(first, last) + _HORIZON + min(length, _LONGEST)
    return calendar.axis((min(first, last) - _HORIZON).date(), until.date())
