"""A work item moves to another project, and what counts it as its scope goes on counting it."""

from typing import Any

from django.db import transaction
from django.db.models import F

from tandem.history.record import record_many
from tandem.product.models import Scope
from tandem.work.actions import clones, relocations
from tandem.work.models import WorkItem


def relocate(*, actor: Any, item: WorkItem, **values: Any) -> WorkItem:
    """As `work.relocations`; the scope follows the work, whoever may change the product: it is the same work."""
    with transaction.atomic():
        old = [item.pk, *(part.pk for part in clones.parts_of(item))]
        made = relocations.relocate(actor=actor, item=item, **values)
        now = dict(WorkItem.objects.filter(pk__in=old).values_list("pk", "moved_to_id"))
        _follow(actor, {before: after for before, after in now.items() if after})
    return made


def take_back(*, actor: Any, item: WorkItem) -> WorkItem:
    with transaction.atomic():
        rows = [item.pk, *(part.pk for part in clones.parts_of(item))]
        old = relocations.take_back(actor=actor, item=item)
        now = dict(WorkItem.objects.filter(pk__in=rows).values_list("pk", "moved_to_id"))  # each leads to where it stands again
        _follow(actor, {before: after for before, after in now.items() if after})
    return old


def _follow(actor: Any, places: dict[int, int]) -> None:
    """From one number of the item to the other; the feature or release tells it as a change of its scope."""
    gone, come = {}, {}
    for row in Scope.objects.select_for_update(of=("self",)).filter(item__in=places).select_related("feature", "release"):
        subject: Any = row.feature or row.release
        Scope.objects.filter(pk=row.pk).update(item=places[row.item_id], version=F("version") + 1)
        gone.setdefault(subject, []).append(row.item_id)
        come.setdefault(subject, []).append(places[row.item_id])
    record_many("scope.removed", [(s, {"items": [sorted(ids), []]}, {}) for s, ids in gone.items()], actor=actor)
    record_many("scope.added", [(s, {"items": [[], sorted(ids)]}, {}) for s, ids in come.items()], actor=actor)
