"""Who has more to do at once than they can, in a plan as another program stored it.

Load is units at a time: two tasks that each hold all of somebody clash in every minute that both work, whatever the sum of
the day is. That is what MS Project compares with MaxUnits when it calls a resource over-allocated.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from tandem.compute.scheduling.axis import Axis, instant, moment_of
from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.compute.scheduling.stored_plan import StoredAssignment, StoredPlan, StoredTask, calendars_of

Stretch = tuple[int, int]
"""From one instant to another: seconds on the wall clock of the plan."""
_LEEWAY = 1e-6


@dataclass(frozen=True, slots=True)
class Piece:
    """What one task holds of one resource (`units`: 1 is all of it), and when: worked stretches, ascending."""

    task: str
    resource: str
    units: float
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Overload:
    """From the first to the last moment of an over-load, over free time too: `units` at its worst against what there is."""

    resource: str
    start: datetime
    finish: datetime
    units: float
    max_units: float
    tasks: tuple[str, ...]


def pieces(plan: StoredPlan) -> tuple[Piece, ...]:
    """The stored plan's work on its resources, at the dates that are stored; a task that is inactive, or has tasks below it, works on none."""
    parents, working = {task.parent for task in plan.tasks}, _working(plan)
    return tuple(
        Piece(task.id, one.resource, one.units, working(task, one))
        for task in plan.tasks if task.is_active and task.id not in parents
        for one in task.assignments if one.is_work and one.resource in plan.resources and one.units > 0
    )  # fmt: skip


def overloads(work: Iterable[Piece], plan: StoredPlan) -> tuple[Overload, ...]:
    """Each over-load, by resource and time. One ends where the resource has working time in which it is not over-loaded."""
    of: dict[str, list[Piece]] = defaultdict(list)
    for piece in work:
        of[piece.resource].append(piece)
    found: list[Overload] = []
    for resource in sorted(of):
        found += _of_one(resource, of[resource], plan)
    return tuple(found)


def axis_of(plan: StoredPlan, names: tuple[str, ...]) -> Axis:
    """Time that is working by all these calendars, from a month before the plan to twice its length after it."""
    first, last = _span(plan)
    calendars = [plan.calendars.get(name) or WorkingCalendar(name) for name in names]
    axis = calendars[0].axis(first.date(), last.date())
    for calendar in calendars[1:]:
        axis = axis.meet(calendar.axis(first.date(), last.date()))
    return axis


def within(axis: Axis, start: datetime, finish: datetime, breaks: Iterable[tuple[datetime, datetime]] = ()) -> tuple[Stretch, ...]:
    """The worked stretches between two moments, without breaks."""
    begin, end = instant(start), instant(finish)
    cuts = sorted((instant(a), instant(b)) for a, b in breaks)
    found: list[Stretch] = []
    for first, last in zip(axis.starts.tolist(), axis.ends.tolist(), strict=True):
        first, last = max(first, begin), min(last, end)
        for cut, resumed in cuts:
            if first < cut < last:
                found.append((first, cut))
            if first < resumed and cut < last:
                first = max(first, resumed)
        if first < last:
            found.append((first, last))
    return tuple(found)


def _working(plan: StoredPlan) -> Callable[[StoredTask, StoredAssignment], tuple[Stretch, ...]]:
    """When an assignment is worked on."""
    known = cache(lambda names: axis_of(plan, names))

    def of(task: StoredTask, one: StoredAssignment) -> tuple[Stretch, ...]:
        start, finish = one.start or task.start, one.finish or task.finish
        return within(known(calendars_of(plan, task, one)), start, finish, one.breaks or task.breaks)

    return of


def _of_one(resource: str, work: list[Piece], plan: StoredPlan) -> Iterable[Overload]:
    most, calendar = plan.resources[resource].max_units, plan.resources[resource].calendar or plan.calendar
    edges = sorted({at for one in work for stretch in one.stretches for at in stretch})
    free = within(axis_of(plan, (calendar,)), moment_of(edges[0]), moment_of(edges[-1])) if edges else ()
    edges = sorted({*edges, *(at for stretch in free for at in stretch)})
    load, holders = _load(work, edges)
    works = _covered(free, edges)
    run: list[int] = []
    for k in range(len(edges)):
        if k < len(edges) - 1 and load[k] > most + _LEEWAY:
            run.append(k)
        elif run and (k == len(edges) - 1 or load[k] > _LEEWAY or works[k]):
            tasks = tuple(sorted({one for part in run for one in holders[part]}, key=lambda one: (len(one), one)))
            yield Overload(resource, moment_of(edges[run[0]]), moment_of(edges[run[-1] + 1]), round(max(load[part] for part in run), 6), most, tasks)
            run = []


def _load(work: list[Piece], edges: list[int]) -> tuple[list[float], list[set[str]]]:
    """Units in use and by whom, from each edge to the next."""
    at = {edge: k for k, edge in enumerate(edges)}
    load, holders = [0.0] * len(edges), [set[str]() for _edge in edges]
    for one in work:
        for first, last in one.stretches:
            for k in range(at[first], at[last]):
                load[k] += one.units
                holders[k].add(one.task)
    return load, holders


def _covered(stretches: Iterable[Stretch], edges: list[int]) -> list[bool]:
    at = {edge: k for k, edge in enumerate(edges)}
    found = [False] * len(edges)
    for first, last in stretches:
        found[at[first] : at[last]] = [True] * (at[last] - at[first])
    return found


def _span(plan: StoredPlan) -> tuple[datetime, datetime]:
    dates = [plan.start, plan.finish, *(at for task in plan.tasks for at in (task.start, task.finish))]
    first, last = min(dates), max(dates)
    return first - timedelta(days=31), last + 2 * (last - first) + timedelta(days=62)
