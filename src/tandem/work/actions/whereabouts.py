"""Where an item lives that moved to another space, however often: one row of it stands, the others lead there."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.work.models import WorkItem


def alone(*, actor: Any, item: WorkItem) -> tuple[WorkItem, WorkItem | None]:
    """The row as it is now, and the one in which it lived last, if that is another; refused where it lives there still. All
    rows on the way are locked until the transaction ends: of two who bring different ones back at the same moment the second
    sees what the first did."""
    rows = WorkItem.objects.select_for_update(no_key=True, of=("self",))
    now: WorkItem = rows.get(pk=item.pk)
    last = now
    while last.removed_at is not None and last.moved_to_id is not None:
        last = rows.get(pk=last.moved_to_id)
    if last.pk != now.pk and last.removed_at is None:
        raise Refused("entry_became", key=last.key if last.space_id in actor.visible_space_ids() else "…")
    return now, last if last.pk != now.pk else None
