"""A stored plan with its people as a problem of levelling: an axis of quarter hours to hours in which somebody works, what is done as a fact.

What has been worked stays and takes its capacity; what is left of a begun task may go on later. People of a task whose
calendars differ are moved each for themselves, as MS Project does when it may adjust individual assignments.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import product
from math import ceil, floor

import numpy as np
import numpy.typing as npt

from tandem.compute.scheduling.axis import Axis, instant, moment_of
from tandem.compute.scheduling.critical_path import schedule
from tandem.compute.scheduling.levelling.problem import Activity, Calendar, Link, Mode, Problem, Resource
from tandem.compute.scheduling.network import Constraint, LinkType
from tandem.compute.scheduling.network import Link as NetworkLink
from tandem.compute.scheduling.stored_load import Piece, axis_of, within
from tandem.compute.scheduling.stored_plan import (
    StoredAssignment,
    StoredPlan,
    StoredTask,
    calendars_of,
    length_of,
    network_of,
)

_SIZES = (60, 30, 15)
_NEVER_MOVED = 1000
"""MS Project's highest priority: do not level."""
_LONGEST = 90_000


@dataclass(eq=False)
class Part:
    """An activity of the problem: the task that it is (a part) of, and what it holds of whom."""

    task: str
    units: Mapping[str, float]
    stored: int
    "The slot in which the stored plan has it begin."


@dataclass(eq=False)
class StoredProblem:
    """`done`: what has been worked, by the stored dates. `minutes`: of a slot. `kept`: which of all slots from `origin` on are on the
    axis, over `period` of them, then again: 17:00 and 8:00 the next morning are one place of it, where nobody works at night."""

    problem: Problem
    parts: dict[str, Part]
    done: tuple[Piece, ...]
    origin: datetime
    minutes: int
    masks: Mapping[str, npt.NDArray[np.bool_]]
    kept: npt.NDArray[np.int64]
    period: int

    def moment(self, slot: int) -> datetime:
        """When a slot begins."""
        return self._clock(int(self._raw(slot)))

    def end(self, slot: int) -> datetime:
        """When the slot before it ends."""
        return self._clock(int(self._raw(slot - 1)) + 1) if slot > 0 else self.moment(slot)

    def _raw(self, slots: npt.NDArray[np.int64] | int) -> npt.NDArray[np.int64]:
        size = len(self.kept)
        found: npt.NDArray[np.int64] = self.kept[np.asarray(slots) % size] + np.asarray(slots) // size * self.period
        return found

    def _clock(self, raw: int) -> datetime:
        return self.origin + timedelta(minutes=self.minutes * raw)

    def worked(self, activity: Activity, start: int, finish: int) -> tuple[tuple[int, int], ...]:
        """The instants from which to which an activity works."""
        mask = self.masks[activity.calendar] if activity.calendar else None
        open_ = np.ones(finish - start, np.bool_) if mask is None else mask[np.arange(start, finish) % len(mask)]
        raw = self._raw(np.flatnonzero(open_) + start)
        breaks = np.flatnonzero(np.diff(raw) != 1)
        spans = zip(raw[np.concatenate(([0], breaks + 1))].tolist(), raw[np.concatenate((breaks, [-1]))].tolist(), strict=True) if len(raw) else ()
        return tuple((instant(self._clock(a)), instant(self._clock(b + 1))) for a, b in spans)


def earliest(plan: StoredPlan) -> StoredPlan:
    """The plan as it was before somebody levelled it: without leveling delays and given earliest starts, at its earliest dates."""
    parents = {task.parent for task in plan.tasks}

    def free(task: StoredTask) -> StoredTask:
        assignments = tuple(replace(one, start=None, finish=None) for one in task.assignments)
        task = replace(task, leveling_delay=0.0, assignments=assignments)
        if task.constraint is not Constraint.SNET or task.id in parents or not task.is_automatic:
            return task
        return replace(task, constraint=Constraint.ASAP, constraint_date=None)

    freed = tuple(free(task) for task in plan.tasks)
    bare = replace(plan, tasks=freed)
    rows = {row.id: row for row in schedule(network_of(bare), plan.start)}
    tasks = tuple(replace(task, start=rows[task.id].start, finish=rows[task.id].finish) for task in freed)
    return replace(bare, tasks=tasks, finish=max((task.finish for task in tasks), default=plan.finish))


def problem_of(plan: StoredPlan) -> StoredProblem:
    """The problem whose plans are levelled plans of a stored one."""
    return _Maker(plan).made()


@dataclass(eq=False)
class _Maker:
    plan: StoredPlan
    activities: list[Activity] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    of_task: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    done: list[Piece] = field(default_factory=list)
    begun: dict[str, tuple[datetime, datetime]] = field(default_factory=dict)
    masks: dict[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    named: dict[bytes, str] = field(default_factory=dict)
    rows: dict[tuple[str, ...], str] = field(default_factory=dict)
    axes: dict[tuple[str, ...], Axis] = field(default_factory=dict)

    def made(self) -> StoredProblem:
        self._axis()
        self.parents = {task.parent for task in self.plan.tasks}
        for task in self.plan.tasks:
            if task.id not in self.parents and task.is_active:
                self._task(task)
        leaves = self._leaves()
        for number, link in enumerate(self.plan.links):
            for before, after in product(leaves.get(link.predecessor, ()), leaves.get(link.successor, ())):
                self._link(number, link, before, after)
        calendars = tuple(Calendar(name, tuple(mask.tolist())) for name, mask in self.masks.items())
        problem = Problem(tuple(self.activities), tuple(self.links), self._resources(), calendars)
        return StoredProblem(problem, self.parts, tuple(self.done), self.origin, self.minutes, self.masks, self.kept, self.period)

    def _axis(self) -> None:
        plan = self.plan
        sizes = {edge % 60 for calendar in plan.calendars.values() for above in calendar.lineage() for day in above.week for span in day or () for edge in span}
        sizes |= {round(task.duration) % 60 for task in plan.tasks if task.id not in {one.parent for one in plan.tasks}}
        self.minutes = next((size for size in _SIZES if not any(at % size for at in sizes)), _SIZES[-1])
        first = min([plan.start, *(task.start for task in plan.tasks)])
        last = max([plan.finish, *(task.finish for task in plan.tasks)])
        self.origin = datetime.combine(first.date(), time())
        weeks = ceil((3 * (last - first).days + 60) / 7)
        self.period = min(weeks, _LONGEST * self.minutes // (7 * 1440)) * 7 * 1440 // self.minutes
        self.kept = self._worked_slots()
        self.slots = len(self.kept)

    def _worked_slots(self) -> npt.NDArray[np.int64]:
        """Those in which some calendar works that a task or one of its people has; all of them where something runs on the clock."""
        plan, every = self.plan, np.arange(self.period, dtype=np.int64)
        if any(task.elapsed for task in plan.tasks) or any(link.lag and link.lag_is_elapsed for link in plan.links):
            return every
        used = {(plan.calendar,)} | {calendars_of(plan, task, one) for task in plan.tasks for one in (*task.assignments, StoredAssignment())}
        some, last = np.zeros(self.period, np.bool_), self.origin + timedelta(minutes=self.minutes * self.period)
        for names in used:
            for begin, end in within(self._long(names), self.origin, last):
                some[self._raw(moment_of(begin)) : self._raw(moment_of(end), up=True)] = True
        found = np.flatnonzero(some)
        return found if len(found) else every

    def _raw(self, at: datetime, *, up: bool = False) -> int:
        slots = (at - self.origin).total_seconds() / 60 / self.minutes
        return max(ceil(slots) if up else floor(slots), 0)

    def _slot(self, at: datetime, *, up: bool = False) -> int:
        """The place on the axis; of what lies where nobody works, that of the next slot in which somebody does."""
        rounds, raw = divmod(self._raw(at, up=up), self.period)
        return rounds * len(self.kept) + int(np.searchsorted(self.kept, raw))

    def _calendar(self, names: tuple[str, ...]) -> str:
        """The slots that are wholly worked by all these calendars; those that say the same are one."""
        if names not in self.rows:
            axis = axis_of(self.plan, names)
            mask, last = np.zeros(self.slots, np.bool_), self.origin + timedelta(minutes=self.minutes * self.period)
            for begin, end in within(self._long(names), self.origin, last):
                mask[self._slot(moment_of(begin), up=True) : self._slot(moment_of(end))] = True
            if not mask.any():
                mask[:] = True
            self.rows[names] = self.named.setdefault(mask.tobytes(), "&".join(names))
            self.masks.setdefault(self.rows[names], mask)
            self.axes[names] = axis
        return self.rows[names]

    def _long(self, names: tuple[str, ...]) -> Axis:
        last = self.origin + timedelta(minutes=self.minutes * self.period)
        return axis_of(replace(self.plan, start=self.origin, finish=last), names)

    def _task(self, task: StoredTask) -> None:
        people = [one for one in task.assignments if one.is_work]
        if task.actual_finish is not None or task.percent_complete >= 100:
            finish = task.actual_finish or task.finish
            self._worked(task, people, task.actual_start or task.start, finish)
            at = self._slot(task.actual_start or task.start)
            self._add(task, task.id, Activity(task.id, finished=(at, max(self._slot(finish, up=True), at))), {}, at)
            return
        left = 1.0
        if task.actual_start is not None or task.percent_complete > 0:
            left = 1 - task.percent_complete / 100
            start = task.actual_start or task.start
            stop = task.stop or self._after(task, people, start, task.duration * (1 - left))
            self.begun[task.id] = (start, stop)
            self._worked(task, people, start, stop)
        groups = self._groups(task, people)
        for number, group in enumerate(groups):
            self._part(task, task.id if len(groups) == 1 else f"{task.id}/{number}", group, left, alone=len(groups) == 1)

    def _groups(self, task: StoredTask, people: list[StoredAssignment]) -> list[tuple[str | None, list[StoredAssignment]]]:
        """Those who work in the same hours do it together."""
        if task.elapsed or not people:
            return [(None if task.elapsed or not task.duration else self._calendar(calendars_of(self.plan, task, StoredAssignment())), people)]
        found: dict[str, list[StoredAssignment]] = {}
        for one in people:
            found.setdefault(self._calendar(calendars_of(self.plan, task, one)), []).append(one)
        return list(found.items())

    def _part(self, task: StoredTask, name: str, group: tuple[str | None, list[StoredAssignment]], left: float, *, alone: bool) -> None:
        calendar, people = group
        minutes = task.duration if alone else max(length_of(one, task.duration) for one in people)
        slots = ceil(round(minutes * left, 6) / self.minutes)
        units: dict[str, float] = defaultdict(float)
        for one in people:
            if one.resource in self.plan.resources:
                units[one.resource] += one.units
        begin = min((one.start for one in people if one.start is not None), default=task.start)
        stored = self._first(calendar if slots else None, self._slot(self.begun[task.id][1], up=True) if task.id in self.begun else self._slot(begin))
        demand = {who: min(round(100 * held), round(100 * self.plan.resources[who].max_units)) for who, held in units.items() if slots}
        release, pinned, deadline = self._dates(task, calendar, slots)
        if pinned is not None and task.id not in self.begun:
            activity = Activity(name, (Mode(slots, demand),), calendar=calendar, pinned=stored)
        else:
            dates = {"release": release, "deadline": deadline, "priority": task.priority, "in_force": stored}
            activity = Activity(name, (Mode(slots, demand),), calendar=calendar, **dates)  # type: ignore[arg-type]
        self._add(task, name, activity, units, stored)

    def _dates(self, task: StoredTask, calendar: str | None, slots: int) -> tuple[int, int | None, int | None]:
        """Not before, exactly there (by hand, must start, not to be levelled), and the finish that is asked for."""
        at, kind = task.constraint_date, task.constraint
        release = self._slot(self.begun[task.id][1], up=True) if task.id in self.begun else self._slot(self.plan.start)
        if not task.is_automatic or task.priority >= _NEVER_MOVED or (kind in (Constraint.MSO, Constraint.MFO) and at is not None):
            return release, 0, None
        if at is not None and kind is Constraint.SNET:
            release = max(release, self._slot(at, up=True))
        if at is not None and kind is Constraint.FNET:
            release = max(release, self._back(calendar, self._slot(at, up=True), slots))
        dates = [one for one in (task.deadline, at if kind is Constraint.FNLT else None) if one is not None]
        return release, None, self._slot(min(dates), up=True) if dates else None

    def _add(self, task: StoredTask, name: str, one: Activity, units: Mapping[str, float], stored: int) -> None:
        self.activities.append(one)
        self.parts[name] = Part(task.id, dict(units), stored)
        self.of_task[task.id].append(name)

    def _worked(self, task: StoredTask, people: Iterable[StoredAssignment], start: datetime, stop: datetime) -> None:
        for one in people:
            if one.resource in self.plan.resources and stop > start:
                names = calendars_of(self.plan, task, one)
                self._calendar(names)
                self.done.append(Piece(task.id, one.resource, one.units, within(self.axes[names], start, stop, one.breaks or task.breaks)))

    def _after(self, task: StoredTask, people: list[StoredAssignment], start: datetime, minutes: float) -> datetime:
        if task.elapsed:
            return start + timedelta(minutes=minutes)
        names = calendars_of(self.plan, task, people[0] if people else StoredAssignment())
        self._calendar(names)
        return self.axes[names].add(start, minutes)

    def _first(self, calendar: str | None, slot: int) -> int:
        if calendar is None:
            return slot
        open_ = np.flatnonzero(self.masks[calendar][slot:])
        return slot + int(open_[0]) if len(open_) else slot

    def _back(self, calendar: str | None, end: int, slots: int) -> int:
        if calendar is None:
            return max(end - slots, 0)
        open_ = np.flatnonzero(self.masks[calendar][:end])
        return int(open_[-slots]) if 0 < slots <= len(open_) else 0

    def _resources(self) -> tuple[Resource, ...]:
        """Units there are less what was worked, from slot to slot."""
        found = []
        for who, one in self.plan.resources.items():
            most = round(100 * one.max_units)
            used = np.zeros(self.slots + 1, np.int64)
            for piece in self.done:
                if piece.resource == who:
                    for first, last in piece.stretches:
                        used[self._slot(moment_of(first)) : self._slot(moment_of(last), up=True)] += round(100 * piece.units)
            free = np.maximum(most - used, 0)
            changes = np.flatnonzero(np.diff(free)) + 1
            steps = [(0, int(free[0]))] * bool(free[0] != most) + [(int(at), int(free[at])) for at in changes]
            found.append(Resource(who, most, tuple(steps)))
        return tuple(found)

    def _leaves(self) -> dict[str, list[str]]:
        """The tasks that each task stands for in a link: itself, or all below."""
        above = {task.id: task.parent for task in self.plan.tasks}
        found: dict[str, list[str]] = defaultdict(list)
        for name in self.of_task:
            at: str | None = name
            while at is not None:
                found[at].append(name)
                at = above.get(at)
        return found

    def _link(self, number: int, link: NetworkLink, before: str, after: str) -> None:
        if after in self.begun or before == after:
            return
        by_start = link.type in (LinkType.SS, LinkType.SF)
        if by_start and before in self.begun:
            return
        tail = next(task for task in self.plan.tasks if task.id == before)
        lag = tail.duration * link.lag / 100 if link.lag_is_percent else link.lag
        for one, other in product(self.of_task[before], self.of_task[after]):
            if lag > 0 and not link.lag_is_elapsed:
                self._wait(number, link, one, other, lag)
            else:
                self.links.append(Link(one, other, link.type, self._elapsed(tail, lag, by_start=by_start, elapsed=link.lag_is_elapsed)))

    def _wait(self, number: int, link: NetworkLink, before: str, after: str, minutes: float) -> None:
        """A lag in working time is an activity that nobody works on."""
        name = f"{before}→{after}/{number}"
        calendar = self._calendar((self.plan.calendar,))
        self.activities.append(Activity(name, (Mode(ceil(minutes / self.minutes)),), calendar=calendar))
        self.links.append(Link(before, name, LinkType.SS if link.type in (LinkType.SS, LinkType.SF) else LinkType.FS))
        self.links.append(Link(name, after, LinkType.FS if link.type in (LinkType.FS, LinkType.SS) else LinkType.FF))

    def _elapsed(self, tail: StoredTask, minutes: float, *, by_start: bool, elapsed: bool) -> int:
        """A lead in working time is as long as where the stored plan has it."""
        if minutes and not elapsed:
            self._calendar((self.plan.calendar,))
            axis, at = self.axes[(self.plan.calendar,)], tail.start if by_start else tail.finish
            return self._slot(axis.add(at, minutes)) - self._slot(at, up=True)
        return round(minutes / self.minutes)
