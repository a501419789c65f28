"""What keeps a work item from moving, from when to when."""

import uuid
from typing import Any

from django.db import transaction

from tandem.history.models import Event
from tandem.history.record import plain, record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.work.models import Block, State, WorkItem

_DO = Permission.EDIT_WORK


def start(*, actor: Any, item: WorkItem, reason: str, kind: str = Block.Kind.OTHER) -> Block:
    """The clock runs from now on. An item that is done, or blocked already, is not blocked; a reason is needed."""
    require(actor, _DO, item.space_id)
    reason = _said(reason)
    if kind not in Block.Kind.values:
        raise Refused("choice_unknown", field="kind")
    with transaction.atomic():
        item = _held(item.pk)
        if item.is_done or item.removed_at:
            raise Refused("block_of_finished", field="reason")
        if Block.objects.open().filter(item=item).exists():
            raise Refused("blocked_already", field="reason")
        row = Block.objects.create(space_id=item.space_id, item=item, kind=kind, reason=reason, by=actor)
        record(
            "block.started", row, actor=actor,
            changes={"item": [None, item.pk], "kind": [None, kind]}, text={"reason": [None, reason]},
        )  # fmt: skip
    return row


def change(*, actor: Any, block: Block, version: int | None, **values: Any) -> Block:
    """The reason and its kind, while it lasts and afterwards."""
    if set(values) - {"reason", "kind"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"reason", "kind"})))
    if "reason" in values:
        values["reason"] = _said(values["reason"])
    return writing.change(
        block,
        actor=actor,
        permission=_DO,
        verb="block.changed",
        version=version,
        personal=("reason",),
        **values,
    )


def end(*, actor: Any, block: Block, version: int | None, run: uuid.UUID | None = None) -> Block:
    """The clock stops. What has ended does not end again."""
    require(actor, _DO, block.space_id)
    with transaction.atomic():
        if block.ended_at is not None:
            raise Refused("block_over")
        moment = max(clock.now(), block.since)
        block.write(expected=version, ended_at=moment, ended_by=actor)
        record(
            "block.ended",
            block,
            actor=actor,
            changes={"item": [None, block.item_id], "ended_at": [None, moment]},
            run=run,
        )
    return block


def reopen(*, actor: Any, block: Block, version: int | None) -> Block:
    """It had not ended: the clock runs on as if it had never stopped."""
    require(actor, _DO, block.space_id)
    with transaction.atomic():
        item = _held(block.item_id)
        if block.ended_at is None or Block.objects.open().filter(item=item).exists():
            raise Refused("blocked_already")
        if item.is_done or item.removed_at:
            raise Refused("block_of_finished")
        before = block.ended_at
        block.write(expected=version, ended_at=None, ended_by=None)
        record(
            "block.reopened",
            block,
            actor=actor,
            changes={"item": [None, item.pk], "ended_at": [before, None]},
        )
    return block


def remove(*, actor: Any, block: Block, version: int | None = None) -> None:
    """It was a mistake: it counts nowhere."""
    writing.remove(block, actor=actor, permission=_DO, verb="block.removed", version=version)


def end_with(*, actor: Any, item: WorkItem, run: uuid.UUID | None = None) -> None:
    """What is finished is not blocked any more. Called in the transaction of the move, with its `run`."""
    for block in Block.objects.open().filter(item=item).select_for_update(no_key=True):
        end(actor=actor, block=block, version=None, run=run)


def resume(*, actor: Any, item: WorkItem, run: uuid.UUID) -> None:
    """What the move `run` ended goes on when the move is taken back, unless somebody wrote to it since."""
    _go_on(actor, item, Event.objects.filter(run=run))


def come_back(*, actor: Any, item: WorkItem, made: WorkItem) -> None:
    """All of them come along from `made`, at which the item had arrived in another space; what it was blocked by until it
    arrived there finished goes on."""
    moved = Event.objects.of(item).filter(verb="work_item.relocated").order_by("-id").first()
    came = Event.objects.of(made).filter(verb="work_item.created").first()
    Block.objects.filter(item=made).update(item=item, space=item.space_id)
    if moved and came:
        _go_on(actor, item, Event.objects.filter(id__gt=came.pk, id__lt=moved.pk, space=made.space_id))


def _go_on(actor: Any, item: WorkItem, events: Any) -> None:
    events = events.filter(verb="block.ended", subject_kind=Block._meta.label_lower)
    ended = {e.subject_id: e.changes["ended_at"][1] for e in events}
    if item.is_done or item.removed_at or not ended or Block.objects.open().filter(item=item).exists():
        return
    for block in Block.objects.ended().filter(item=item, pk__in=list(ended)):
        if plain(block.ended_at) == ended[block.pk]:
            reopen(actor=actor, block=block, version=None)


def end_finished(*, actor: Any, items: list[WorkItem]) -> None:
    """The same of many, as an import left them."""
    rows = Block.objects.open().filter(item__in=[i.pk for i in items], item__state__category=State.Category.DONE)
    for block in rows.select_for_update(no_key=True, of=("self",)):
        end(actor=actor, block=block, version=None)


def _held(item_id: int) -> WorkItem:
    """Locked without a join: a card that is moved meanwhile would drop out of it."""
    return WorkItem.objects.select_for_update(no_key=True).get(pk=item_id)


def _said(reason: str) -> str:
    if not reason.strip():
        raise Refused("block_reason_missing", field="reason")
    return reason.strip()[:500]
