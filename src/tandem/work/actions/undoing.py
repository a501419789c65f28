"""Taking one's own change of work items back: one item or a whole run."""

import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction

from tandem.history.models import Event, EventText
from tandem.history.record import plain, within
from tandem.kit.errors import Refused
from tandem.people.models import User
from tandem.work.actions import archiving, blocks, derived, fields, many_relocations
from tandem.work.actions.work_items import ACTUAL, PERSONAL, change, remove, restore
from tandem.work.models import WorkItem

MOST_NAMED = 50
"""Of those that stay, so many are named."""


def undo(*, actor: Any, run: uuid.UUID, again: uuid.UUID | None = None, stays: list[str] | None = None) -> tuple[int, int]:
    """Take one's own bulk change back: what came into being with it goes again, unless it came with an import. Returns
    (taken back, left alone because somebody changed them since or a rule stands against it). `again` is the run of what
    is done here: taking that one back does the change once more. The keys of those that stay come into `stays`."""
    stays = [] if stays is None else stays
    events = Event.objects.filter(run=run, actor=actor)
    if events.filter(verb="work_item.relocated").exists():
        with within(again or uuid.uuid4()):
            back, left_ids = many_relocations.take_back(actor=actor, run=run)
        stays += _keys(actor, left_ids)
        return back, len(left_ids)
    is_import = events.filter(verb__startswith="import.").exists()
    events = events.filter(subject_kind=WorkItem._meta.label_lower).order_by("-id")
    rows = left = list(events.exclude(verb="work_item.created") if is_import else events)
    with transaction.atomic(), derived.together(), within(again or uuid.uuid4()):
        is_on = True
        while left and is_on:  # once more: a whole goes back into the archive after its parts
            still = [event for event in left if not _is_back(actor, event, run)]
            left, is_on = still, len(still) < len(left)
    if left:
        stays += _keys(actor, {event.subject_id for event in left})
    return len(rows) - len(left), len(left)


def _keys(actor: Any, ids: Collection[int]) -> list[str]:
    """What is named of those that stay: what the actor sees, and not without end."""
    rows = WorkItem.objects.visible_to(actor).filter(pk__in=ids)
    return list(rows.order_by("pk").values_list("key", flat=True)[:MOST_NAMED])


def is_known(*, actor: Any, run: uuid.UUID) -> bool:
    """Whether something of one's own was done in that run: where nothing could be taken back, nothing can be done again."""
    return Event.objects.filter(run=run, actor=actor).exists()


def _is_back(actor: Any, event: Event, run: uuid.UUID) -> bool:
    try:
        with transaction.atomic():
            return _take_back(actor, event, run)
    except Refused:  # a rule of today stands against it
        return False


def _take_back(actor: Any, event: Event, run: uuid.UUID) -> bool:
    """One event of the run; False when the item is left alone."""
    item = WorkItem.objects.visible_to(actor).filter(pk=event.subject_id).first()
    if item is None:
        return False
    if event.verb == "work_item.created":
        is_as_made: bool = item.version == 1 and not item.children.filter(removed_at=None).exists()
        if is_as_made:
            remove(actor=actor, item=item, version=1)
        return is_as_made
    if event.verb == "work_item.restored" and item.removed_at is None:
        remove(actor=actor, item=item, version=None)
        return True
    if event.verb == "work_item.removed" and _is_its_removal(item, event):
        restore(actor=actor, item=item, version=None)
        return True
    if event.verb in ("work_item.archived", "work_item.unarchived"):
        return _archive_back(actor, item, event)
    values = _before(item, {**event.changes, **_texts(event)})
    if values is None:
        return False
    dates = {f: values.pop(f) for f in (*ACTUAL, "archived_at") if f in values and ("state" in values or f != "is_given_up")}
    if dates.get("archived_at"):
        archiving.check(item, values.get("state") or item.state)
    change(actor=actor, item=item, version=None, dates=dates or None, is_taken_back=True, **values)
    blocks.resume(actor=actor, item=item, run=run)
    return True


def _archive_back(actor: Any, item: WorkItem, event: Event) -> bool:
    before, after = event.changes["archived_at"]
    if plain(item.archived_at) != after:
        return False
    (archiving.archive if before else archiving.unarchive)(actor=actor, item=item, version=None)
    return True


def _is_its_removal(item: WorkItem, event: Event) -> bool:
    """Older events of a removal do not say their moment."""
    if item.removed_at is None:
        return False
    return plain(item.removed_at) == event.changes.get("removed_at", [None, plain(item.removed_at)])[1]


def _texts(event: Event) -> dict[str, list[Any]]:
    """What the event replaced of the texts that can be erased; nothing when they were."""
    text = EventText.objects.filter(event=event).first()
    return {name: pair for name, pair in text.changes.items() if name in PERSONAL} if text else {}


def _before(item: WorkItem, changes: dict[str, list[Any]]) -> dict[str, Any] | None:
    """The values from before the change; None when one of them was changed again since, or when nothing is known."""
    values: dict[str, Any] = {}
    if not changes:
        return None
    for name, (old, new) in changes.items():
        if name == "over_limit":
            continue
        if name == "assignees":
            if sorted(item.assignments.values_list("user_id", flat=True)) != new:
                return None
            values[name] = list(User.objects.filter(pk__in=old))
            continue
        if name == "fields":
            if (back := fields.taken_back(item.fields, old or {}, new)) is None:
                return None
            values[name] = back
            continue
        column = WorkItem._meta.get_field(name)
        if plain(getattr(item, name)) != new:
            return None
        related = column.related_model
        values[name] = (
            related.objects.filter(pk=old).first() if related and old is not None else column.to_python(old)
        )  # type: ignore[union-attr]
    return values
