"""The table that says whose yes a change takes: its lines are read from the top, and the first that fits decides."""

from typing import Any

from django.db import transaction

from tandem.governance.models import ApprovalRule
from tandem.history.record import record
from tandem.kit.errors import Hidden, Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space

_DO = Permission.EDIT_PORTFOLIO
MOST = 20


def create(*, actor: Any, space: Space, **values: Any) -> ApprovalRule:
    """At the end of the table of its space, which holds below wherever there is none of its own."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        _in_turn(space.pk)
        ranks = set(ApprovalRule.objects.filter(space=space).values_list("rank", flat=True))
        values.setdefault("rank", max(ranks, default=0) + 1)
        if values["rank"] in ranks or len(ranks) >= MOST:
            raise Refused("approval_rule_place", field="rank", most=MOST)
        _check(ApprovalRule(), values)
        return writing.create(ApprovalRule, actor=actor, permission=_DO, verb="approval_rule.created", space=space, **values)


def change(*, actor: Any, approval_rule: ApprovalRule, version: int | None, **values: Any) -> ApprovalRule:
    """It holds from then on, also for what waits already."""
    require(actor, _DO, approval_rule.space_id)
    _check(approval_rule, values)
    with transaction.atomic():
        _in_turn(approval_rule.space_id)
        if "rank" in values and ApprovalRule.objects.filter(space=approval_rule.space_id, rank=values["rank"]).exclude(pk=approval_rule.pk).exists():
            raise Refused("approval_rule_place", field="rank", most=MOST)
        return writing.change(approval_rule, actor=actor, permission=_DO, verb="approval_rule.changed", version=version, **values)


def move(*, actor: Any, approval_rule: ApprovalRule, version: int | None, is_up: bool) -> ApprovalRule:
    """One place up or down in its table; at the end of it nothing happens."""
    require(actor, _DO, approval_rule.space_id)
    with transaction.atomic():
        _in_turn(approval_rule.space_id)
        lines = list(ApprovalRule.objects.filter(space=approval_rule.space_id).order_by("rank"))
        at = next((k for k, line in enumerate(lines) if line.pk == approval_rule.pk), None)
        if at is None:
            raise Hidden
        held, to = lines[at], at - 1 if is_up else at + 1
        if version is not None and held.version != version:
            raise Stale(held)
        if not 0 <= to < len(lines):
            return held
        other, places = lines[to], (held.rank, lines[to].rank)
        held.write(expected=None, rank=max(line.rank for line in lines) + 1)  # of two in one place the database knows one
        other.write(expected=None, rank=places[0])
        held.write(expected=None, rank=places[1])
        record("approval_rule.moved", held, actor=actor, changes={"rank": list(places)})
        record("approval_rule.moved", other, actor=actor, changes={"rank": [places[1], places[0]]})
    return held


def remove(*, actor: Any, approval_rule: ApprovalRule, version: int | None = None) -> None:
    writing.remove(approval_rule, actor=actor, permission=_DO, verb="approval_rule.removed", version=version)


def _in_turn(space_id: int) -> None:
    """One after another in a space, so that places are true."""
    Space.objects.select_for_update(no_key=True).get(pk=space_id)


def _check(row: ApprovalRule, values: dict[str, Any]) -> None:
    if "kinds" in values:
        values["kinds"] = sorted(set(values["kinds"]))
        if set(values["kinds"]) - set(ApprovalRule.Kind.values):
            raise Refused("approval_rule_kinds", field="kinds")
    voices = [values.get(name, getattr(row, name)) for name in ("product_voices", "pmo_voices")]
    if not all(0 <= count <= 5 for count in voices) or not any(voices):
        raise Refused("approval_rule_voices", field="product_voices")
