"""The picture of a change takes the place of an older one; where it shows something else, nobody has said yes to it yet."""

from typing import Any

from django.db import transaction

from tandem.governance import pictures
from tandem.governance.actions import change_requests
from tandem.governance.models import ChangeRequest, Verdict
from tandem.history.record import record
from tandem.kit import clock
from tandem.planning import plan_branches
from tandem.planning.models import PlanChange, PlanScenario
from tandem.planning.plan_branches import Tried


def keep(request: ChangeRequest, scenario: PlanScenario, changes: list[PlanChange], found: Tried, told: dict[str, Any]) -> dict[str, Any]:
    """First the request, then its content, as whoever judges it holds them."""
    with transaction.atomic():
        held = change_requests.hold(request)
        before = held.scenario.outcome or {}
        outcome = plan_branches.keep(scenario, changes, found, told)
        held.scenario.outcome = outcome
        ask_again(held, before)
    return outcome


def ask_again(held: ChangeRequest, before: dict[str, Any]) -> None:
    """A yes of another picture counts no more: what differs stands with the request, and both sides are asked anew. Where nobody has
    said yes yet, the request is another one than on the page of whoever looks at the older picture."""
    now = held.scenario.outcome or {}
    shown, older = pictures.digest(now), pictures.digest(before)
    said = Verdict.objects.filter(request=held, round=held.round, answer=Verdict.Answer.YES).values_list("picture", flat=True)
    if held.state != ChangeRequest.State.SUBMITTED or all((one or older) == shown for one in said):
        if pictures.told(now) != pictures.told(before):
            held.write(expected=None)
        return
    held.write(expected=None, round=held.round + 1, asked_at=clock.now(), redrawn=pictures.differing(before, now))
    people = change_requests.asked(held, list(held.scenario.changes.order_by("id")))
    record("change_request.redrawn", held, actor=None, changes={"round": [held.round - 1, held.round], "approvers": [None, people]})
