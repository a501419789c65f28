"""Why an item stands where it stands in the levelled plan, and what moved since an earlier day: as the pages tell it."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.planning.portfolio_plan import place
from tandem.api.shapes import OPTIONAL, Body, Problem
from tandem.kit.errors import Hidden
from tandem.kit.types import Id
from tandem.planning.plan_axis import SLOTS
from tandem.reports.queries import plan_chain, plan_moves, portfolio_plan
from tandem.reports.queries import plan_sentences as words
from tandem.work.models import WorkItem

router = Router(tags=["planning"])


class PlanCause(BaseModel):
    """`code`: pin, link, capacity, calendar, release, now, time_zero, nothing. `days_earlier`: what would be gained without this cause alone.
    `item_id`, `item_key`: what it waits for; none where you may not see it."""

    code: str
    sentence: str
    days_earlier: float
    item_id: int | None
    item_key: str
    absences: list[str]


class PlanStep(BaseModel):
    """A link of the chain, the item itself first; what you may not see has no key."""

    item_id: int | None
    item_key: str
    title: str
    start: date
    finish: date
    is_begun: bool
    causes: list[PlanCause]
    pauses: list[str]


class PlanWhy(BaseModel):
    """Without `plan_id` the item is not in a plan. `is_preparing`: the server is not ready to explain it yet; ask again in some
    minutes. `is_cut`: the chain is longer than what is told."""

    plan_id: int | None
    start: date | None
    finish: date | None
    is_preparing: bool
    is_cut: bool
    steps: list[PlanStep]


@router.get("/items/{id}/", response={200: PlanWhy, 401: Problem, 404: Problem}, operation_id="portfolio_plan_items_read")
def why(request: HttpRequest, id: Id) -> HttpResponse:
    """`id` is that of the work item."""
    user = request.auth  # type: ignore[attr-defined]
    item = WorkItem.objects.visible_to(user).present().select_related("space").filter(pk=id).first()
    if item is None:
        raise Hidden
    found = plan_chain.of(user, item)
    dates = found.dates
    return generic.send(PlanWhy(
        plan_id=found.plan.pk if found.plan and dates else None, start=dates.start.date() if dates else None, finish=dates.finish.date() if dates else None,
        is_preparing=found.is_preparing, is_cut=found.is_cut, steps=[_step(one) for one in found.steps],
    ).model_dump())  # fmt: skip


def _step(one: plan_chain.Link) -> PlanStep:
    causes = [
        PlanCause(
            code=cause.code, sentence=words.because(cause, one), days_earlier=cause.slots / SLOTS, item_id=cause.other.pk if cause.other else None,
            item_key=cause.other.key if cause.other else "", absences=[words.absence(absence) for absence in cause.absences],
        )
        for cause in one.causes
    ]  # fmt: skip
    item = one.item
    return PlanStep(
        item_id=item.pk if item else None, item_key=item.key if item else "", title=item.title if item else "", start=one.start, finish=one.finish,
        is_begun=one.is_begun, causes=causes, pauses=[words.absence(absence) for absence in one.pauses],
    )  # fmt: skip


class PlanMovesAsked(Body):
    """`space_id`: only what lies in it or below."""

    space_id: Id | None = OPTIONAL


class PlanMove(BaseModel):
    """`before`, `after`: computed ends; `days` from one to the other."""

    item_id: int
    item_key: str
    title: str
    space_id: int
    before: date
    after: date
    days: int
    code: str
    sentence: str


class PlanMoves(BaseModel):
    """`since`: the day of the plan that it is held against; without one there is nothing to compare yet. Only what moved most in the
    plan of all is kept, forty items; of these what lies in the space and you see."""

    plan_id: int | None
    since: date | None
    moves: list[PlanMove]


@router.get("/moves/", response={200: PlanMoves, 401: Problem, 404: Problem, 422: Problem}, operation_id="portfolio_plan_moves_read")
def moves(request: HttpRequest, asked: Query[PlanMovesAsked]) -> HttpResponse:
    generic.refuse_unknown(request, asked)
    user = request.auth  # type: ignore[attr-defined]
    space = place(user, asked.model_dump(exclude_unset=True).get("space_id"))
    plan = portfolio_plan.newest(user)
    found = plan_moves.shown(user, plan, space) if plan else []
    return generic.send(PlanMoves(
        plan_id=plan.pk if plan else None, since=plan.moved_since if plan else None, moves=[_move(one) for one in found],
    ).model_dump())  # fmt: skip


def _move(one: plan_moves.Shown) -> PlanMove:
    item = one.item
    return PlanMove(
        item_id=item.pk, item_key=item.key, title=item.title, space_id=item.space_id, before=one.before, after=one.after, days=one.days,
        code=one.cause["code"], sentence=words.moved(one),
    )  # fmt: skip
