"""Change requests: their content, what it would do, the verdicts of both sides; and the table of approvals."""

from datetime import date
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
from tandem.governance import lent_voices, pictures, sides
from tandem.governance.actions import (
    approval_rules,
    change_impacts,
    change_requests,
    change_verdicts,
    delegations,
)
from tandem.governance.models import ApprovalRule, ChangeRequest, Delegation, Side, Verdict
from tandem.kit.errors import Hidden
from tandem.kit.types import Id
from tandem.people.models import User
from tandem.planning.actions import plan_scenarios
from tandem.planning.models import PlanChange, PlanConflict, PlanScenario
from tandem.product.models import Promise
from tandem.reports.queries import change_requests as reads

router = Router(tags=["governance"])
verdicts = Router(tags=["governance"])
rules = Router(tags=["governance"])
lent = Router(tags=["governance"])


def _mine(rows: Any, value: bool, user: Any) -> Any:
    mine = Q(pk__in=[one.pk for one in reads.waiting_for(user, reads.MOST_LOOKED_AT)])
    return rows.filter(mine if value else ~mine)


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
    path="change-verdicts", model=Verdict, word="verdict", shows="id space_id request_id round side voice answer reason by_id for_whom_id delegation_id digest picture asked_at voided_at created_at",
    filters="request_id side by_id for_whom_id",
)  # fmt: skip
RULES = Noun(
    path="approval-rules", model=ApprovalRule, word="approval_rule",
    shows="id space_id rank kinds days_most money_most currency product_voices pmo_voices version created_at", filters="space_id",
)  # fmt: skip
LENT = Noun(
    path="delegations", model=Delegation, word="delegation",
    shows="id space_id giver_id delegate_id kinds starts_on ends_on is_away_only withdrawn_at version created_at", filters="space_id giver_id delegate_id",
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
    """For one side, of the content of the version that If-Match names. A no and a way out say why. `for_whom_id`: in the place of somebody
    who lent you their voice."""

    side: choice(Side)  # type: ignore[valid-type]
    answer: choice(Verdict.Answer)  # type: ignore[valid-type]
    reason: words(2000) = OPTIONAL  # type: ignore[valid-type]
    for_whom_id: Id = OPTIONAL


class ChangeReason(Body):
    reason: words(2000, 1)  # type: ignore[valid-type]


class ChangeSideState(BaseModel):
    """Voices that it takes from a side, and those that count so far."""

    side: str
    needed: int
    counted: int


class ChangeLentVoice(BaseModel):
    """Who could speak in whose place for a side now."""

    side: str
    delegation_id: int
    delegate_id: int
    giver_id: int


class ChangeRange(BaseModel):
    """Of the end of a project P50, P80 and the working days of the P80 that open risks are behind, before and then; null where nothing can be said."""

    project_id: int
    before: tuple[str, str, float] | None
    after: tuple[str, str, float] | None


class ChangeEffect(BaseModel):
    """What it would do: `plan` as of a plan scenario; days that are told before and then; sums by project for who may see costs; conflicts by
    kind. `is_current`: computed of the content as it is; `is_old`: the plan has moved since, and nobody says yes before it is computed again. `unseen`: effects on what you cannot see."""

    request_id: int
    version: int
    is_current: bool
    is_old: bool
    sides: list[ChangeSideState]
    lent: list[ChangeLentVoice]
    kinds: list[str]
    plan: PlanPicture
    promised: list[tuple[int, str, str]]
    windows: list[tuple[str, int, list[str | None], list[str | None]]]
    money: list[tuple[str, int, str, str, str]]
    ranges: list[ChangeRange]
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
        is_old=pictures.is_old(row.scenario.outcome),
        lent=[ChangeLentVoice(side=side, delegation_id=one.pk, delegate_id=one.delegate_id, giver_id=one.giver_id) for side, one in lent_voices.takers(row, everything)] if row.is_waiting else [],
        kinds=sorted(sides.kinds_of(changes)), plan=pictured(user, row.scenario),
        promised=[(one.pk, before.isoformat(), after.isoformat()) for one, before, after in found.promised],
        windows=[(kind, one.pk, _days(before), _days(after)) for kind, one, before, after in found.windows],
        money=[(kind, project.pk, currency, f"{before:.2f}", f"{after:.2f}") for kind, project, currency, before, after in found.money],
        ranges=[ChangeRange(project_id=one.project.pk, before=_range(one.before), after=_range(one.after)) for one in found.ranges],
        conflicts_new=found.conflicts_new, conflicts_gone=found.conflicts_gone, objectives=[one.pk for one, _names in found.objectives],
        risks=[one.pk for one in found.risks], unseen=found.unseen,
    ).model_dump())  # fmt: skip


def _range(one: tuple[date, date, float] | None) -> tuple[str, str, float] | None:
    return None if one is None else (one[0].isoformat(), one[1].isoformat(), one[2])


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


def _decide(
    *, actor: Any, change_request: ChangeRequest, version: int, side: str, answer: str, reason: str = "", for_whom_id: int | None = None
) -> ChangeRequest:
    giver = None if for_whom_id is None else User.objects.visible_to(actor).filter(pk=for_whom_id).first()
    if for_whom_id is not None and giver is None:
        raise Hidden
    return change_verdicts.decide(
        actor=actor, change_request=change_request, version=version, side=side, answer=answer, reason=reason, for_whom=giver
    ).request


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
generic.acts(rules, RULES, "moves", body("ApprovalRuleMove", ApprovalRule, "", is_up=bool), approval_rules.move)
generic.reads(lent, LENT, history=False)
generic.creates(lent, LENT, body("DelegationCreate", Delegation, "space delegate starts_on ends_on is_away_only", **_KINDS), delegations.create)
generic.acts(lent, LENT, "withdrawals", Body, delegations.withdraw)
