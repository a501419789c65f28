"""Rules, what they did and why not, and what one would have done."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import JsonObject, body
from tandem.automation import trials
from tandem.automation.actions import rules
from tandem.automation.models import Rule, RuleRun
from tandem.automation.spaces import ways_up
from tandem.kit.types import Id

router = Router(tags=["automation"])
runs = Router(tags=["automation"])

NOUN = Noun(
    path="rules",
    model=Rule,
    word="rule",
    shows="id space_id owner_id name trigger facts condition steps is_on version created_at",
    filters="space_id owner_id trigger is_on",
    # those of the space itself and of the spaces above it
    narrows={"holds_in": (Id, lambda rows, space: rows.filter(space__in=ways_up().get(space, ())))},
)
RUN = Noun(
    path="rule-runs",
    model=RuleRun,
    shows="id space_id rule_id item_id event_id depth run outcome why params ended_at created_at",
    filters="space_id rule_id item_id outcome",
)
_STEPS = list[JsonObject]


class TrialItem(BaseModel):
    item_id: int
    times: int


class Trial(BaseModel):
    """`seen` events set the rule off, `times` of them on items that its filter finds today; at most 20 items are named."""

    days: int
    seen: int
    times: int
    count: int
    is_cut: bool
    items: list[TrialItem]


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("RuleCreate", Rule, "space name trigger condition", facts=(JsonObject, {}), steps=(_STEPS, ...)),
    rules.create,
)
generic.changes(
    router,
    NOUN,
    body(
        "RuleChange",
        Rule,
        "name trigger condition is_on",
        partial=True,
        facts=(JsonObject, {}),
        steps=(_STEPS, []),
    ),
    rules.change,
)
generic.removes(router, NOUN, rules.remove)
generic.reads(runs, RUN, history=False)


@router.get("/{id}/trial/", response={200: Trial, **NO}, operation_id="rules_trial_read")
def trial(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """What the rule would have done in the last 30 days, as you see them. Nothing is done."""
    found = trials.tried(NOUN.row(request.auth, id), request.auth)
    shown: dict[str, Any] = {
        name: getattr(found, name) for name in ("days", "seen", "times", "count", "is_cut")
    }
    return generic.send(shown | {"items": [{"item_id": item.pk, "times": n} for item, n in found.items]})
