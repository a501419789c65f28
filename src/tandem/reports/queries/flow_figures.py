"""The figures of the flow page: what `tandem.compute.flow` says about a reading, with what each rests on."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.flow.ageing import AgeingChart, ageing
from tandem.compute.flow.bottleneck import Bottleneck, bottleneck
from tandem.compute.flow.diagram import CumulativeFlow, cumulative_flow
from tandem.compute.flow.expectation import Expectation, expectation
from tandem.compute.flow.items import DONE
from tandem.compute.flow.journeys import DAY, NEVER, Journeys
from tandem.compute.flow.little import Consistency, consistency
from tandem.compute.flow.measures import FlowTimes, flow_times
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.scheduling.axis import instant, moment_of
from tandem.reports.queries.flow import Held, Line, Reading

__all__ = [  # with the answers of the core, so that pages need not know where they come from
    "AgeingChart", "Bottleneck", "Consistency", "Expectation", "Figures", "Finished", "FlowTimes", "NotEnough", "figures", "items",
]  # fmt: skip
SHARE = 0.85
LONGEST = timedelta(days=366 * 10)


@dataclass(frozen=True, slots=True)
class Finished:
    """A finished item: when, and how many days it took from the start of work (None: it was never begun)."""

    line: Line
    on: datetime
    days: float | None
    lead: float


@dataclass(frozen=True, slots=True)
class Week:
    """Items finished in the seven days from a Monday on; the running week is not whole."""

    monday: date
    finished: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cause that held items up: how many, how many still, and the days it cost while work on them was begun. `unknown`
    of the items have no day from which they were held."""

    cause: str | None
    key: str
    items: int
    still: int
    days: float
    unknown: int


@dataclass(frozen=True, slots=True)
class Figures:
    since: date
    until: date
    times: FlowTimes | NotEnough
    expectation: Expectation | NotEnough
    ageing: AgeingChart | NotEnough
    bottleneck: Bottleneck | NotEnough
    consistency: Consistency | NotEnough | None
    diagram: CumulativeFlow
    finished: tuple[Finished, ...]
    in_progress: tuple["InProgress", ...]
    weeks: tuple[Week, ...]
    clusters: tuple[Cluster, ...]


@dataclass(frozen=True, slots=True)
class InProgress:
    """An item in progress: its state, since when and how long by the clock, and whether something holds it up now."""

    line: Line
    state: str
    since: datetime
    age: float
    is_held: bool


def figures(reading: Reading) -> Figures | None:
    """None where there is nothing: no state of *done*, or no item that was open in the period."""
    found = reading.found
    if found is None or not found.ids:
        return None
    until = reading.now.astimezone(UTC).replace(tzinfo=None)
    begin = _begin(reading, found, until)
    # the end of a day that has not begun is nobody's: a history that is read as of midnight ends on the day before
    last = (until - timedelta(microseconds=1)).date()
    done = _finished(reading, found, begin)
    return Figures(
        begin.date(), last, flow_times(found, since=begin), expectation(found, share=SHARE), ageing(found, share=SHARE),
        bottleneck(found), _consistency(found, begin), cumulative_flow(found, min(begin.date(), last), last),
        done, _in_progress(reading, found, until), _weeks([row.on.date() for row in done], begin.date(), last), _clusters(reading, found),
    )  # fmt: skip


def _begin(reading: Reading, found: Journeys, until: datetime) -> datetime:
    """The period's first moment, not before anything had happened."""
    first = max(moment_of(int(found.arrived.min())), until - LONGEST)
    asked = reading.since.astimezone(UTC).replace(tzinfo=None) if reading.since else first
    begin = max(first, asked)
    return datetime.combine(begin.date(), datetime.min.time())


def _consistency(found: Journeys, begin: datetime) -> Consistency | NotEnough | None:
    try:
        return consistency(found, since=begin)
    except Uncomputable:
        return None


def _finished(reading: Reading, found: Journeys, begin: datetime) -> tuple[Finished, ...]:
    """What was finished in the period, oldest first."""
    those = np.flatnonzero(found.is_finished & (found.finished >= instant(begin)))
    those = those[np.argsort(found.finished[those], kind="stable")]
    starts = np.where(found.started == NEVER, found.finished, found.started)
    days, lead = found.between(starts, found.finished), found.between(found.arrived, found.finished)
    return tuple(
        Finished(
            reading.lines[found.ids[i]], moment_of(int(found.finished[i])),
            float(days[i]) if found.started[i] != NEVER else None, float(lead[i]),
        )
        for i in those
    )  # fmt: skip


def _in_progress(reading: Reading, found: Journeys, until: datetime) -> tuple[InProgress, ...]:
    """Oldest first."""
    ages = found.between(np.where(found.started == NEVER, found.now, found.started), np.full(len(found.ids), found.now))
    held = {one.item_id for one in reading.held if _is_still(one, reading.now)}
    rows = [
        InProgress(
            line := reading.lines[found.ids[i]], found.workflow.states[int(found.state[i])].id,
            moment_of(int(found.started[i])), float(ages[i]), line.id in held,
        )
        for i in np.flatnonzero(found.is_in_progress)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: -row.age))


def _is_still(one: Held, now: datetime) -> bool:
    return one.last is None or one.last > now


def _weeks(days: list[date], since: date, until: date) -> tuple[Week, ...]:
    """Weeks from Monday on; the first one is left out unless it is whole."""
    first = since + timedelta(days=-since.weekday() % 7)
    counts: dict[date, int] = defaultdict(int)
    for day in days:
        counts[day - timedelta(days=day.weekday())] += 1
    span = (until - first).days
    mondays = [first + timedelta(weeks=n) for n in range(span // 7 + 1)] if span >= 0 else []
    return tuple(Week(monday, counts[monday], monday + timedelta(days=6) <= until) for monday in mondays)


def _clusters(reading: Reading, found: Journeys) -> tuple[Cluster, ...]:
    """By cause, the dearest first. Days that two causes share count for both."""
    place = {name: i for i, name in enumerate(found.ids)}
    groups: dict[tuple[str | None, str], list[Held]] = defaultdict(list)
    for one in reading.held:
        if str(one.item_id) in place:
            groups[(one.cause, one.key)].append(one)
    rows = [
        Cluster(
            cause, key, len({one.item_id for one in ones}), len({one.item_id for one in ones if _is_held_now(found, place, one, reading)}),
            sum(_cost(found, place[str(one.item_id)], one) for one in ones), sum(one.first is None for one in ones),
        )
        for (cause, key), ones in groups.items()
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda row: (-row.still, -row.days, -row.items, row.key)))


def _is_held_now(found: Journeys, place: dict[str, int], one: Held, reading: Reading) -> bool:
    return _is_still(one, reading.now) and int(found.left[place[str(one.item_id)]]) == NEVER


def _cost(found: Journeys, i: int, one: Held) -> float:
    """Days between start and finish of the item in which it was held."""
    if one.first is None or found.started[i] == NEVER:
        return 0.0
    end = int(found.left[i]) if found.left[i] != NEVER else found.now
    first = max(_seconds(one.first), int(found.started[i]))
    last = min(_seconds(one.last) if one.last else found.now, end)
    return max(last - first, 0) / DAY


def _seconds(moment: datetime) -> int:
    return instant(moment.astimezone(UTC).replace(tzinfo=None))


@dataclass(frozen=True, slots=True)
class Passed:
    """One item with its dates and the days that it stood in each state, in the order of the states."""

    line: Line
    state: str
    arrived: datetime
    started: datetime | None
    finished: datetime | None
    days: float | None
    blocked: float
    in_states: tuple[float, ...]


def items(reading: Reading) -> list[Passed]:
    """Every item behind the figures, in the order in which they arrived."""
    found = reading.found
    if found is None or not found.ids:
        return []
    spent = np.zeros((len(found.ids), len(found.workflow.states)))
    np.add.at(spent, (found.visit_item, found.visit_state), found.visit_days)
    blocked = np.bincount(found.visit_item, weights=found.blocked, minlength=len(found.ids))
    ends = np.where(found.left == NEVER, found.now, found.left)
    took_days = found.between(np.where(found.started == NEVER, ends, found.started), ends)
    is_done = np.array([state.category == DONE for state in found.workflow.states])
    rows = []
    for i in np.argsort(found.arrived, kind="stable"):
        started, finished = (moment_of(int(at)) if at != NEVER else None for at in (found.started[i], found.finished[i]))
        took = float(took_days[i]) if started else None
        stood = tuple(0.0 if is_done[k] and k == found.state[i] else float(n) for k, n in enumerate(spent[i]))
        state = reading.state(found.workflow.states[int(found.state[i])].id).name
        rows.append(
            Passed(reading.lines[found.ids[i]], state, moment_of(int(found.arrived[i])), started, finished, took, float(blocked[i]), stood)
        )
    return rows
