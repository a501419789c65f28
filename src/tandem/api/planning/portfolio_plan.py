"""The plan of the portfolio as its page shows it: each project with what was planned and what is computed; a search for a better order."""

from datetime import date, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.collaboration.jobs import NOUN as JOBS
from tandem.api.people.spaces import NOUN as SPACES
from tandem.api.shapes import OPTIONAL, Body, Problem, words
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.planning.actions import levelled_plans
from tandem.reports.queries import portfolio_plan as reads

router = Router(tags=["planning"])


class PortfolioPlanAsked(Body):
    """`space_id`: only what lies below a portfolio or programme; `after`: the key behind which the next page begins."""

    space_id: Id | None = OPTIONAL
    after: words(40, 1) | None = OPTIONAL  # type: ignore[valid-type]


class PlannedProject(BaseModel):
    """`planned` is the plan in force, `computed` the levelled one; `slip`: calendar days from the planned end to the computed one.
    `status` of its earliest open promise: on, risk, off or none."""

    project_id: int
    space_id: int
    key: str
    name: str
    version: int
    planned_start: date | None
    planned_finish: date | None
    computed_start: date | None
    computed_finish: date | None
    slip: int | None
    p50: date | None
    p80: date | None
    promised_on: date | None
    status: str
    items: int


class PortfolioPlan(BaseModel):
    """The projects that slip most first. `plan_id` goes along with an acceptance."""

    plan_id: int | None
    made_at: datetime | None
    projects: int
    late: int
    rows: list[PlannedProject]
    next: str


@router.get("/", response={200: PortfolioPlan, 401: Problem, 404: Problem, 422: Problem}, operation_id="portfolio_plan_read")
def portfolio_plan(request: HttpRequest, asked: Query[PortfolioPlanAsked]) -> HttpResponse:
    generic.refuse_unknown(request, asked)
    user, given = request.auth, asked.model_dump(exclude_unset=True)  # type: ignore[attr-defined]
    plan = reads.newest(user)
    found = reads.page(user, plan, place(user, given.get("space_id")), given.get("after") or "")
    return generic.send(PortfolioPlan(
        plan_id=plan.pk if plan else None, made_at=plan.made_at if plan else None, projects=found.total, late=found.late,
        rows=[_row(row) for row in found.rows], next=found.next,
    ).model_dump())  # fmt: skip


def place(user: Any, number: int | None) -> Space | None:
    """The space that was asked for, none where none was. Hidden for one that the reader does not see."""
    return None if number is None else SPACES.row(user, number)


def _row(row: reads.Row) -> PlannedProject:
    project, planned, computed, forecast = row.project, row.planned or (None, None), row.levelled or (None, None), row.forecast
    return PlannedProject(
        project_id=project.pk, space_id=project.space_id, key=project.space.key, name=project.name, version=project.version,
        planned_start=planned[0], planned_finish=planned[1], computed_start=computed[0], computed_finish=computed[1], slip=row.slip,
        p50=forecast.p50 if forecast else None, p80=forecast.p80 if forecast else None,
        promised_on=min((mark.on for mark in row.promises), default=None), status=row.status, items=row.items,
    )  # fmt: skip


@router.post("/searches/", response={201: generic.shape_of(JOBS), **generic.NO_WRITE}, operation_id="portfolio_plan_searches_create")
def searches(request: HttpRequest, payload: Body, key: generic.Key | None = generic.ONCE) -> HttpResponse:  # type: ignore[valid-type]
    """Looks for a better order of all open work, in a job; one at a time."""

    def work() -> Answer:
        user: Any = request.auth  # type: ignore[attr-defined]
        job = levelled_plans.search(actor=user, title=_("Levelled plan"))
        shown = generic.dumps(JOBS.one(user, job.pk)).decode()
        return Answer(201, shown, shown)

    return generic.once(request, key, work)
