"""The range in which a plan ends: as its page shows it, with what it rests on; and computing it anew."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.collaboration.jobs import NOUN as JOBS
from tandem.api.people.spaces import NOUN as SPACES
from tandem.api.shapes import Body, Problem
from tandem.collaboration.models import Job
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.planning.actions import plan_ranges as actions
from tandem.reports.queries import plan_range_words as words
from tandem.reports.queries import plan_ranges as reads

router = Router(tags=["planning"])


class RangeDriver(BaseModel):
    """What moves the end: `kind` item, feature or project (what belongs to no feature); `id` is null where you may not see it. `short`, `long`: the mean
    end when it is done in its best and in its worst tenth; `criticality`: the share of trials in which the end hangs on it."""

    kind: str
    id: int | None
    title: str
    short: date
    long: date
    days: float
    criticality: float


class RangeRisk(BaseModel):
    """A risk that feeds the range: the share of trials in which it struck, and the mean end with and without it; `id` is null where you may not see it."""

    id: int | None
    title: str
    happened: float
    with_it: date | None
    without: date | None


class RangeTried(BaseModel):
    """Past baselines of the place, each reckoned as of its own day: in how many of those that are `decided` the P80 `held`."""

    held: int
    decided: int
    undecided: int
    too_little: int


class PlanRangeShown(BaseModel):
    """Without `p80` there is none: `refusal` says why, or it was not computed yet (`as_of` is null). `chance` of the planned end."""

    space_id: int
    as_of: date | None
    computed_at: datetime | None
    p50: date | None
    p80: date | None
    p95: date | None
    planned_end: date | None
    chance: float | None
    items: int
    trials: int
    refusal: str
    rests_on: list[str]
    drivers: list[RangeDriver]
    risks: list[RangeRisk]
    tried: RangeTried


@router.get("/{id}/plan-range/", response={200: PlanRangeShown, 401: Problem, 404: Problem}, operation_id="spaces_plan_range_read")
def plan_range(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """Of a project, or of the projects below a programme, a portfolio or the organisation."""
    user: Any = request.auth  # type: ignore[attr-defined]
    space = SPACES.row(user, id)
    shown = reads.newest(user, space)
    row = shown.range if shown else None
    detail = row.detail if row else {}
    past = reads.tried(user, space)
    return generic.send(PlanRangeShown(
        space_id=space.pk, as_of=row.as_of if row else None, computed_at=row.run.finished_at if row else None, p50=row.p50 if row else None, p80=row.p80 if row else None,
        p95=row.p95 if row else None, planned_end=detail.get("planned_end"), chance=detail.get("chance"), items=detail.get("items", 0), trials=detail.get("trials", 0),
        refusal=words.refusal(row.refusal) if row and row.refusal else "", rests_on=words.rests_on(detail), drivers=[_driver(one) for one in shown.drivers] if shown else [],
        risks=[RangeRisk(id=one.risk.pk if one.risk else None, title=one.risk.title if one.risk else "", happened=one.happened, with_it=one.with_it, without=one.without) for one in shown.risks] if shown else [],
        tried=RangeTried(held=past.held, decided=past.decided, undecided=past.undecided, too_little=past.little),
    ).model_dump())  # fmt: skip


def _driver(one: reads.Driver) -> RangeDriver:
    row: Any = one.row
    title = "" if row is None else f"{row.key} {row.title}" if one.kind == "item" else row.title if one.kind == "feature" else row.name
    return RangeDriver(kind=one.kind, id=row.pk if row is not None else None, title=title, short=one.short, long=one.long, days=one.days, criticality=one.criticality)


def _ask(*, actor: Any, row: Space) -> Job:
    return actions.ask(actor=actor, space=row, title=_("Range of the plan: %(name)s") % {"name": row.name})


generic.adds(router, SPACES, "plan-ranges", Body, _ask, gives=JOBS)
