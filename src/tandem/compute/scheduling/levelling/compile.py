"""From the model to the arrays that kernels read, and from their starts back to a plan."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.decode import Decoded, Decoder
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Activity, Mode, Problem, Project, Resource

MOST_CELLS = 1 << 24
"""Slots times calendars that are spelt out; beyond, every slot counts as worked (the check would find it)."""


def arrays_of(problem: Problem) -> Arrays:
    """Arrays of a problem, activities, links, resources and projects in its order.

    Raises no_working_time (activity, calendars) when calendars that must work together never do.
    """
    renewable = [one for one in problem.resources if one.is_renewable]
    stocks = [one for one in problem.resources if not one.is_renewable]
    modes = [(activity, mode) for activity in problem.activities for mode in activity.modes]
    rows, calendar, working = _calendars(problem, modes)
    facts = {
        activity.id: _fact(problem, activity, rows, working)
        for activity in problem.activities
        if activity.is_fact
    }
    projects = {one.id: place for place, one in enumerate(problem.projects)}
    links = [link for link in problem.links if link.successor not in facts]

    def over(values: Sequence[int | None]) -> Ints:
        return np.array([-1 if value is None else value for value in values], np.int32)

    return Arrays(
        mode_ptr=np.cumsum([0, *(len(one.modes) for one in problem.activities)]).astype(np.int32),
        duration=over([facts[a.id][1] if a.id in facts else mode.working_slots for a, mode in modes]),
        demand=_needs([{} if a.id in facts else mode.demand for a, mode in modes], renewable),
        capacity=_capacity(problem, renewable, facts),
        tail=over([problem.index[link.predecessor] for link in links]),
        head=over([problem.index[link.successor] for link in links]),
        kind=over([int(link.type) for link in links]),
        lag=over([link.lag for link in links]) if links else np.zeros(0, np.int32),
        max_lag=over([link.max_lag for link in links]),
        project=over([projects.get(one.project or "", -1) for one in problem.activities]),
        release=over([0 if one.is_fact else problem.earliest(one) for one in problem.activities]),
        due=over([one.deadline for one in problem.activities]),
        weight=over([one.weight for one in problem.activities]),
        hard=_hard(problem.activities),
        project_due=over([one.deadline for one in problem.projects]),
        project_weight=over([one.weight for one in problem.projects]),
        project_hard=_hard(problem.projects),
        fixed=over([facts[one.id][0] if one.is_fact else one.pinned for one in problem.activities]),
        fixed_mode=over([0 if one.is_given and one.mode is None else one.mode for one in problem.activities]),
        in_force=over([one.in_force for one in problem.activities]),
        calendar=np.where([a.id in facts for a, _ in modes], -1, calendar).astype(np.int32),
        working=working,
        stock=over([one.capacity for one in stocks]),
        consumption=_needs([mode.demand for _, mode in modes], stocks),
        priority=over([one.priority for one in problem.activities]),
    )


def _hard(dated: Sequence[Activity | Project]) -> npt.NDArray[np.bool_]:
    return np.array([one.deadline is not None and one.is_deadline_hard for one in dated], np.bool_)


def _needs(demands: list[Mapping[str, int]], kinds: list[Resource]) -> Ints:
    """Units of each kind, shape (modes, kinds)."""
    place = {kind.id: column for column, kind in enumerate(kinds)}
    made = np.zeros((len(demands), len(kinds)), np.int32)
    found = [
        (row, place[name], units)
        for row, demand in enumerate(demands)
        for name, units in demand.items()
        if name in place
    ]
    if found:
        rows, columns, units = np.array(found, np.int64).T
        made[rows, columns] = units
    return made


def horizon(problem: Problem) -> int:
    """Slots within which every plan of the serial scheme ends: all work one after the other, after all else."""
    latest = [problem.now, *(slot for one in problem.resources for slot, _ in one.steps)]
    latest += [one.settled for one in problem.calendars] + [one.release for one in problem.projects]
    for activity in problem.activities:
        latest += [activity.release, activity.pinned or 0, activity.started or 0, *(activity.finished or ())]
    lags = sum(max(link.lag, 0) for link in problem.links)
    work, longest = 0, 1
    rhythms: dict[tuple[str, ...], tuple[int, int]] = {}
    for activity in problem.activities:
        elapsed = 0
        for mode in activity.modes:
            names = problem.calendars_of(activity, mode)
            if names not in rhythms:
                rhythms[names] = _rhythm(problem, names)
            period, worked = rhythms[names]
            slots = max(mode.working_slots, activity.remaining or 0)
            elapsed = max(elapsed, slots if period == 1 else (-(-slots // max(worked, 1)) + 1) * period)
            longest = max(longest, period)
        work += elapsed
    return max(latest) + lags + work + 2 * longest


def _rhythm(problem: Problem, names: Sequence[str]) -> tuple[int, int]:
    """Slots after which calendars that work together repeat, and the worked ones among them."""
    patterns = [problem.calendar[name].pattern for name in names]
    period = math.lcm(*(len(pattern) for pattern in patterns)) if patterns else 1
    if period > 100_000:
        raise Uncomputable("calendars_out_of_step", calendars=names, value=period)
    return period, int(_meet([np.resize(np.array(one, np.bool_), period) for one in patterns], period).sum())


def _meet(rows: Sequence[npt.NDArray[np.bool_]], size: int) -> npt.NDArray[np.bool_]:
    met = np.ones(size, np.bool_)
    for row in rows:
        met &= row
    return met


Modes = list[tuple[Activity, Mode]]
Rows = dict[tuple[str, ...], int]


def _calendars(problem: Problem, modes: Modes) -> tuple[Rows, Ints, npt.NDArray[np.bool_]]:
    """Row of each set of calendars, the row of each mode, and the rows themselves."""
    rows: Rows = {}
    sets = [problem.calendars_of(activity, mode) for activity, mode in modes]
    for (activity, _), names in zip(modes, sets, strict=True):
        if names and names not in rows:
            if not _rhythm(problem, names)[1]:
                raise Uncomputable("no_working_time", activity=activity.id, value=names)
            rows[names] = len(rows)
    calendar = np.array([rows.get(names, -1) for names in sets], np.int32)
    if not rows:
        return rows, calendar, np.ones((0, 1), np.bool_)
    size = horizon(problem)
    size = max(min(size, MOST_CELLS // len(rows)), min(size, 4096))
    single = {one.id: one.working(size) for one in problem.calendars}
    working = np.array([_meet([single[name] for name in names], size) for names in rows])
    working[:, -1] = True
    return rows, calendar, working


def _fact(
    problem: Problem, activity: Activity, rows: Rows, working: npt.NDArray[np.bool_]
) -> tuple[int, int, Ints]:
    """Start, slots to the finish, and the slots from now on in which it still works."""
    nothing = np.zeros(0, np.int32)
    if activity.finished is not None:
        return activity.finished[0], activity.finished[1] - activity.finished[0], nothing
    start, left = activity.started or 0, activity.remaining or 0
    first = max(problem.now, start)
    if left > MOST_CELLS:
        raise Uncomputable("steps_too_far", activity=activity.id, value=left)
    row = rows.get(problem.calendars_of(activity, activity.modes[activity.mode or 0]), -1)
    slots = np.arange(first, first + left) if row < 0 else first + np.flatnonzero(working[row, first:])[:left]
    if len(slots) < left:
        raise Uncomputable("steps_too_far", activity=activity.id, value=first + left)
    finish = int(slots[-1]) + 1 if left else first
    return start, finish - start, slots.astype(np.int32)


def _capacity(problem: Problem, kinds: list[Resource], facts: dict[str, tuple[int, int, Ints]]) -> Ints:
    """Units per slot, shape (K, H), without what begun activities still take."""
    ends = [slot + 1 for one in kinds for slot, _ in one.steps]
    ends += [int(slots[-1]) + 2 for _, _, slots in facts.values() if len(slots)]
    size = max([1, *ends])
    if size * max(1, len(kinds)) > 4 * MOST_CELLS:
        raise Uncomputable("steps_too_far", value=size)
    units = np.empty((len(kinds), size), np.int32)
    for row, kind in zip(units, kinds, strict=True):
        row[:] = kind.capacity
        for slot, count in kind.steps:
            row[slot:] = count
    for activity in problem.activities:
        if activity.id in facts and len(facts[activity.id][2]):
            demand = activity.modes[activity.mode or 0].demand
            for row, kind in zip(units, kinds, strict=True):
                row[facts[activity.id][2]] -= demand.get(kind.id, 0)
    return np.maximum(units, 0)


def plan_of(
    problem: Problem,
    decoded: Decoded,
    *,
    bound: int | None = None,
    gap: float | None = None,
    seconds: float = 0.0,
    evaluations: int = 1,
    seed: int = 0,
    engine: str | None = None,
) -> Plan:
    """A decoder's result as a plan of the problem."""
    return Plan(
        tuple(problem.index), decoded.starts, decoded.finishes, decoded.modes, decoded.objective, bound, gap, seconds,
        evaluations, seed, engine or decoded.engine,
    )  # fmt: skip


def compiled_problem(problem: Problem) -> Decoder:
    """The decoder of a problem, ready to make plans."""
    return Decoder(arrays_of(problem))


def rules_plan(problem: Problem) -> Plan:
    """The best plan of the priority rules, serial and parallel: what list schedulers give, in milliseconds."""
    decoder = compiled_problem(problem)
    best = min(decoder.rules(), key=lambda one: one.objective, default=None)
    if best is None:
        best = decoder.measured(np.zeros(0, np.int32), np.zeros(0, np.int32))
    return plan_of(problem, best, evaluations=decoder.evaluations, engine=f"rules: {best.engine}")
