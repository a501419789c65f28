"""What a webhook is told: made from the event when it is sent, and only from what the webhook's owner may see then.
Documented in docs/reference/webhooks.md."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.urls import reverse

from tandem.automation.models import Delivery
from tandem.history.models import Event
from tandem.history.record import canonical
from tandem.kit.outgoing import LARGEST
from tandem.people import told
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.work.models import WorkItem

FORMAT = 1
_LONGEST = (20_000, 2_000, 100)
"Characters of each text; the next when the message would still be too large."
_ITEM = WorkItem._meta.label_lower


def of(delivery: Delivery) -> dict[str, Any] | None:
    """None when the owner may not see it, or not send it any more."""
    hook = delivery.hook
    if not may(hook.owner, Permission.AUTOMATE, hook.space_id):
        return None
    about: dict[str, Any] | None
    if delivery.event_id:
        about = _of_event(delivery.event_id, hook.owner)
    elif "rule" in delivery.facts:
        about = _of_rule(delivery.facts, hook.owner)
    else:
        about = {"verb": "test", "space": _space(hook.space_id, hook.owner)}
    if about is None:
        return None
    return _bounded(
        {"format": FORMAT, "delivery": delivery.pk, "webhook": {"id": hook.pk, "name": hook.name}, **about}
    )


def _bounded(payload: dict[str, Any]) -> dict[str, Any]:
    """Long texts are cut, so that it always goes out."""
    for most in _LONGEST:
        cut = payload | {part: _cut(payload[part], most) for part in ("changes", "text") if part in payload}
        if cut != payload:
            cut["text_is_cut"] = True
        if len(canonical(cut).encode()) <= LARGEST:
            break
    return cut


def _cut(value: Any, most: int) -> Any:
    if isinstance(value, dict):
        return {name: _cut(one, most) for name, one in value.items()}
    if isinstance(value, list):
        return [_cut(one, most) for one in value]
    return value[:most] if isinstance(value, str) else value


def _of_event(event_id: int, owner: Any) -> dict[str, Any] | None:
    event = Event.objects.visible_to(owner).filter(pk=event_id).select_related("actor", "text").first()
    if event is None:
        return None
    text = getattr(event, "text", None)
    row = _row(event.subject_kind, event.subject_id, owner)
    return {
        "event": event.pk, "verb": event.verb, "occurred_at": event.occurred_at.isoformat(), "space": _space(event.space_id, owner),
        "actor": {"id": event.actor_id, "name": event.actor.name} if event.actor else None,
        "subject": {"kind": event.subject_kind, "id": event.subject_id, "name": str(row) if row is not None else None},
        "changes": _told(event, event.changes, owner), "text": _told(event, text.changes, owner) if text else {}, "item": _item_of(row, owner),
    }  # fmt: skip


def _told(event: Event, changes: dict[str, Any], owner: Any) -> dict[str, Any]:
    return told.shown(owner, event.verb, event.space_id, changes)


def _of_rule(facts: dict[str, Any], owner: Any) -> dict[str, Any] | None:
    item = _row(_ITEM, facts["item"], owner)
    if item is None:
        return None
    return {
        "verb": "rule",
        "rule": facts["rule"],
        "space": _space(item.space_id, owner),
        "item": _item_of(item, owner),
    }


def _row(kind: str, pk: int, owner: Any) -> Any:
    rows: Any = apps.get_model(kind)._default_manager
    return rows.visible_to(owner).filter(pk=pk).first()


def _space(pk: int | None, owner: Any) -> dict[str, Any] | None:
    found = Space.objects.visible_to(owner).filter(pk=pk).values("id", "key", "name").first()
    return dict(found) if found else None


def _item_of(row: Any, owner: Any) -> dict[str, Any] | None:
    """The work item that it is or belongs to, as it stands now."""
    pk = row.pk if isinstance(row, WorkItem) else getattr(row, "item_id", None)
    if getattr(row, "subject_kind", "") == _ITEM:
        pk = row.subject_id
    item = (
        WorkItem.objects.visible_to(owner).select_related("state", "type").filter(pk=pk).first()
        if pk
        else None
    )
    if item is None:
        return None
    people = item.assignees.order_by("name").values("id", "name")
    return {
        "id": item.pk, "key": item.key, "title": item.title, "type": item.type.name, "priority": item.priority, "labels": item.labels,
        "state": {"id": item.state_id, "name": item.state.name, "category": item.state.category},
        "assignees": [dict(one) for one in people], "due_on": item.due_on.isoformat() if item.due_on else None,
        "is_removed": item.removed_at is not None, "url": settings.ORIGIN + reverse("work_item", kwargs={"key": item.key}),
    }  # fmt: skip
