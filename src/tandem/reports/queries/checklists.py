"""What checklists say of many items at once."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, Q

from tandem.work.models import ChecklistEntry


def counts(user: Any, items: Iterable[Any]) -> dict[int, tuple[int, int]]:
    """Item id → entries that are done, entries in all; items without a checklist are not there."""
    rows = ChecklistEntry.objects.visible_to(user).present().filter(item__in=[i.pk for i in items])
    found = rows.order_by().values_list("item_id").annotate(done=Count("id", filter=Q(is_done=True)), all=Count("id"))
    return {item: (done, total) for item, done, total in found}
