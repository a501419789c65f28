"""What a risk touches, and the work items that carry out its response."""

from typing import Any

from django.db import models, transaction

from tandem.governance.actions.risks import stale
from tandem.governance.models import Risk, RiskTie
from tandem.history.record import record
from tandem.kit.errors import Hidden, Refused
from tandem.people.access import Permission, require
from tandem.portfolio.models import Project
from tandem.product.models import Feature
from tandem.work.models import WorkItem

_DO = Permission.EDIT_WORK
_FIELDS: dict[type[models.Model], str] = {WorkItem: "item", Feature: "feature", Project: "project"}
MOST = 100


def add(*, actor: Any, risk: Risk, subject: Any, kind: str = RiskTie.Kind.TOUCHES) -> RiskTie:
    """Of what the actor sees. Said again it changes nothing. Only work items carry a response out."""
    require(actor, _DO, risk.space_id)
    if not subject.is_seen_by(actor):
        raise Hidden
    field = _FIELDS.get(type(subject))
    if field is None or kind not in RiskTie.Kind.values or (kind == RiskTie.Kind.RESPONDS and field != "item"):
        raise Refused("choice_unknown", field="kind")
    with transaction.atomic():
        held = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
        if not held.is_open:
            raise Refused("risk_over", state=str(held.get_state_display()))
        known = RiskTie.objects.filter(risk=held, kind=kind, **{field: subject}).first()
        if known is not None:
            return known
        if held.ties.count() >= MOST:
            raise Refused("ties_too_many", most=MOST)
        row = RiskTie.objects.create(space_id=held.space_id, risk=held, kind=kind, **{field: subject})
        record("risk.tied", held, actor=actor, changes={field: [None, subject.pk], "link": [None, kind]})
        stale(held.space_id)
    return row


def remove(*, actor: Any, risk_tie: RiskTie, version: int | None = None) -> None:
    require(actor, _DO, risk_tie.space_id)
    with transaction.atomic():
        if version is not None:
            risk_tie.write(expected=version)
        named = {field: [pk, None] for field in _FIELDS.values() if (pk := getattr(risk_tie, f"{field}_id")) is not None}
        record("risk.untied", risk_tie.risk, actor=actor, changes=named | {"link": [risk_tie.kind, None]})
        risk_tie.delete()
        stale(risk_tie.space_id)
