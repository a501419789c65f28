"""Plan scenarios: branches of the plan with their changes, what they come to, and the decision."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.collaboration.jobs import NOUN as JOBS
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, body, words
from tandem.collaboration.models import Job
from tandem.kit.types import Id
from tandem.planning.actions import plan_scenarios as actions
from tandem.planning.models import PlanChange, PlanScenario
from tandem.reports.queries import plan_scenarios as reads

router = Router(tags=["planning"])
changed = Router(tags=["planning"])

NOUN = Noun(
    path="plan-scenarios",
    model=PlanScenario,
    word="scenario",
    shows="id space_id name description state opened_by_id computed_at job_id decided_by_id decided_at reason version created_at",
    filters="space_id state opened_by_id",
)
CHANGES = Noun(path="plan-changes", model=PlanChange, word="change", shows="id space_id scenario_id kind subject values seen by_id at version", filters="scenario_id kind space_id")


class PlanValues(Body):
    """What would be otherwise, as far as the kind of change knows it; dates as 2027-02-12, `state` of a project on_hold.
    `expected_minutes` is what is left of an item, and the estimate of a new one. `priority`: of an item, or of a project; `shares`: of an item's people,
    by their number. A booking has `person`, `percent`, days, and is firm unless `is_hard` is false."""

    starts_on: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    ends_on: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    due_on: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    expected_minutes: Annotated[int, Field(ge=0, le=10_000_000)] = OPTIONAL
    priority: Annotated[int, Field(ge=1, le=4)] = OPTIONAL
    assignees: Annotated[list[Id], Field(max_length=50)] = OPTIONAL
    shares: dict[str, Annotated[int, Field(ge=1, le=100)]] = OPTIONAL
    state: Literal["on_hold", "running"] = OPTIONAL
    person: Id = OPTIONAL
    percent: Annotated[Decimal, Field(gt=0, le=100)] = OPTIONAL
    is_hard: bool = OPTIONAL
    title: words(500, 1) = OPTIONAL  # type: ignore[valid-type]


class PlanChangeCreate(Body):
    """`subject`: the number of a work item (item, drop), a project (project, book), the space of a project (add), a person (away) or a booking (booking, unbook)."""

    kind: Literal["item", "add", "drop", "project", "away", "book", "booking", "unbook"]
    subject: Id
    values: PlanValues = OPTIONAL


class PlanScenarioDecision(Body):
    """`merge` carries out every change, all or none; it asks for a reason."""

    do: Literal["merge", "discard"]
    reason: words(2000) = OPTIONAL  # type: ignore[valid-type]


class PlanEnd(BaseModel):
    """A project that ends otherwise: its days in the plan that stands and in the scenario; null where it is not in one of them."""

    project_id: int
    space_id: int
    before_start: str | None
    before_finish: str | None
    after_start: str | None
    after_finish: str | None


class PlanPromise(BaseModel):
    """A promise whose computed end differs; `verdict`: kept or broken by the scenario, else later or earlier; gone: no work for it is planned any more."""

    promise_id: int
    promised_on: str
    before: str | None
    after: str | None
    verdict: str


class PlanLoad(BaseModel):
    person_id: int
    hours_before: float
    hours_after: float


class PlanMove(BaseModel):
    """What was changed in the plan since a change was written down."""

    change_id: int
    field: str
    then: Any
    now: Any


class PlanPicture(BaseModel):
    """`is_current`: it shows the changes as they are now. `labour`: by currency [before, after], null for who may not see rates;
    `unpriced_hours` are not in it, since you see no rate for them. `unseen`: projects and promises that end otherwise and that you cannot see."""

    scenario_id: int
    version: int
    computed_at: datetime | None
    is_current: bool
    projects: list[PlanEnd]
    promises: list[PlanPromise]
    load: list[PlanLoad]
    labour: dict[str, list[str]] | None
    unpriced_hours: float
    unseen: int
    moved: list[PlanMove]


def _day(span: Any, place: int) -> str | None:
    return span[place].isoformat() if span else None


@router.get("/{id}/picture/", response={200: PlanPicture, **generic.NO}, operation_id="plan_scenarios_picture_read")
def picture(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    user = request.auth  # type: ignore[attr-defined]
    return generic.send(pictured(user, NOUN.row(user, id)).model_dump())


def pictured(user: Any, scenario: PlanScenario) -> PlanPicture:
    found = reads.picture(user, scenario) or reads.Picture(is_current=False)
    lines, _hidden = reads.changes(user, scenario)
    return PlanPicture(
        scenario_id=scenario.pk, version=scenario.version, computed_at=scenario.computed_at, is_current=found.is_current,
        projects=[PlanEnd(
            project_id=one.project.pk, space_id=one.project.space_id, before_start=_day(one.before, 0), before_finish=_day(one.before, 1),
            after_start=_day(one.after, 0), after_finish=_day(one.after, 1),
        ) for one in found.projects],
        promises=[PlanPromise(
            promise_id=one.promise.pk, promised_on=one.on.isoformat(), before=one.before.isoformat() if one.before else None, after=one.after.isoformat() if one.after else None, verdict=one.verdict,
        ) for one in found.promises],
        load=[PlanLoad(person_id=one.person_id, hours_before=round(one.before, 1), hours_after=round(one.after, 1)) for one in found.load],
        labour=None if found.cost is None else {currency: [f"{amount:.2f}" for amount in sums] for currency, sums in found.cost.items()},
        unpriced_hours=round(found.unpriced, 1), unseen=found.unseen + found.unseen_promises,
        moved=[PlanMove(change_id=line.change.pk, field=name, then=then, now=now) for line in lines for name, then, now in line.moved],
    )  # fmt: skip


def _add(*, actor: Any, scenario: PlanScenario, kind: str, subject: int, values: dict[str, Any] | None = None) -> PlanChange:
    return actions.add(actor=actor, scenario=scenario, kind=kind, subject=subject, **(values or {}))


def _revise(*, actor: Any, change: PlanChange, version: int, **values: Any) -> PlanChange:
    return actions.revise(actor=actor, change=change, version=version, **values)


def _drop(*, actor: Any, change: PlanChange) -> None:
    actions.drop(actor=actor, change=change, version=None)


def _ask(*, actor: Any, scenario: PlanScenario) -> Job:
    return actions.ask(actor=actor, scenario=scenario, title=scenario.name)


def _decide(*, actor: Any, scenario: PlanScenario, version: int, do: str, reason: str = "") -> PlanScenario:
    (actions.merge if do == "merge" else actions.discard)(actor=actor, scenario=scenario, version=version, reason=reason)
    return scenario


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("PlanScenarioCreate", PlanScenario, "space name description"), actions.create)
generic.adds(router, NOUN, "changes", PlanChangeCreate, _add, gives=CHANGES)
generic.adds(router, NOUN, "computations", Body, _ask, gives=JOBS)
generic.acts(router, NOUN, "decisions", PlanScenarioDecision, _decide)
generic.reads(changed, CHANGES, history=False)
generic.changes(changed, CHANGES, PlanValues, _revise)
generic.removes(changed, CHANGES, _drop)
