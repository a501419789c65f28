"""Change requests: their content, what it would do, the verdicts of both sides; and the table of approvals."""

from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.collaboration.jobs import NOUN as JOBS
from tandem.api.generic import Noun, choice
from tandem.api.planning.plan_scenarios import CHANGES, PlanPicture, PlanValues, pictured
from tandem.api.shapes import OPTIONAL, Body, Reference, body, words
from tandem.collaboration.models import Job
from tandem.governance import sides
from tandem.governance.actions import approval_rules, change_impacts, change_requests, change_verdicts
from tandem.governance.models import ApprovalRule, ChangeRequest, Side, Verdict
from tandem.kit.errors import Hidden
from tandem.kit.types import Id
from tandem.people.access import Permission, spaces_where
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanChange, PlanConflict, PlanScenario
from tandem.product.models import Promise
from tandem.reports.queries import change_requests as reads

router = Router(tags=["governance"])
verdicts = Router(tags=["governance"])
rules = Router(tags=["governance"])


def _mine(rows: Any, value: bool, user: Any) -> Any:
    mine = spaces_where(user, Permission.SIGN_FOR_PMO) | spaces_where(user, Permission.SIGN_FOR_PRODUCT)
    found = rows.waiting().unspoken_by(user).filter(space_id__among=mine)
    return found if value else rows.filter(~Q(pk__in=found.values("pk")))


NOUN = Noun(
    path="change-requests",
    model=ChangeRequest,
    word="change_request",
    shows=(
        "id space_id title reason source author_id state scenario_id conflict_id promise_id round asked_at submitted_at decided_at answer trouble applied_at"
        " applied_by_id due_on run version created_at"
    ),
    filters="space_id author_id state source scenario_id",
    asks={"waits_for_me": (bool, _mine)},
)
VERDICTS = Noun(
    path="change-verdicts", model=Verdict, word="verdict", shows="id space_id request_id round side voice answer reason by_id digest asked_at created_at",
    filters="request_id side by_id",
)  # fmt: skip
RULES = Noun(
    path="approval-rules", model=ApprovalRule, word="approval_rule",
    shows="id space_id rank kinds days_most money_most currency product_voices pmo_voices version created_at", filters="space_id",
)  # fmt: skip
_Money = words(20, 1)


class ChangeValues(PlanValues):
    """What would be otherwise, as far as the kind of change knows it; days as 2027-02-12, amounts as text. `date` is that of a promise,
    `planned_…` those of a feature or release, `month` and `planned` those of a cost, `amount` that of a budget, `to` the project that gets it."""

    date: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    planned_from: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    planned_to: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    planned_on: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    month: words(10, 10) = OPTIONAL  # type: ignore[valid-type]
    planned: _Money = OPTIONAL  # type: ignore[valid-type]
    amount: _Money = OPTIONAL  # type: ignore[valid-type]
    currency: words(3, 3) = OPTIONAL  # type: ignore[valid-type]
    to: Id = OPTIONAL


class ChangeContentCreate(Body):
    """`subject`: the number of a work item (item, drop), project (project, book, cost, budget, transfer), space of a project (add), person
    (away), booking (booking, unbook), promise, feature or release."""

    kind: choice(PlanChange.Kind)  # type: ignore[valid-type]
    subject: Id
    values: ChangeValues = OPTIONAL


class ChangeContentRevision(Body):
    """`change_id` names the change; without values it stays as written, in view of what stands there now."""

    change_id: Id
    values: ChangeValues = OPTIONAL
    is_dropped: bool = False


class ChangeVerdictCreate(Body):
    """For one side, of the content of the version that If-Match names. A no and a way out say why."""

    side: choice(Side)  # type: ignore[valid-type]
    answer: choice(Verdict.Answer)  # type: ignore[valid-type]
    reason: words(2000) = OPTIONAL  # type: ignore[valid-type]


class ChangeReason(Body):
    reason: words(2000, 1)  # type: ignore[valid-type]


class ChangeSideState(BaseModel):
    """Voices that it takes from a side, and those that count so far."""

    side: str
    needed: int
    counted: int


class ChangeEffect(BaseModel):
    """What it would do: `plan` as of a plan scenario; days that are told before and then; sums by project for who may see costs; conflicts by
    kind. `is_current`: computed of the content as it is. `unseen`: effects on what you cannot see."""

    request_id: int
    version: int
    is_current: bool
    sides: list[ChangeSideState]
    kinds: list[str]
    plan: PlanPicture
    promised: list[tuple[int, str, str]]
    windows: list[tuple[str, int, list[str | None], list[str | None]]]
    money: list[tuple[str, int, str, str, str]]
    conflicts_new: list[tuple[str, str, int]]
    conflicts_gone: list[tuple[str, str, int]]
    objectives: list[int]
    risks: list[int]
    unseen: int


@router.get("/{id}/effect/", response={200: ChangeEffect, **generic.NO}, operation_id="change_requests_effect_read")
def effect(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    user = request.auth  # type: ignore[attr-defined]
    NOUN.row(user, id)
    row = ChangeRequest.objects.visible_to(user).select_related("space", "scenario").get(pk=id)
    changes = list(PlanChange.objects.visible_to(user).filter(scenario=row.scenario_id).order_by("id"))
    # house: reads — whether the picture shows the content as it is, seen or not
    everything = list(PlanChange.objects.filter(scenario=row.scenario_id).order_by("id"))
    reads.look_up([row])
    found = reads.wider(user, row.scenario.outcome or {})
    return generic.send(ChangeEffect(
        request_id=row.pk, version=row.version, is_current=bool(everything) and row.scenario.computed_of == plan_scenarios.digest(everything),
        sides=[ChangeSideState(side=one.side, needed=one.needed, counted=one.counted) for one in row.voices],  # type: ignore[attr-defined]
        kinds=sorted(sides.kinds_of(changes)), plan=pictured(user, row.scenario),
        promised=[(one.pk, before.isoformat(), after.isoformat()) for one, before, after in found.promised],
        windows=[(kind, one.pk, _days(before), _days(after)) for kind, one, before, after in found.windows],
        money=[(kind, project.pk, currency, f"{before:.2f}", f"{after:.2f}") for kind, project, currency, before, after in found.money],
        conflicts_new=found.conflicts_new, conflicts_gone=found.conflicts_gone, objectives=[one.pk for one in found.objectives],
        risks=[one.pk for one in found.risks], unseen=found.unseen,
    ).model_dump())  # fmt: skip


def _days(window: reads.Window) -> list[str | None]:
    return [day.isoformat() if day else None for day in window]


def _add(*, actor: Any, change_request: ChangeRequest, kind: str, subject: int, values: dict[str, Any] | None = None) -> PlanChange:
    return change_requests.add(actor=actor, change_request=change_request, kind=kind, subject=subject, **(values or {}))


def _revise(*, actor: Any, change_request: ChangeRequest, version: int, change_id: int, values: dict[str, Any] | None = None, is_dropped: bool = False) -> ChangeRequest:
    change = PlanChange.objects.visible_to(actor).filter(scenario=change_request.scenario_id, pk=change_id).select_related("scenario").first()
    if change is None:
        raise Hidden
    if is_dropped:
        change_requests.drop(actor=actor, change_request=change_request, change=change)
    else:
        change_requests.revise(actor=actor, change_request=change_request, change=change, version=None, **(values or {}))
    return change_request


def _ask(*, actor: Any, change_request: ChangeRequest) -> Job:
    return change_impacts.ask(actor=actor, change_request=change_request)


def _decide(*, actor: Any, change_request: ChangeRequest, version: int, side: str, answer: str, reason: str = "") -> ChangeRequest:
    return change_verdicts.decide(actor=actor, change_request=change_request, version=version, side=side, answer=answer, reason=reason).request


generic.reads(router, NOUN)
generic.creates(
    router, NOUN,
    body("ChangeRequestCreate", ChangeRequest, "space title reason source", scenario_id=Reference(PlanScenario, "scenario", is_needed=False),
         promise_id=Reference(Promise, "promise", is_needed=False), conflict_id=Reference(PlanConflict, "conflict", is_needed=False)),
    change_requests.create,
)  # fmt: skip
generic.changes(router, NOUN, body("ChangeRequestChange", ChangeRequest, "title reason source", partial=True), change_requests.change)
generic.adds(router, NOUN, "contents", ChangeContentCreate, _add, gives=CHANGES)
generic.acts(router, NOUN, "revisions", ChangeContentRevision, _revise)
generic.acts(router, NOUN, "submissions", Body, change_requests.submit)
generic.acts(router, NOUN, "verdicts", ChangeVerdictCreate, _decide)
generic.acts(router, NOUN, "withdrawals", ChangeReason, change_requests.withdraw)
generic.acts(router, NOUN, "emergencies", ChangeReason, change_requests.apply_first)
generic.adds(router, NOUN, "computations", Body, _ask, gives=JOBS)
generic.reads(verdicts, VERDICTS, history=False)
generic.reads(rules, RULES, history=False)
_KINDS = {"kinds": (Annotated[list[Literal[tuple(ApprovalRule.Kind.values)]], Field(max_length=6)], OPTIONAL)}  # type: ignore[valid-type]
_RULE = "days_most money_most currency product_voices pmo_voices"
generic.creates(rules, RULES, body("ApprovalRuleCreate", ApprovalRule, f"space {_RULE}", **_KINDS), approval_rules.create)
generic.changes(rules, RULES, body("ApprovalRuleChange", ApprovalRule, f"rank {_RULE}", partial=True, **_KINDS), approval_rules.change)
generic.removes(rules, RULES, approval_rules.remove)
