"""Which items stand in somebody's week before there is time on them. Their own arrangement: no event."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people.access import Permission, require, spaces_where
from tandem.people.models import User
from tandem.resources.actions import time_sheets
from tandem.resources.models import TimeSheet, TimeSheetRow
from tandem.work.models import TimeEntry, WorkItem

MOST = 100


def add(*, actor: Any, person: User, week: date, items: Iterable[WorkItem]) -> int:
    """Items on which the actor may write time; twice, also at once, is once. Returns how many are new."""
    wanted = list({item.pk: item for item in items}.values())
    for item in wanted:
        require(actor, Permission.EDIT_WORK if actor.pk == person.pk else Permission.EDIT_PLAN, item.space_id)
        if item.removed_at is not None:
            raise Refused("item_removed", key=item.key)
    with transaction.atomic():
        sheet = _open(actor, person, week)
        there = set(TimeSheetRow.objects.filter(sheet=sheet).values_list("item_id", flat=True))
        new = [TimeSheetRow(sheet=sheet, item=item) for item in wanted if item.pk not in there]
        if len(there) + len(new) > MOST:
            raise Refused("week_rows_too_many", most=MOST)
        TimeSheetRow.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def remove(*, actor: Any, person: User, week: date, item_id: int) -> None:
    """Out of the week; time on the item stays what it is, and keeps it there."""
    TimeSheetRow.objects.filter(sheet=_open(actor, person, week), item=item_id).delete()


def copy_last(*, actor: Any, person: User, week: date) -> int:
    """The items of the week before, without their hours; what the actor cannot see or is done is left out."""
    sheet = _open(actor, person, week)
    before = sheet.week - timedelta(days=7)
    rows = TimeSheetRow.objects.filter(sheet__person=person, sheet__week=before).values("item")
    worked = TimeEntry.objects.present().filter(user=person, day__range=(before, before + timedelta(days=6))).values("item")
    items = WorkItem.objects.visible_to(actor).present()
    found = (items.filter(pk__in=rows) | items.filter(pk__in=worked)).exclude(state__category="done").order_by("space_id", "id")
    needed = Permission.EDIT_WORK if actor.pk == person.pk else Permission.EDIT_PLAN
    return add(actor=actor, person=person, week=week, items=found.filter(space_id__among=spaces_where(actor, needed))[:MOST])


def _open(actor: Any, person: User, week: date) -> TimeSheet:
    sheet = time_sheets.open_week(actor=actor, person=person, week=week)
    if sheet.is_standing:
        raise Refused("week_state", state=str(sheet.get_state_display()))
    return sheet
