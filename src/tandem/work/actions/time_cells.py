"""A cell of a week of time: what somebody worked on an item on a day, in all."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.work.actions import time_entries
from tandem.work.models import TimeEntry, WorkItem


def fill(*, actor: Any, item: WorkItem, user: User, day: date, minutes: int, seen: int | None = None) -> list[TimeEntry]:
    """Nothing takes the entries away. What is more goes onto the newest entry; what is less is taken from the newest ones, so
    that the earlier ones keep their notes. `seen`: what the writer saw there; refused when it is something else by now."""
    if not 0 <= minutes <= TimeEntry.DAY_MINUTES:
        raise Refused("time_unreadable", field="minutes")
    with transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
        rows = list(TimeEntry.objects.present().filter(item=item, user=user, day=day).select_related("user").order_by("-id"))
        total = sum(row.minutes for row in rows)
        if seen is not None and seen != total:
            raise Refused("time_cell_changed", field="minutes", key=item.key, day=day.isoformat(), minutes=total)
        if minutes > total and not rows:
            return [time_entries.log(actor=actor, item=item, user=user, day=day, minutes=minutes)]
        if minutes > total:
            newest = rows[0]
            return [time_entries.change(actor=actor, entry=newest, version=None, minutes=newest.minutes + minutes - total)]
        return _less(actor, rows, total - minutes)


def _less(actor: Any, rows: list[TimeEntry], much: int) -> list[TimeEntry]:
    touched = []
    for row in rows:
        if not much:
            break
        taken = min(much, row.minutes)
        if taken == row.minutes:
            time_entries.remove(actor=actor, entry=row)
        else:
            time_entries.change(actor=actor, entry=row, version=None, minutes=row.minutes - taken)
        touched.append(row)
        much -= taken
    return touched
