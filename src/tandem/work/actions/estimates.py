"""An estimate that is taken over from what similar items took."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.work.actions import derived
from tandem.work.models import WorkItem

MOST = 10_000_000
"Minutes."


def take(*, actor: Any, item: WorkItem, version: int | None, minutes: int, rests_on: str) -> WorkItem:
    """The event keeps what people themselves had said, and on what the new estimate rests: later figures compare the item with the
    former, so that the history does not learn from itself."""
    require(actor, Permission.EDIT_WORK, item.space_id)
    if not 1 <= minutes <= MOST:
        raise Refused("time_unreadable", field="estimate_minutes")
    with transaction.atomic():
        plan = derived.hold(item.space_id)
        if item.removed_at is not None:
            raise Refused("item_removed", key=item.key)
        before = item.estimate_minutes
        if before == minutes:
            return item
        item.write(expected=version, estimate_minutes=minutes, updated_at=clock.now())
        derived.follow(plan, item.space_id, [item.pk])
        changes = {"estimate_minutes": [before, minutes], "estimate_rests_on": [None, rests_on]}
        record("work_item.estimate_taken", item, actor=actor, changes=changes)
    return item
