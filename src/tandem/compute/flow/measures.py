"""How long work takes and where the time goes: lead and cycle time, flow efficiency, blocked time, throughput."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tandem.compute.flow.items import ACTIVE, DONE, DROPPED, WAITING
from tandem.compute.flow.journeys import NEVER, Flags, Floats, Journeys
from tandem.compute.forecasting.history import NEEDED, NotEnough
from tandem.compute.forecasting.percentiles import Percentile, percentiles_of
from tandem.compute.scheduling.axis import instant

SHARES = (0.5, 0.7, 0.85, 0.95)


@dataclass(frozen=True, slots=True)
class Duration:
    """Of `items` durations in days: percentiles with their intervals, mean, shortest, longest."""

    items: int
    percentiles: tuple[Percentile, ...]
    mean: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class StateTime:
    """Time in one state over the finished items: days per item that visited it, and its `share` of their cycle time
    (None before the start, where there is none). `returns`: visits beyond an item's first."""

    state: str
    items: int
    mean: float
    median: float
    share: float | None
    returns: int


@dataclass(frozen=True, slots=True)
class FlowTimes:
    """Of the items finished in the window.

    - lead: arrival to finish; cycle: start to finish (None when none of them was ever in a started state).
    - efficiency: active time that was not blocked / cycle time, over all items together; None without cycle time.
    - blocked_share: blocked / cycle time; blocked_items: how many were ever blocked.
    - per_day: finished items per day of the clock.
    """

    lead: Duration
    cycle: Duration | None
    states: tuple[StateTime, ...]
    efficiency: float | None
    blocked_share: float | None
    blocked_days: float
    blocked_items: int
    per_day: float


def flow_times(found: Journeys, *, since: datetime | None = None) -> FlowTimes | NotEnough:
    """Measures of the items finished from `since` on (default: all); NotEnough with fewer than eight.

    A reopened item counts once, at its last finish, and its time in done states between is not work."""
    begin = instant(since) if since else int(found.arrived.min(initial=found.now))
    done = found.is_finished & (found.finished >= begin)
    if done.sum() < NEEDED:
        return NotEnough(int(done.sum()))
    run = done & (found.started != NEVER)
    of_done = run[found.visit_item] & ~found.are(DONE, DROPPED) & ~_is_early(found)
    working = of_done & found.are(ACTIVE, WAITING)
    days = found.visit_days
    total = float(days[working].sum())
    active = float((days - found.blocked)[working & found.are(ACTIVE)].sum())
    blocked = float(found.blocked[working].sum())
    span = float(np.diff(found.clock.days(np.array([begin, found.now])))[0])
    return FlowTimes(
        duration(found.between(found.arrived[done], found.finished[done])),
        duration(found.between(found.started[run], found.finished[run])) if run.any() else None,
        _states(found, done, days, total),
        active / total if total else None,
        blocked / total if total else None,
        blocked,
        len(np.unique(found.visit_item[working & (found.blocked > 0)])),
        float(done.sum()) / span if span > 0 else 0.0,
    )


def duration(days: Floats) -> Duration:
    ordered = np.sort(days)
    return Duration(
        len(ordered),
        percentiles_of(ordered, SHARES),
        float(ordered.mean()),
        float(ordered[0]),
        float(ordered[-1]),
    )


def _is_early(found: Journeys) -> Flags:
    """Visits before the item was started."""
    return np.asarray(found.visit_begin < found.started[found.visit_item], np.bool_)


def _states(found: Journeys, done: Flags, days: Floats, total: float) -> tuple[StateTime, ...]:
    rows = []
    for place, state in enumerate(found.workflow.states):
        if state.category in (DONE, DROPPED):
            continue
        here = done[found.visit_item] & (found.visit_state == place)
        per_item = np.bincount(found.visit_item[here], weights=days[here], minlength=len(found.ids))
        visitors = np.unique(found.visit_item[here])
        each = per_item[visitors]
        in_progress = state.category in (ACTIVE, WAITING)
        rows.append(
            StateTime(
                state.id, len(visitors), float(each.mean()) if len(each) else 0.0,
                float(np.median(each)) if len(each) else 0.0,
                float(each.sum()) / total if in_progress and total else None, int(here.sum()) - len(visitors),
            )
        )  # fmt: skip
    return tuple(rows)
