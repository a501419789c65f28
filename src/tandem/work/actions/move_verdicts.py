"""What the approvers say to a move that was asked for: never the one who asked."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.people.access import Permission, require
from tandem.work.actions import move_requests, work_items
from tandem.work.models import MoveRequest, MoveVerdict, WorkItem

_S = MoveRequest.State


def decide(*, actor: Any, request: MoveRequest, version: int | None, is_yes: bool, reason: str = "", item_version: int | None = None) -> MoveRequest:
    """Yes or no, once, by somebody whom the rule of today names and who did not ask. Enough yes moves the item, in this
    transaction and by every rule of now, as the one who asked; a no ends it, with a reason."""
    require(actor, Permission.VIEW, request.space_id)
    reason = " ".join(reason.split())[:500]
    if not is_yes and not reason:
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        item, row = _held(request)
        if row.asked_by_id == actor.pk:
            raise Refused("move_own")
        rule = move_requests.requirement(row, item)
        people = move_requests.able(rule, row.space_id, but=row.asked_by_id) if rule else set()
        if actor.pk not in people:
            raise Denied(Permission.EDIT_PLAN)
        if item_version is not None and item.version != item_version:
            raise Stale(item)
        if MoveVerdict.objects.filter(request=row, by=actor).exists():
            raise Refused("move_judged_already")
        MoveVerdict.objects.create(request=row, by=actor, is_yes=is_yes, reason=reason, at=clock.now())
        yes = set(MoveVerdict.objects.filter(request=row, is_yes=True).values_list("by_id", flat=True)) & people
        text = {"reason": [None, reason]} if reason else {}
        told = {"to_state": [None, row.to_state_id], "asker": [None, row.asked_by_id]}
        if not is_yes:
            move_requests.end(row, _S.REJECTED, version)
            record("work_item.move_rejected", item, actor=actor, changes=told, text=text)
        elif len(yes) < rule.approvals:  # type: ignore[union-attr]
            row.write(expected=version)
            record("work_item.move_endorsed", item, actor=actor, changes={"to_state": [None, row.to_state_id]}, text=text)
        else:
            move_requests.end(row, _S.APPROVED, version)
            record("work_item.move_approved", item, actor=actor, changes=told, text=text)
            _move(row, item)
    return row


def withdraw(*, actor: Any, request: MoveRequest, version: int | None) -> MoveRequest:
    """By the one who asked, or by whoever may plan here."""
    require(actor, Permission.EDIT_WORK, request.space_id)
    if request.asked_by_id != actor.pk:
        require(actor, Permission.EDIT_PLAN, request.space_id)
    with transaction.atomic():
        item, row = _held(request)
        move_requests.end(row, _S.WITHDRAWN, version)
        record("work_item.move_withdrawn", item, actor=actor, changes={"to_state": [row.to_state_id, None]})
    return row


def _held(request: MoveRequest) -> tuple[WorkItem, MoveRequest]:
    """The item first, as every change of it does; then the request as it is now."""
    item = WorkItem.objects.select_for_update(no_key=True, of=("self",)).select_related("state", "type", "space").get(pk=request.item_id)
    row = MoveRequest.objects.select_for_update(no_key=True, of=("self",)).select_related("to_state", "asked_by").get(pk=request.pk)
    if row.state != _S.WAITING:
        raise Refused("move_decided")
    if item.removed_at:
        raise Refused("item_removed", key=item.key)
    return item, row


def _move(row: MoveRequest, item: WorkItem) -> None:
    asker = row.asked_by
    if not asker.is_active:
        raise Refused("move_asker_gone", name=asker.name)
    try:
        work_items.change(actor=asker, item=item, version=None, is_approved=True, state=row.to_state)
    except Denied:
        raise Refused("move_asker_gone", name=asker.name) from None
