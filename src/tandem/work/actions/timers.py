"""The running clock of a person. What it becomes is a time entry; the clock itself is nobody else's business: no event."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from tandem.collaboration.models.notification_rules import zone_of
from tandem.kit import clock
from tandem.kit.errors import Hidden, Refused
from tandem.people.access import Permission, may, require
from tandem.work import night
from tandem.work.actions import time_entries, time_locks
from tandem.work.models import TimeEntry, Timer, WorkItem

_DO = Permission.EDIT_WORK


def start(*, actor: Any, item: WorkItem, note: str = "") -> Timer:
    """One for each person: another one that runs is stopped first, and what it measured is logged, or thrown away where the
    person may not work any more."""
    require(actor, _DO, item.space_id)
    if item.removed_at is not None:
        raise Refused("item_removed", key=item.key)
    with transaction.atomic():
        time_locks.hold(actor.pk)
        running = Timer.objects.filter(user=actor).select_related("item").first()
        if running is not None and running.item_id == item.pk:
            return running
        if running is not None and not may(actor, _DO, running.space_id):
            running.delete()
        elif running is not None:
            stop(actor=actor, timer=running)
        return Timer.objects.create(space_id=item.space_id, user=actor, item=item, started_at=clock.now(), note=" ".join(note.split())[:500])


def stop(
    *, actor: Any, timer: Timer, minutes: int | None = None, note: str | None = None, version: int | None = None
) -> list[TimeEntry]:
    """Its minutes as an entry of the day, one for each day when it ran over midnight; less than half a minute is nothing. What
    ran for more than half a day was forgotten: then, or whenever the person knows better, `minutes` says how long it was."""
    _own(actor, timer)
    with transaction.atomic():
        parts: list[tuple[date, int, int | None]] = [(_day(timer.started_at, actor), minutes, None)] if minutes else _parts(timer, actor) if minutes is None else []
        said = timer.note if note is None else note
        found = [time_entries.log(actor=actor, item=timer.item, day=day, minutes=part, note=said, night_minutes=at_night) for day, part, at_night in parts if part]
        _end(actor, timer, version)
    return found


def discard(*, actor: Any, timer: Timer, version: int | None = None) -> None:
    """Nothing is logged."""
    _own(actor, timer)
    with transaction.atomic():
        _end(actor, timer, version)


def _own(actor: Any, timer: Timer) -> None:
    if timer.user_id != actor.pk or not actor.is_active:
        raise Hidden


def _end(actor: Any, timer: Timer, version: int | None) -> None:
    """Of two stops at once only one logs."""
    timer.write(expected=timer.version if version is None else version)
    Timer.objects.filter(pk=timer.pk).delete()


def _parts(timer: Timer, actor: Any) -> list[tuple[date, int, int | None]]:
    now = clock.now()
    if timer.minutes(now) > Timer.LONGEST_MINUTES:
        raise Refused("timer_forgotten", field="minutes", hours=timer.minutes(now) // 60)
    zone = zone_of(actor)
    begin, end = timer.started_at.astimezone(zone), now.astimezone(zone)
    if begin.date() == end.date():
        return [_part(_day(now, actor), timer.minutes(now), begin, end)]
    midnight = datetime.combine(end.date(), time(), zone)
    before = round((midnight - begin) / timedelta(minutes=1))
    return [_part(_day(timer.started_at, actor), before, begin, midnight), _part(_day(now, actor), timer.minutes(now) - before, midnight, end)]


def _part(day: date, minutes: int, begin: datetime, end: datetime) -> tuple[date, int, int | None]:
    return day, minutes, min(night.minutes(begin, end), minutes)


def _day(moment: datetime, actor: Any) -> date:
    """By the person's own clock, but never ahead of the server's: where it is tomorrow already, today is the last day to log."""
    return min(moment.astimezone(zone_of(actor)).date(), clock.today())
