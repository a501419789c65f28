"""The range in which a plan ends, computed and stored with its run: percentiles, what they rest on, and what moves the end most."""

import dataclasses
from collections.abc import Sequence
from math import ceil
from typing import Any

import numpy as np

from tandem.compute.forecasting.risk_network import RiskEvent
from tandem.kit.types import Json
from tandem.people.models import Space, SpaceKind
from tandem.planning import network_ranges, range_work, runs
from tandem.planning.models import PlanRange, Run
from tandem.planning.network_ranges import Built, Learnt, Past, TooLittle
from tandem.planning.range_work import RangeWork
from tandem.portfolio.models import Project

DRIVERS, BINS = 12, 24
TOLD = 3
"So many people share a ratio that is told."


def compute(space: Space, risks: Sequence[RiskEvent] | None = None) -> PlanRange | None:
    """The range of a project, or of the projects below a space; None where there are none. What was computed from the same inputs
    before is returned as it is. `risks`: those of `network_ranges.sources` where none are given."""
    projects = _projects(space)
    if not projects and not PlanRange.objects.filter(space=space).exists():
        return None
    with runs.one_at_a_time(Run.Kind.RANGE, space.pk):
        work = range_work.read(space.pk, projects)
        events = risks if risks is not None else [event for source in network_ranges.sources for event in source(frozenset(work.projects))]
        seed, refusal, detail, built = runs.seed_of("range", space.pk), {}, {}, None
        try:
            built = network_ranges.build(work, Past(project.space_id for project in projects), events)
        except TooLittle as too_little:
            refusal = too_little.detail
        inputs_hash = runs.digest_of([work.on, refusal, work.planned_end, _days(work), built and _inputs(built)])
        before = runs.unchanged(Run.Kind.RANGE, space.pk, inputs_hash)
        if before and (known := PlanRange.objects.filter(run=before).first()):
            return known
        values: Json = {}
        if built is not None:
            values, detail = told(work, built, seed)
        run = runs.finish(
            kind=Run.Kind.RANGE, space_id=space.pk, as_of=work.on, inputs_hash=inputs_hash, problem=refusal, seed=seed, refused=bool(refusal),
        )  # fmt: skip
        PlanRange.objects.filter(space=space, as_of=work.on).delete()
        found = PlanRange.objects.create(space=space, run=run, as_of=work.on, refusal=refusal, detail=detail, **values)
        runs.tell(run, 1)
    return found


def _projects(space: Space) -> list[Project]:
    if space.kind == SpaceKind.PROJECT:
        return list(Project.objects.filter(space=space).exclude(state__in=(Project.State.DONE, Project.State.CANCELLED)))
    return range_work.projects_of(space)


def _inputs(built: Built) -> Any:
    network = built.network
    return [repr(network.activities), repr(network.links), repr(network.risks), repr(network.groups), sorted(map(repr, built.used.items())), built.assumed]


def _days(work: RangeWork) -> list[Any]:
    """The working days that matter: of the next three years."""
    return [work.days.at(n).toordinal() for n in (*range(0, 30), *range(30, 780, 10))]


def told(work: RangeWork, built: Built, seed: int) -> tuple[Json, Json]:
    """The dates, and the detail that pages read."""
    # the compiler behind it takes half a second to load: only the job that computes waits for it
    from tandem.compute.forecasting.network_risk import simulate

    found = simulate(built.network, seed=seed)
    # what one piece of work does by itself: drawn together with its like it would show what they all do
    alone = simulate(dataclasses.replace(built.network, groups=(), activities=tuple(dataclasses.replace(one, groups=()) for one in built.network.activities)), seed=seed)

    def day(at: float) -> str:
        return str(work.days.at(ceil(at - built.offset - 1e-4)))

    p50, p80, p95 = found.end.percentiles
    detail: Json = {
        "items": work.items, "tasks": len([one for one in built.node_of.values() if one.startswith("item:")]), "trials": found.trials, "seed": seed,
        "counted": [{"node": one.node, "items": len(one.items), "found": one.pace.history.items, "source": one.pace.source, "per_week": round(one.pace.per_week, 2),
                     "from": str(one.pace.history.days[0]), "to": str(one.pace.history.days[-1])} for one in work.counted],
        "learnt": _learnt(built.used), "assumed": built.assumed, "closed": built.closed, "lost": work.lost, "risks": len(built.network.risks), "unplaced": built.unplaced,
        "is_levelled": work.is_levelled, "p80_between": [p80.low is not None and day(p80.low), p80.high is not None and day(p80.high)],
        "bins": _bins(found.ends, day), "drivers": [_driver(one, day) for one in alone.tornado(DRIVERS) if one.swing >= 0.05],
        "risk_shares": [{"risk": one.risk, "happened": round(one.happened, 4), "with": one.end_with and day(one.end_with), "without": one.end_without and day(one.end_without)} for one in found.risks],
        "mean": day(alone.end.mean),
    }  # fmt: skip
    if work.planned_end:
        detail["planned_end"] = str(work.planned_end)
        detail["chance"] = round(found.chance(end=work.days.until(work.planned_end) + built.offset + 1e-4), 4)
    return {name: work.days.at(ceil(one.value - built.offset - 1e-4)) for name, one in (("p50", p50), ("p80", p80), ("p95", p95))}, detail


def _learnt(used: dict[Learnt, int]) -> list[Json]:
    """Of each class how many tasks rest on it; its ratios where three people or more are behind them."""
    rows = []
    for one, tasks in sorted(used.items(), key=lambda pair: (-pair[1], pair[0].kind, pair[0].name)):
        ratios = {"low": round(one.low, 3), "middle": round(one.middle, 3), "high": round(one.high, 3)} if one.people >= TOLD else {}
        rows.append({"kind": one.kind, "type": one.name, "count": one.count, "tasks": tasks, **ratios})
    return rows


def _driver(one: Any, day: Any) -> Json:
    kind, _colon, number = one.activity.removeprefix("sooner_").partition(":")
    return {
        "kind": "item" if kind in ("after", "before") else kind, "id": int(number.partition("@")[0]), "short": day(one.end_when_short), "long": day(one.end_when_long), "days": round(one.swing, 1), "criticality": round(one.criticality, 4),
    }  # fmt: skip


def _bins(ends: Any, day: Any) -> list[list[Any]]:
    """So many trials end from one day to another."""
    whole = np.ceil(np.asarray(ends, np.float64).ravel() - 1e-4)
    low, high = int(whole.min()), int(np.quantile(whole, 0.995))
    width = max(1, ceil((high - low + 1) / BINS))
    edges = range(low, high + 1, width)
    return [[day(first), day(first + width - 1), int(((whole >= first) & (whole < first + width)).sum())] for first in edges]

