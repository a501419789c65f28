"""Where the work goes against what was intended, and what serves nothing: what the alignment page shows."""

from datetime import date, datetime
from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.shapes import OPTIONAL, Body, Problem
from tandem.kit.errors import Hidden
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.reports.queries import alignment as reads
from tandem.reports.queries import alignment_money as money
from tandem.reports.queries import theme_sums, unaligned
from tandem.strategy.models import Theme

router = Router(tags=["strategy"])
MOST = 1000


class AlignmentAsked(Body):
    months: int = Field(6, ge=0, le=120, description="How far back, this month counted; 0: from the beginning.")
    to_come: bool = Field(False, description="The work that is still open, instead of what is done.")
    space_id: Id | None = OPTIONAL
    product_id: Id | None = OPTIONAL


class AlignmentLine(BaseModel):
    """`share` of the work asked for, its parts' included, against the `intended` one; `state` much, little, fits or unknown.
    Of one space or product nothing is judged: what is intended is a share of all work."""

    objective_id: int
    share: float | None
    intended: float | None
    amount: float
    state: str


class AlignmentTheme(BaseModel):
    """What the objectives of a theme got together, against what is intended for its open ones; `money` in the `currency` of most
    open projects, whatever the period, and null of a product: it is known of projects only. Of one space or product nothing is judged."""

    theme_id: int
    share: float | None
    intended: float | None
    amount: float
    state: str
    money: float | None
    money_share: float | None
    money_state: str


class AlignmentScore(BaseModel):
    """How much of its work serves an objective; null below ten items."""

    kind: str
    id: int
    score: float | None
    amount: float
    served: float


class AlignmentLoose(BaseModel):
    kind: str
    id: int
    name: str


class AlignmentFigures(BaseModel):
    """`measure`: in what work is counted, known of `coverage` of the `items`; minutes for logged and estimated. `loose` serves no open
    objective; of each list at most the first 1,000."""

    since: date | None
    measure: Literal["logged", "estimated", "points", "items"]
    coverage: float
    items: float
    amount: float
    served: float
    score: float | None
    as_intended: float | None
    computed_at: datetime | None
    currency: str
    objectives: list[AlignmentLine]
    themes: list[AlignmentTheme]
    scores: list[AlignmentScore]
    loose: list[AlignmentLoose]
    unserved_objective_ids: list[int]


@router.get("/", response={200: AlignmentFigures, 401: Problem, 404: Problem, 422: Problem}, operation_id="alignment_read")
def alignment(request: HttpRequest, asked: Query[AlignmentAsked]) -> HttpResponse:
    generic.refuse_unknown(request, asked)
    user = request.auth  # type: ignore[attr-defined]
    within = None
    if asked.space_id is not None:
        if not Space.objects.visible_to(user).filter(pk=asked.space_id).exists():
            raise Hidden
        within = reads.below(user, asked.space_id)
    since = reads.since(asked.months) if asked.months and not asked.to_come else None
    found = reads.read(user, since=since, to_come=asked.to_come, within=within, product=asked.product_id)
    loose = unaligned.loose(user, within, found=found)
    paid = money.read(user, within) if asked.product_id is None else money.Money()
    sums = theme_sums.read(found, paid, Theme.objects.visible_to(user).order_by("name", "id").values_list("pk", flat=True))
    return generic.send(AlignmentFigures(
        since=since, measure=found.measure, coverage=found.coverage, items=found.whole.items, amount=found.amount, served=found.served,  # type: ignore[arg-type]
        score=found.score, as_intended=found.as_intended, computed_at=found.computed_at,
        objectives=[AlignmentLine(objective_id=o.objective.pk, share=o.share, intended=o.intended, amount=o.amount, state=o.state) for o in found.lines[:MOST]],
        currency=paid.currency, themes=[_theme(pk, one, with_money=asked.product_id is None) for pk, one in sorted(sums.by_theme.items())][:MOST],
        scores=[AlignmentScore(kind=s.kind, id=s.pk, score=s.score, amount=s.amount, served=s.served) for s in found.scored[:MOST]],
        loose=[AlignmentLoose(kind=r.kind, id=r.pk, name=r.name) for r in (*loose.projects, *loose.products, *loose.features)][:MOST],
        unserved_objective_ids=[o.pk for o in loose.objectives][:MOST],
    ).model_dump())  # fmt: skip


def _theme(pk: int, one: theme_sums.Sum, *, with_money: bool) -> AlignmentTheme:
    intended = one.intended / 100 if one.intended else None
    return AlignmentTheme(
        theme_id=pk, share=one.share, intended=intended, amount=one.amount, state=one.state, money=round(one.money, 2) if with_money else None, money_share=one.money_share,
        money_state=one.money_state,
    )  # fmt: skip
