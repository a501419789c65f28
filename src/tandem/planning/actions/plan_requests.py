"""A plan scenario as the content of a change request: written down by anybody who sees what it changes, carried out by who said yes.

Who may do so is the business of the request; its own page and its own decision are closed to it meanwhile."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Hidden, Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.planning.actions import plan_scenarios
from tandem.planning.actions.plan_scenarios import Carrier
from tandem.planning.models import PlanChange, PlanScenario
from tandem.portfolio.models import Project

_S = PlanScenario.State


def open_for(*, actor: Any, space: Space, name: str) -> PlanScenario:
    """By who may comment there: to write down what one wishes changes nothing."""
    return writing.create(
        PlanScenario, actor=actor, permission=Permission.COMMENT, verb="plan_scenario.created", space=space, name=name, opened_by=actor, state=_S.ASKED
    )


def take(*, actor: Any, scenario: PlanScenario) -> PlanScenario:
    """An open scenario becomes the content of a request, by who may edit it; from then on it is decided there."""
    require(actor, Permission.EDIT_PLAN, scenario.space_id)
    with transaction.atomic():
        held = plan_scenarios.hold(scenario)
        if held.state != _S.OPEN:
            raise Refused("plan_scenario_asked" if held.state == _S.ASKED else "plan_scenario_over")
        held.write(expected=None, state=_S.ASKED, computed_of="")  # its picture tells nothing of money and conflicts yet
        record("plan_scenario.asked", held, actor=actor, changes={"state": [_S.OPEN.value, _S.ASKED.value]})
    return held


def write_down(*, actor: Any, scenario: PlanScenario, kind: str, subject: int, carrier: Carrier, **values: Any) -> PlanChange:
    """Of something that the person sees; rehearsed as who could carry it out."""
    _require_seen(actor, kind, values)
    with transaction.atomic():
        return plan_scenarios.put(actor, _asked(scenario), kind, subject, values, carrier)


def rewrite(*, actor: Any, change: PlanChange, version: int | None, carrier: Carrier, **values: Any) -> PlanChange:
    if values:
        _require_seen(actor, change.kind, values)
    with transaction.atomic():
        return plan_scenarios.put_again(actor, _asked(change.scenario), change, version, values, carrier)


def _require_seen(actor: Any, kind: str, values: dict[str, Any]) -> None:
    if kind == PlanChange.Kind.TRANSFER and not Project.objects.visible_to(actor).filter(pk=values.get("to") or 0).exists():
        raise Hidden


def take_out(*, actor: Any, change: PlanChange, version: int | None) -> None:
    with transaction.atomic():
        plan_scenarios.take_out(actor, _asked(change.scenario), change, version)


def judge(scenario: PlanScenario) -> list[PlanChange]:
    """The changes that may be decided on: held with what they change. Refused without a picture of these very ones."""
    held = _asked(scenario)
    changes = list(held.changes.order_by("id"))
    if not changes:
        raise Refused("plan_scenario_empty")
    plan_scenarios.judged(held, changes)
    return changes


def carry_out(*, actor: Any, scenario: PlanScenario, carrier: Carrier, reason: str, told: Callable[[PlanChange], str] | None = None) -> uuid.UUID:
    """All or none, in the transaction of the decision."""
    with transaction.atomic():
        held = _asked(scenario)
        return plan_scenarios.carry_out(actor, held, list(held.changes.order_by("id")), carrier, None, reason, told)


def lay_aside(*, actor: Any, scenario: PlanScenario, reason: str) -> None:
    """The request was rejected or withdrawn."""
    with transaction.atomic():
        plan_scenarios.close(actor, _asked(scenario), None, _S.DISCARDED, reason)
        record("plan_scenario.discarded", scenario, actor=actor)


def _asked(scenario: PlanScenario) -> PlanScenario:
    held = plan_scenarios.hold(scenario)
    if held.state != _S.ASKED:
        raise Refused("plan_scenario_over")
    return held
