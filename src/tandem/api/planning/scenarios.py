"""Scenarios of selection, and what the solver came to."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.portfolio.proposals import Row
from tandem.api.shapes import OPTIONAL, Body, Reference, body, words
from tandem.kit.types import Id
from tandem.people.access import Permission, require
from tandem.planning.actions import adoptions, scenarios
from tandem.planning.models import Adoption, Scenario, Solution
from tandem.portfolio.models import Proposal
from tandem.reports.queries import role_capacity

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



class RoleDays(BaseModel):
    """Person-days by quarter: what the people of the job role have, what of it is firmly booked for what goes on beside the scenario, what is
    left, and what all candidates ask for. `limit` is the capacity that the scenario has now. Without `job_role_ids` no job role has that name."""

    role: str
    job_role_ids: list[int]
    person_ids: list[int]
    have: list[float]
    booked: list[float]
    left: list[int]
    wanted: list[int]
    limit: list[int] | None


class ScenarioCapacities(BaseModel):
    """What there is. `left` can be taken over as `capacity` of the scenario. `money`: what the projects beside the scenario are expected to
    cost by quarter, as far as you may see costs; without the currencies in `unknown`, for which no exchange rate is known."""

    scenario_id: int
    version: int
    roles: list[RoleDays]
    money: list[int]
    currency: str
    unknown: list[str]
    is_cut: bool


@router.get("/{id}/capacities/", response={200: ScenarioCapacities, **generic.NO}, operation_id="scenarios_capacities_read")
def capacities(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """The time of people by job role and quarter, less firm bookings: for who may change the scenario."""
    user = request.auth  # type: ignore[attr-defined]
    scenario = NOUN.row(user, id)
    require(user, Permission.EDIT_PORTFOLIO, scenario.space_id)
    found = role_capacity.of(user, scenario)
    return generic.send(ScenarioCapacities(
        scenario_id=scenario.pk, version=scenario.version, roles=[_role(scenario, one) for one in found.rows], money=list(found.money),
        currency=found.currency, unknown=list(found.unknown), is_cut=found.is_cut,
    ).model_dump())  # fmt: skip


def _role(scenario: Scenario, one: role_capacity.RoleCapacity) -> RoleDays:
    return RoleDays(
        role=one.role, job_role_ids=list(one.role_ids), person_ids=[pk for pk, _name in one.people], have=[round(n, 2) for n in one.have],
        booked=[round(n, 2) for n in one.booked], left=list(one.left), wanted=list(one.wanted), limit=scenario.capacity.get(one.role),
    )  # fmt: skip


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
