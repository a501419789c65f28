"""A gate in the life of a project: its day, what is judged of it, and the money that it will release."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import transaction
from django.utils import timezone

from tandem.governance.actions import method_parts
from tandem.governance.models import Gate, GateCriterion, GateRelease, MethodPart
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import User
from tandem.people.scoping import members_of
from tandem.portfolio.models import Portfolio, Project
from tandem.work.actions import work_items

_PLAN, _WORK = Permission.EDIT_PLAN, Permission.EDIT_WORK
OVER = (Project.State.DONE, Project.State.CANCELLED)
_is_address = URLValidator(schemes=("http", "https"))


def change(*, actor: Any, gate: Gate, version: int | None, due_on: date, reason: str = "") -> Gate:
    """Another day, with the reason on record; its milestone goes along, what it was first due stays in the history."""
    require(actor, _PLAN, gate.space_id)
    check_open(gate)
    if due_on == gate.due_on:
        return gate
    reason = reason.strip()[:500]
    if not reason:
        raise Refused("gate_day_reason_missing", field="reason")
    with transaction.atomic():
        before = gate.due_on
        gate.write(expected=version, due_on=due_on)
        record("gate.changed", gate, actor=actor, changes={"due_on": [before, due_on], "reason": [None, reason]})
        item = gate.item
        if item is not None and item.removed_at is None and item.planned_finish is not None:
            moment = timezone.localtime(item.planned_finish).replace(year=due_on.year, month=due_on.month, day=due_on.day)
            work_items.change(actor=actor, item=item, version=None, planned_start=moment, planned_finish=moment)
    return gate


def judge(*, actor: Any, gate_criterion: GateCriterion, version: int | None, is_met: bool, evidence: str, link: str = "") -> GateCriterion:
    """Somebody says whether it holds, and on what that rests: a sentence, and a link to a record or a file if there is one."""
    require(actor, _WORK, gate_criterion.space_id)
    if gate_criterion.kind != GateCriterion.Kind.JUDGED:
        raise Refused("criterion_computed")
    evidence = " ".join(evidence.split())[:500]
    if not evidence:
        raise Refused("evidence_missing", field="evidence")
    link = link_of(link.strip())
    with transaction.atomic():
        hold(gate_criterion.gate_id)
        before = gate_criterion.is_met
        gate_criterion.write(expected=version, is_met=is_met, evidence=evidence, link=link, judged_by=actor, judged_at=clock.now())
        told = {"criterion": [None, gate_criterion.text], "is_met": [before, is_met], **({"link": [None, link]} if link else {})}
        record("gate.judged", gate_criterion.gate, actor=actor, changes=told, text={"evidence": [None, evidence]})
    return gate_criterion


def take_back(*, actor: Any, gate_criterion: GateCriterion, version: int | None) -> GateCriterion:
    """It is not judged any more."""
    require(actor, _WORK, gate_criterion.space_id)
    with transaction.atomic():
        hold(gate_criterion.gate_id)
        gate_criterion.refresh_from_db() if version is None else None
        if gate_criterion.is_met is None:
            return gate_criterion
        before = gate_criterion.is_met
        gate_criterion.write(expected=version, **method_parts.UNJUDGED)
        record("gate.judged", gate_criterion.gate, actor=actor, changes={"criterion": [None, gate_criterion.text], "is_met": [before, None]})
    return gate_criterion


def set_release(*, actor: Any, gate: Gate, version: int | None = None, amount: Decimal | None = None, currency: str = "") -> GateRelease | None:
    """How much of the project's money it will release; nothing takes that back. The amount stands in no event: more people read those."""
    for needed in (Permission.EDIT_PORTFOLIO, Permission.SEE_COSTS):
        require(actor, needed, gate.space_id)
    if amount is not None and not (amount.is_finite() and 0 < amount < Decimal(10) ** 12 and amount == amount.quantize(Decimal("0.01"))):
        raise Refused("money_unreadable", field="amount", text=str(amount)[:40])
    if amount is not None and currency not in {one for one, _name in Portfolio.CURRENCIES}:
        raise Refused("currency_malformed", field="currency", currency=currency[:10])
    with transaction.atomic():
        held = hold(gate.pk)
        check_live(held)
        held.write(expected=version)  # what the reviewers look at has changed
        row = GateRelease.objects.filter(gate=held).first()
        if amount is None:
            if row is not None:
                row.delete()
        elif row is None:
            row = GateRelease.objects.create(space_id=held.space_id, gate=held, amount=amount, currency=currency)
        else:
            row.write(expected=None, amount=amount, currency=currency)
        record("gate.money_set", held, actor=actor, changes={"releases_money": [None, amount is not None]})
    return row if amount is not None else None


def reviewers(gate: Gate) -> list[User]:
    """The people who have a reviewing role in the project and still see it."""
    rows = MethodPart.objects.kept().filter(project=gate.project_id, kind=MethodPart.Kind.ROLE, key__in=gate.reviewers, person__in=members_of(gate.space_id).values("user"))
    return list({part.person_id: part.person for part in rows.select_related("person").order_by("rank")}.values())


def hold(pk: int) -> Gate:
    """Locked until the transaction ends: a verdict and what it looks at do not pass each other by."""
    held: Gate = Gate.objects.select_for_update(of=("self",)).select_related("project", "space").get(pk=pk)
    check_open(held)
    return held


def check_live(gate: Gate) -> None:
    """A project that is over takes no verdict and no money any more."""
    if gate.project.state in OVER:
        raise Refused("gate_project_over", state=str(gate.project.get_state_display()))


def check_open(gate: Gate) -> None:
    if gate.is_left_out:
        raise Refused("gate_left_out")
    if not gate.is_open:
        raise Refused("gate_decided", state=str(gate.get_state_display()))


def link_of(text: str) -> str:
    """A page of ours, or an address on the web."""
    if not text or (text.startswith("/") and not text.startswith("//") and len(text) <= 500):
        return text
    try:
        _is_address(text)
    except ValidationError:
        raise Refused("link_malformed", field="link") from None
    return text[:500]
