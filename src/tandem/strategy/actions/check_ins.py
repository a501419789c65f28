"""Saying how a key result stands: its value, how sure one is, and why."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may, require
from tandem.strategy.models import CheckIn, Confidence, KeyResult, Unit
from tandem.strategy.models.unit import NO, YES


def may_check_in(user: Any, key_result: KeyResult) -> bool:
    """Whoever sets objectives there, and the owner of the key result."""
    is_owner = key_result.owner_id == user.pk and may(user, Permission.COMMENT, key_result.space_id)
    return is_owner or may(user, Permission.EDIT_STRATEGY, key_result.space_id)


def make(
    *, actor: Any, key_result: KeyResult, confidence: str, on: date | None = None, value: Decimal | None = None, comment: str = ""
) -> CheckIn:
    """One for each day: said again by the same person it corrects the first, by another it is refused. A computed value
    is not said but read."""
    require(actor, Permission.VIEW, key_result.space_id)
    if not may_check_in(actor, key_result):
        raise Denied(Permission.EDIT_STRATEGY)
    on = on or clock.today()
    with transaction.atomic():
        key_result = KeyResult.objects.select_for_update(of=("self",)).get(pk=key_result.pk)
        _check(key_result, on, value, confidence)
        row = CheckIn.objects.select_for_update(of=("self",)).select_related("by").filter(key_result=key_result, on=on).first()
        if row and row.by_id != actor.pk:
            raise Refused("checked_in_already", name=row.by.name, field="on")
        said = {"value": value, "confidence": confidence, "comment": comment.strip()}
        before = {name: getattr(row, name) for name in said} if row else dict.fromkeys(said)
        if said == before and row:
            return row
        if row:
            row.write(expected=None, **said)
        else:
            row = CheckIn.objects.create(space_id=key_result.space_id, key_result=key_result, on=on, by=actor, **said)
        changes = {name: [before[name], said[name]] for name in ("value", "confidence") if before[name] != said[name]}
        text = {"comment": [before["comment"], said["comment"]]} if (before["comment"] or "") != said["comment"] else {}
        record("key_result.checked_in", key_result, actor=actor, changes={"on": [None, on], **changes}, text=text)
    return row


def _check(key_result: KeyResult, on: date, value: Decimal | None, confidence: str) -> None:
    if not key_result.is_open:
        raise Refused("key_result_scored")
    if not key_result.is_asked:
        raise Refused("objective_closed")
    if on > clock.today():
        raise Refused("day_in_future", field="on")
    if on < key_result.starts_on:
        raise Refused("before_its_period", field="on", starts_on=key_result.starts_on)
    if confidence not in Confidence.values:
        raise Refused("confidence_unknown", field="confidence")
    if key_result.is_computed and value is not None:
        raise Refused("value_computed", field="value")
    if not key_result.is_computed and value is None:
        raise Refused("value_missing", field="value")
    if key_result.unit == Unit.YES_NO and value not in (None, NO, YES):
        raise Refused("yes_or_no", field="value")
