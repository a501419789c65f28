"""What share of an item's work each of its people takes."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.work.models import Assignment, WorkItem

_DO = Permission.EDIT_WORK


def share(*, actor: Any, item: WorkItem, version: int | None, user: Any, share: int) -> WorkItem:
    """From 1 to 100 per cent; of several people each takes what their share is of the sum."""
    require(actor, _DO, item.space_id)
    if not 1 <= share <= 100:
        raise Refused("weight_out_of_range", field="share")
    with transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
        row = Assignment.objects.filter(item=item, user=user).first()
        if row is None:
            raise Refused("not_assigned", field="user", name=user.name)
        before = row.share
        if before == share:
            return item
        item.write(expected=version, updated_at=clock.now())
        Assignment.objects.filter(pk=row.pk).update(share=share)
        record("work_item.shared", item, actor=actor, changes={"user": [None, user.pk], "share": [before, share]})
    return item
