"""Flow of a project: the figures of its page, each with what it rests on, and how much is done by a day."""

from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO
from tandem.api.portfolio.projects import NOUN
from tandem.api.shapes import OPTIONAL, Body, Day, words
from tandem.kit.types import Id
from tandem.planning.models import Forecast
from tandem.reports.queries import flow as reads
from tandem.reports.queries import flow_figures, flow_forecast
from tandem.reports.queries.flow_figures import Figures, NotEnough

router = Router(tags=["work"])
MOST_ITEMS = 5000


class FlowAsked(Body):
    weeks: int = Field(26, ge=0, le=520, description="How far back; 0: from the beginning.")
    filter: words(2000) = ""  # type: ignore[valid-type]
    by: Day | None = OPTIONAL


class FlowTooLittle(BaseModel):
    """`found` finished items (weeks, cases), where `needed` are the least from which anything is said."""

    found: int
    needed: int


class FlowPercentile(BaseModel):
    """`share` took at most `days`; the true value lies between `low` and `high` (null: too few for a bound)."""

    share: float
    days: float
    low: float | None
    high: float | None


class FlowDuration(BaseModel):
    items: int
    mean: float
    least: float
    most: float
    percentiles: list[FlowPercentile]


class FlowState(BaseModel):
    """Days in one state, over the finished items that visited it; `returns` are visits beyond an item's first."""

    state_id: int
    items: int
    mean: float
    median: float
    share: float | None
    returns: int


class FlowTimes(BaseModel):
    lead: FlowDuration
    cycle: FlowDuration | None
    efficiency: float | None
    blocked_share: float | None
    blocked_days: float
    blocked_items: int
    per_day: float
    states: list[FlowState]


class FlowExpectation(BaseModel):
    """`share` of the items within `days`, by the last `items` finished ones."""

    share: float
    days: float
    low: float | None
    high: float | None
    items: int


class FlowAge(BaseModel):
    """An item in progress, the oldest first: days since work on it began; `chance` of keeping the expectation, null when not known."""

    item_id: int
    key: str
    state_id: int
    age: float
    is_held: bool
    chance: float | None


class FlowFinished(BaseModel):
    """`days` from the start of work, null for an item on which work was never begun; `lead` from its arrival."""

    item_id: int
    key: str
    on: date
    days: float | None
    lead: float


class FlowWeek(BaseModel):
    monday: date
    finished: int
    is_whole: bool


class FlowDiagram(BaseModel):
    """Cumulative flow: a row for each day from `first`, a column for each of `state_ids`: items in that state, or a later one."""

    first: date
    state_ids: list[int]
    cumulative: list[list[int]]


class FlowBottleneck(BaseModel):
    """The queue that grows beyond chance, null: none; and the step that it waits for."""

    state_id: int | None
    held_up_by_id: int | None
    weeks: int


class FlowCluster(BaseModel):
    """What held items up; `cause` null: an item that you cannot see."""

    cause: str | None
    key: str
    items: int
    still: int
    days: float


class FlowForecast(BaseModel):
    """When everything open is done; the dates are null when that cannot be said, and `refusal` says why."""

    as_of: date
    remaining: int | None
    p50: date | None
    p80: date | None
    p95: date | None
    refusal: dict[str, Any]


class FlowAmount(BaseModel):
    """By `by` at least so many of the `left` open items, with 50, 80 and 95 % certainty."""

    by: date
    left: int
    p50: int
    p80: int
    p95: int


class FlowClock(BaseModel):
    """Between which states the times run (null: by the categories), and what a day of them is."""

    start_state_id: int | None
    stop_state_id: int | None
    days: Literal["clock", "working"]


class FlowFigures(BaseModel):
    """`too_little` names the figures that are null because their data are too few. Of `finished` at most the last 5,000
    are listed."""

    project_id: int
    space_id: int
    now: datetime
    since: date | None
    until: date | None
    items: int
    undated: int
    clock: FlowClock
    is_cut: bool
    times: FlowTimes | None
    expectation: FlowExpectation | None
    ages: list[FlowAge]
    finished: list[FlowFinished]
    weeks: list[FlowWeek]
    diagram: FlowDiagram | None
    bottleneck: FlowBottleneck | None
    clusters: list[FlowCluster]
    forecast: FlowForecast | None
    amount: FlowAmount | None
    too_little: dict[str, FlowTooLittle]


@router.get("/{id}/flow/", response={200: FlowFigures, **NO}, operation_id="projects_flow_read")
def flow(request: HttpRequest, id: Path[Id], asked: Query[FlowAsked]) -> HttpResponse:
    """What the page shows: times, ages, throughput, cumulative flow, bottleneck, causes of blocks, and the forecast."""
    generic.refuse_unknown(request, asked)
    user: Any = request.auth  # type: ignore[attr-defined]
    project = NOUN.row(user, id)
    now = reads.now_of(project)
    since = reads.midnight(now - timedelta(weeks=asked.weeks)) if asked.weeks else None
    reading = reads.read(user, project.space_id, now=now, since=since, text=asked.filter)
    amount = flow_forecast.amount_by(project, asked.by) if asked.by else None
    return generic.send(_answer(project, reading, flow_figures.figures(reading), _forecast(user, project), amount).model_dump())


def _forecast(user: Any, project: Any) -> FlowForecast | None:
    row = Forecast.objects.visible_to(user).of(project).filter(is_current=True).first()
    if row is None:
        return None
    return FlowForecast(as_of=row.as_of, remaining=row.remaining, p50=row.p50, p80=row.p80, p95=row.p95, refusal=row.refusal or {})


def _answer(project: Any, reading: reads.Reading, found: Figures | None, forecast: FlowForecast | None, amount: Any) -> FlowFigures:
    little = {name: getattr(found, name) for name in ("times", "expectation", "ageing", "bottleneck")} if found else {}
    said = {name: one for name, one in {**little, "amount": amount}.items() if isinstance(one, NotEnough)}
    return FlowFigures(
        project_id=project.pk, space_id=project.space_id, now=reading.now, since=found.since if found else None,
        until=found.until if found else None, items=len(reading.lines), undated=reading.undated, clock=_clock(reading), is_cut=reading.is_cut,
        times=_times(found.times) if found and not isinstance(found.times, NotEnough) else None,
        expectation=_expectation(found.expectation) if found and not isinstance(found.expectation, NotEnough) else None,
        ages=_ages(found) if found else [], finished=_finished(found) if found else [],
        weeks=[FlowWeek(monday=w.monday, finished=w.finished, is_whole=w.is_whole) for w in found.weeks] if found else [],
        diagram=_diagram(found) if found else None,
        bottleneck=_bottleneck(found.bottleneck) if found and not isinstance(found.bottleneck, NotEnough) else None,
        clusters=[FlowCluster(cause=c.cause, key=c.key, items=c.items, still=c.still, days=c.days) for c in found.clusters] if found else [],
        forecast=forecast,
        amount=None if amount is None or "amount" in said else FlowAmount(by=amount.by, left=amount.left, p50=amount.p50, p80=amount.p80, p95=amount.p95),
        too_little={name: FlowTooLittle(found=one.found, needed=one.needed) for name, one in said.items()},
    )  # fmt: skip


def _clock(reading: reads.Reading) -> FlowClock:
    known = reading.clock
    return FlowClock(
        start_state_id=known.start.pk if known.start else None, stop_state_id=known.stop.pk if known.stop else None,
        days="working" if known.in_working_days else "clock",
    )  # fmt: skip


def _duration(found: Any) -> FlowDuration:
    shares = [FlowPercentile(share=p.share, days=p.value, low=p.low, high=p.high) for p in found.percentiles]
    return FlowDuration(items=found.items, mean=found.mean, least=found.least, most=found.most, percentiles=shares)


def _times(found: Any) -> FlowTimes:
    states = [
        FlowState(state_id=int(s.state), items=s.items, mean=s.mean, median=s.median, share=s.share, returns=s.returns) for s in found.states
    ]
    return FlowTimes(
        lead=_duration(found.lead), cycle=_duration(found.cycle) if found.cycle else None, efficiency=found.efficiency,
        blocked_share=found.blocked_share, blocked_days=found.blocked_days, blocked_items=found.blocked_items, per_day=found.per_day,
        states=states,
    )  # fmt: skip


def _expectation(found: Any) -> FlowExpectation:
    return FlowExpectation(share=found.share, days=found.days, low=found.low, high=found.high, items=found.items)


def _ages(found: Figures) -> list[FlowAge]:
    chances = {} if isinstance(found.ageing, NotEnough) else {one.item: one.chance for one in found.ageing.items}
    return [
        FlowAge(item_id=one.line.id, key=one.line.key, state_id=int(one.state), age=one.age, is_held=one.is_held, chance=chances.get(str(one.line.id)))
        for one in found.in_progress
    ]


def _finished(found: Figures) -> list[FlowFinished]:
    rows = found.finished[-MOST_ITEMS:]
    return [FlowFinished(item_id=f.line.id, key=f.line.key, on=f.on.date(), days=f.days, lead=f.lead) for f in rows]


def _diagram(found: Figures) -> FlowDiagram:
    shown = found.diagram
    return FlowDiagram(first=shown.first, state_ids=[int(s) for s in shown.states], cumulative=shown.cumulative.tolist())


def _bottleneck(found: Any) -> FlowBottleneck:
    state, by = found.state, found.held_up_by
    return FlowBottleneck(state_id=int(state) if state else None, held_up_by_id=int(by) if by else None, weeks=found.weeks)
