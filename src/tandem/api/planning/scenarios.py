"""Scenarios of selection, and what the solver came to."""

from typing import Annotated, Any, Literal

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.portfolio.proposals import Row
from tandem.api.shapes import OPTIONAL, Body, Reference, body, words
from tandem.planning.actions import adoptions, scenarios
from tandem.planning.models import Adoption, Scenario, Solution
from tandem.portfolio.models import Proposal

router = Router(tags=["planning"])
_FIELDS = "description owner quarters aim is_carried_over may_hold"


class ShareRule(Body):
    """`group` is kind:run, horizon:long, side:pmo, objective:12 and the like."""

    group: words(40, 1)  # type: ignore[valid-type]
    bound: Literal["least", "most"]
    percent: Annotated[int, Field(ge=0, le=100)]


_LIMITS = {
    "budget": (Row, OPTIONAL), "capacity": (Annotated[dict[words(60, 1), Row], Field(max_length=20)], OPTIONAL),
    "shares": (Annotated[list[ShareRule], Field(max_length=8)], OPTIONAL),
}  # fmt: skip

NOUN = Noun(
    path="scenarios",
    model=Scenario,
    word="scenario",
    shows=(
        "id space_id name description owner_id state starts_on quarters aim budget is_carried_over may_hold capacity shares locks"
        " version created_at"
    ),
    filters="space_id owner_id state",
)
SOLUTIONS = Noun(
    path="solutions",
    model=Solution,
    word="solution",
    shows="id space_id scenario_id job_id state inputs_hash made_at seconds value bound starts reasons prices frontier must_give version",
    filters="scenario_id state",
)


def _solve(*, actor: Any, scenario: Scenario) -> Solution:
    return scenarios.solve(actor=actor, scenario=scenario)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ScenarioCreate", Scenario, f"space name starts_on {_FIELDS}", **_LIMITS), scenarios.create)
generic.changes(router, NOUN, body("ScenarioChange", Scenario, f"name starts_on {_FIELDS}", partial=True, **_LIMITS), scenarios.change)
generic.removes(router, NOUN, scenarios.remove)
generic.adds(router, NOUN, "copies", body("ScenarioCopy", Scenario, "name", partial=True), scenarios.copy)
generic.acts(
    router, NOUN, "locks", body("ScenarioLock", Scenario, "", proposal_id=Reference(Proposal, "proposal"), to=Literal["in", "out", "free"]),
    scenarios.lock,
)  # fmt: skip
generic.adds(router, NOUN, "solutions", body("SolutionCreate", Scenario, ""), _solve, gives=SOLUTIONS)

ADOPTIONS = Noun(
    path="adoptions",
    model=Adoption,
    word="adoption",
    shows="id space_id scenario_id solution_id decided_by_id decided_at reason others point inputs_hash outcome undone_by_id undone_at version",
    filters="scenario_id decided_by_id",
)


def _adopt(*, actor: Any, scenario: Scenario, version: int, **values: Any) -> Scenario:
    return adoptions.adopt(actor=actor, scenario=scenario, version=version, **values).scenario


def _undo(*, actor: Any, adoption: Adoption, version: int) -> Adoption:
    return adoptions.undo(actor=actor, adoption=adoption, version=version)


generic.acts(router, NOUN, "adoptions", body("AdoptionCreate", Adoption, "reason others point"), _adopt)

decided = Router(tags=["planning"])
generic.reads(decided, ADOPTIONS, history=False)
generic.acts(decided, ADOPTIONS, "reversals", body("AdoptionReversal", Adoption, ""), _undo)

solutions = Router(tags=["planning"])
generic.reads(solutions, SOLUTIONS, history=False)
