"""Estimates against what was taken: of a project, type, team or number of people; and what similar items took beside one estimate."""

from datetime import date
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO
from tandem.api.shapes import OPTIONAL, Body, words
from tandem.api.work.work_items import NOUN
from tandem.api.work.work_items import router as work_items_router
from tandem.kit.types import Id
from tandem.people.access import Permission, require
from tandem.reports.queries import estimate_figures as reads
from tandem.reports.queries import estimates as past
from tandem.work.actions import estimates
from tandem.work.models import WorkItem

router = Router(tags=["work"])


class EstimatesAsked(Body):
    space_id: Id | None = OPTIONAL
    type: words(100) = ""  # type: ignore[valid-type]
    team_id: Id | None = OPTIONAL
    people: int | None = Field(None, ge=1, le=reads.PEOPLE, description="How many logged time on it; 3 is three or more.")


class EstimatesLearnt(BaseModel):
    """Ratios of time taken to time estimated. `bias`: all hours taken by all estimated; four of five stayed under `p80`."""

    items: int
    median: float
    p80: float
    bias: float
    least: float
    most: float


class EstimatesGroup(BaseModel):
    """`learnt` is null with fewer than eight items, or with fewer than three people who worked on them (`is_told`)."""

    key: str
    name: str
    items: int
    is_told: bool
    learnt: EstimatesLearnt | None


class EstimatesCourse(BaseModel):
    """For how many past items the P80 that was known when they began held; `chance` of so few if it is right."""

    held: int
    total: int
    chance: float


class EstimateFigures(BaseModel):
    """`unlogged`: finished with an estimate and without time; `unsaid`: estimated after work began. Both are left out."""

    since: date
    is_cut: bool
    unlogged: int
    unsaid: int
    whole: EstimatesGroup
    types: list[EstimatesGroup]
    teams: list[EstimatesGroup]
    people: list[EstimatesGroup]
    course: EstimatesCourse | None


@router.get("/", response={200: EstimateFigures, **NO}, operation_id="estimates_read")
def figures(request: HttpRequest, asked: Query[EstimatesAsked]) -> HttpResponse:
    """Of the work items that you see, finished in the last two years, at most the last 2,000."""
    generic.refuse_unknown(request, asked)
    user: Any = request.auth  # type: ignore[attr-defined]
    found = past.past(user, narrowed=Q(space=asked.space_id) if asked.space_id else None)
    shown = reads.figures(user, found, reads.narrowed(found.items, type_=asked.type, team=asked.team_id, people=asked.people))
    course = shown.course
    answer = EstimateFigures(
        since=found.since, is_cut=found.is_cut, unlogged=found.unlogged, unsaid=found.unsaid, whole=_group(shown.whole),
        types=[_group(one) for one in shown.types], teams=[_group(one) for one in shown.teams], people=[_group(one) for one in shown.people],
        course=EstimatesCourse(held=sum(course.held), total=len(course.held), chance=course.chance) if course else None,
    )  # fmt: skip
    return generic.send(answer.model_dump())


def _group(one: reads.Group) -> EstimatesGroup:
    return EstimatesGroup(key=one.key, name=one.name, items=one.count, is_told=one.is_told, learnt=_learnt(one.learnt) if one.learnt else None)


def _learnt(one: reads.Learnt) -> EstimatesLearnt:
    return EstimatesLearnt(items=one.count, median=one.middle, p80=one.bound, bias=one.total, least=one.least, most=one.most)


class EstimateHint(BaseModel):
    """`found` is where similar items were found: team, project (its type there), all (of the project), type (everywhere); empty
    when there are too few. `median_minutes` and `p80_minutes` are the estimate times the ratio; without an estimate, what the
    similar items took."""

    found: str
    type: str
    team_id: int | None
    learnt: EstimatesLearnt | None
    estimate_minutes: int | None
    median_minutes: int | None
    p80_minutes: int | None
    too_few: int | None


@work_items_router.get("/{id}/estimates/", response={200: EstimateHint, **NO}, operation_id="work_items_estimates_read", tags=["work"])
def hint(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    """What similar finished items took, beside the estimate of the work item with this number."""
    user: Any = request.auth  # type: ignore[attr-defined]
    item = NOUN.row(user, id)
    found = reads.hint(user, item)
    if isinstance(found, reads.TooFew):
        answer = EstimateHint(found="", type=item.type.name, team_id=None, learnt=None, estimate_minutes=item.estimate_minutes, median_minutes=None, p80_minutes=None, too_few=found.found)
    else:
        answer = EstimateHint(
            found=found.kind, type=found.type, team_id=found.team, learnt=_learnt(found.learnt), estimate_minutes=found.estimate, median_minutes=found.middle, p80_minutes=found.bound, too_few=None,
        )  # fmt: skip
    return generic.send(answer.model_dump())


class EstimateTaken(Body):
    is_p80: bool = Field(False, description="The P80 instead of the median.")


def _take(*, actor: Any, item: WorkItem, version: int, is_p80: bool = False) -> WorkItem:
    require(actor, Permission.EDIT_WORK, item.space_id)
    return estimates.take(actor=actor, item=item, version=version, **reads.offered(actor, item, is_bound=is_p80))


generic.acts(work_items_router, NOUN, "estimates", EstimateTaken, _take)
