"""Time spent on a work item: one's own, and by whoever leads the project on behalf of others."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Sum

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.work.actions import derived, time_locks
from tandem.work.models import TimeEntry, WorkItem

_DO = Permission.EDIT_WORK
_FOR_OTHERS = Permission.EDIT_PLAN
_PERSONAL = ("note",)
_FIRST = date(2000, 1, 1)
MOST = 2000
"Entries of one item."


def log(
    *, actor: Any, item: WorkItem, minutes: int, day: date | None = None, note: str = "", user: User | None = None,
    remaining_minutes: int | None = None, night_minutes: int | None = None,
) -> TimeEntry:  # fmt: skip
    """Today and one's own unless said otherwise. Of one person no day has more than 24 hours, and no week that stands takes more.
    `remaining_minutes` says what is left to do after it; unsaid, what is left shrinks by what was logged. `night_minutes`: where a clock
    measured the time, what of it lay at night."""
    require(actor, _DO, item.space_id)
    user, day = user or actor, day or clock.today()
    _check_whose(actor, item.space_id, user)
    _check_day(day)
    with transaction.atomic():
        item = _held(item.pk)
        time_locks.check(user, day)
        if TimeEntry.objects.present().filter(item=item).count() >= MOST:
            raise Refused("time_entries_too_many", most=MOST)
        _check_minutes(user, day, minutes)
        row = TimeEntry.objects.create(
            space_id=item.space_id, item=item, user=user, day=day, minutes=minutes, note=_said(note), recorded_by=actor, night_minutes=night_minutes,
        )
        left = _count(item)
        if remaining_minutes is not None:
            left |= _expect(item, remaining_minutes)
        changes = {"item": [None, item.pk], "user": [None, user.pk], "day": [None, day], "minutes": [None, minutes], **left}
        record("time.logged", row, actor=actor, changes=changes, text={"note": [None, row.note]} if row.note else {})
    return row


def change(*, actor: Any, entry: TimeEntry, version: int | None, **values: Any) -> TimeEntry:
    """Day, time, note. Whose it is stays: remove it and log it for the other."""
    if set(values) - {"day", "minutes", "note"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"day", "minutes", "note"})))
    require(actor, _DO, entry.space_id)
    _check_whose(actor, entry.space_id, entry.user, is_there=True)
    if "note" in values:
        values["note"] = _said(values["note"])
    if "day" in values:
        _check_day(values["day"])
    with transaction.atomic():
        item = _held(entry.item_id)
        time_locks.check(entry.user, entry.day, values.get("day", entry.day))
        _check_present(entry)
        if {"day", "minutes"} & values.keys():
            _check_minutes(entry.user, values.get("day", entry.day), values.get("minutes", entry.minutes), but=entry.pk)
        entry = writing.change(
            entry, actor=actor, permission=_DO, verb="time.changed", version=version, personal=_PERSONAL, **values
        )
        if {"day", "minutes"} & values.keys() and entry.night_minutes is not None:  # no longer what a clock measured
            TimeEntry.objects.filter(pk=entry.pk).update(night_minutes=None)
            entry.night_minutes = None
        _count(item)
    return entry


def remove(*, actor: Any, entry: TimeEntry, version: int | None = None) -> None:
    """It counts no more, but is kept: `restore` brings it back."""
    require(actor, _DO, entry.space_id)
    _check_whose(actor, entry.space_id, entry.user, is_there=True)
    with transaction.atomic():
        item = _held(entry.item_id)
        time_locks.check(entry.user, entry.day)
        _check_present(entry)
        entry.write(expected=version, removed_at=clock.now())
        _count(item)
        record("time.removed", entry, actor=actor, changes={"item": [item.pk, None], "minutes": [entry.minutes, None]})


def restore(*, actor: Any, entry: TimeEntry, version: int | None = None) -> TimeEntry:
    """It counts again, if the day still has room for it."""
    require(actor, _DO, entry.space_id)
    _check_whose(actor, entry.space_id, entry.user, is_there=True)
    with transaction.atomic():
        item = _held(entry.item_id)
        if entry.removed_at is None:
            return entry
        time_locks.check(entry.user, entry.day)
        _check_minutes(entry.user, entry.day, entry.minutes)
        entry.write(expected=version, removed_at=None)
        _count(item)
        record("time.restored", entry, actor=actor, changes={"item": [None, item.pk], "minutes": [None, entry.minutes]})
    return entry


def may_change(actor: Any, entry: TimeEntry) -> bool:
    return entry.user_id == actor.pk or may(actor, _FOR_OTHERS, entry.space_id)


def expected(item: WorkItem, remaining_minutes: int | None) -> int | None:
    """What the item is expected to take in all when so much is left; None: as estimated."""
    if remaining_minutes is None:
        return None
    if not 0 <= remaining_minutes <= 10_000_000:
        raise Refused("time_unreadable", field="remaining_minutes")
    return item.entered_minutes + (item.spent_minutes or 0) + remaining_minutes


def recount(item_id: int) -> None:
    """The sum beside the estimate, anew from the entries; in the transaction of whoever moved them."""
    total = TimeEntry.objects.present().filter(item=item_id).aggregate(total=Sum("minutes"))["total"] or 0
    WorkItem.objects.filter(pk=item_id).update(entered_minutes=total)


def _count(item: WorkItem) -> dict[str, Any]:
    """The item is held, so that the sum is that of all entries. It is no edit of the item: nobody's change is stale for it."""
    before = item.entered_minutes
    recount(item.pk)
    derived.written(item.space_id, [item.pk])  # formulas and roll-ups may rest on it
    item.refresh_from_db(fields=["entered_minutes"])
    return {"entered_minutes": [before, item.entered_minutes]}


def _expect(item: WorkItem, remaining_minutes: int) -> dict[str, Any]:
    before, after = item.expected_minutes, expected(item, remaining_minutes)
    if before == after:
        return {}
    item.write(expected=None, expected_minutes=after, updated_at=clock.now())
    return {"expected_minutes": [before, after]}


def _held(item_id: int) -> WorkItem:
    item = WorkItem.objects.select_for_update(no_key=True).get(pk=item_id)
    if item.removed_at:
        raise Refused("item_removed", key=item.key)
    return item


def _check_whose(actor: Any, space_id: int, user: User, *, is_there: bool = False) -> None:
    """One's own; another's with the right to plan, and only of people who see the project."""
    if user.pk == actor.pk:
        return
    if not may(actor, _FOR_OTHERS, space_id):
        raise Denied(_FOR_OTHERS)
    if not is_there and not members_of(space_id).filter(user=user).exists():
        raise Refused("person_outside", field="user", name=user.name)


def _check_day(day: date) -> None:
    if day > clock.today():
        raise Refused("time_ahead", field="day")
    if day < _FIRST:
        raise Refused("date_unreadable", field="day")


def _check_minutes(user: User, day: date, minutes: int, but: int = 0) -> None:
    """The person is held meanwhile (`time_locks.check`), so that two entries at once do not both find room."""
    if not 1 <= minutes <= TimeEntry.DAY_MINUTES:
        raise Refused("time_unreadable", field="minutes")
    rows = TimeEntry.objects.present().filter(user=user, day=day).exclude(pk=but)
    if (rows.aggregate(total=Sum("minutes"))["total"] or 0) + minutes > TimeEntry.DAY_MINUTES:
        raise Refused("time_day_full", field="minutes", name=user.name, day=day.isoformat())


def _check_present(entry: TimeEntry) -> None:
    if entry.removed_at is not None:
        raise Refused("time_entry_removed")


def _said(note: str) -> str:
    return " ".join(str(note).split())[:500]
