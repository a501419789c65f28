"""A problem as the check reads it: plain columns of what each rule needs, taken from the model alone."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.levelling.problem import Activity, Problem, Project

Table = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(eq=False)
class Book:
    """n activities, M rows of modes, K renewable resources, L links; -1 stands for none.

    `calendar` (M) is a row of `working`, whose row 0 works always.
    """

    problem: Problem
    activities: list[str]
    resources: list[str]
    stocks: list[str]
    mode_first: Table
    mode_count: Table
    mode: Table
    duration: Table
    demand: Table
    consumption: Table
    stock: Table
    calendar: Table
    calendars: list[tuple[str, ...]]
    tail: Table
    head: Table
    kind: Table
    lag: Table
    max_lag: Table
    earliest: Table
    due: Table
    weight: Table
    hard: Bools
    in_force: Table
    pinned: Table
    is_fact: Bools
    fact_start: Table
    fact_finish: Table
    projects: list[tuple[Table, int, int]]
    hard_projects: list[tuple[Table, int, str]]
    _working: Bools = field(default_factory=lambda: np.ones((1, 0), np.bool_))
    _allowed: Table = field(default_factory=lambda: np.zeros((0, 0), np.int64))

    def working(self, horizon: int) -> Bools:
        """Which slots each set of calendars works, shape (C, horizon)."""
        if self._working.shape[1] < horizon:
            size = 2 * horizon
            rows = np.ones((len(self.calendars), size), np.bool_)
            for row, names in zip(rows, self.calendars, strict=True):
                for name in names:
                    row &= self.problem.calendar[name].working(size)
            self._working = rows
        return self._working[:, :horizon]

    def allowed(self, horizon: int) -> Table:
        """Units that are there for what has not begun, shape (K, horizon)."""
        if self._allowed.shape[1] < horizon:
            size = 2 * horizon
            units = np.zeros((len(self.resources), size), np.int64)
            for row, name in zip(units, self.resources, strict=True):
                resource = self.problem.resource[name]
                row[:] = resource.capacity
                for slot, count in resource.steps:
                    row[slot:] = count
            for activity in self.problem.activities:
                if activity.started is not None:
                    slots = [slot for slot in _remaining(self.problem, activity) if slot < size]
                    for name, held in activity.modes[activity.mode or 0].demand.items():
                        if name in self.resources:
                            units[self.resources.index(name), slots] -= held
            self._allowed = np.maximum(units, 0)
        return self._allowed[:, :horizon]


def book_of(problem: Problem) -> Book:
    """The columns of a problem."""
    activities = problem.activities
    renewable = [one.id for one in problem.resources if one.is_renewable]
    stocks = [one.id for one in problem.resources if not one.is_renewable]
    rows = [(activity, mode) for activity in activities for mode in activity.modes]
    sets = [problem.calendars_of(activity, mode) for activity, mode in rows]
    calendars = [(), *sorted(set(sets) - {()})]
    place = {names: row for row, names in enumerate(calendars)}
    counts = _column([len(activity.modes) for activity in activities])
    facts = [_fact(problem, activity) for activity in activities]
    dated = _dated(problem)
    return Book(
        problem, [one.id for one in activities], renewable, stocks,
        mode_first=np.cumsum(counts) - counts, mode_count=counts,
        mode=_column([one.mode for one in activities]),
        duration=_column([mode.working_slots for _, mode in rows]),
        demand=_needs([mode.demand for _, mode in rows], renewable),
        consumption=_needs([mode.demand for _, mode in rows], stocks),
        stock=_column([problem.resource[name].capacity for name in stocks]),
        calendar=_column([place[names] for names in sets]), calendars=calendars,
        tail=_column([problem.index[one.predecessor] for one in problem.links]),
        head=_column([problem.index[one.successor] for one in problem.links]),
        kind=_column([int(one.type) for one in problem.links]),
        lag=np.array([one.lag for one in problem.links], np.int64),
        max_lag=_column([one.max_lag for one in problem.links]),
        earliest=_column([problem.earliest(one) for one in activities]),
        due=_column([one.deadline for one in activities]), weight=_column([one.weight for one in activities]),
        hard=np.array([one.is_deadline_hard for one in activities], np.bool_),
        in_force=_column([one.in_force for one in activities]), pinned=_column([one.pinned for one in activities]),
        is_fact=np.array([one.is_fact for one in activities], np.bool_),
        fact_start=_column([start for start, _ in facts]), fact_finish=_column([finish for _, finish in facts]),
        projects=[(members, due, one.weight) for one, members, due in dated if not one.is_deadline_hard],
        hard_projects=[(members, due, one.id) for one, members, due in dated if one.is_deadline_hard],
    )  # fmt: skip


def _column(values: list[int] | list[int | None]) -> Table:
    return np.array([-1 if value is None else value for value in values], np.int64)


def _needs(demands: list[Mapping[str, int]], names: list[str]) -> Table:
    units = np.zeros((len(demands), len(names)), np.int64)
    column = {name: place for place, name in enumerate(names)}
    for row, demand in enumerate(demands):
        for name in demand:
            if name in column:
                units[row, column[name]] = demand[name]
    return units


def _dated(problem: Problem) -> list[tuple[Project, Table, int]]:
    """Projects with a deadline, their activities, and it."""
    members: dict[str, list[int]] = {}
    for place, activity in enumerate(problem.activities):
        members.setdefault(activity.project or "", []).append(place)
    return [
        (one, _column(members[one.id]), one.deadline)
        for one in problem.projects
        if one.deadline is not None and one.id in members
    ]


def _fact(problem: Problem, activity: Activity) -> tuple[int, int]:
    """Start and finish of what has begun, (0, 0) for the rest."""
    if activity.finished is not None:
        return activity.finished
    if activity.started is None:
        return 0, 0
    slots = _remaining(problem, activity)
    return activity.started, slots[-1] + 1 if slots else max(problem.now, activity.started)


def _remaining(problem: Problem, activity: Activity) -> list[int]:
    """The slots in which a begun activity will still work, one by one."""
    mode = activity.modes[activity.mode or 0]
    names = problem.calendars_of(activity, mode)
    slots: list[int] = []
    slot, known = max(problem.now, activity.started or 0), 0
    while len(slots) < (activity.remaining or 0):
        if slot >= known:
            known = 2 * slot + 64
            worked = np.ones(known, np.bool_)
            for name in names:
                worked &= problem.calendar[name].working(known)
        if worked[slot]:
            slots.append(slot)
        slot += 1
    return slots
