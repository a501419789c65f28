"""One edit of a levelled portfolio: a valid plan again at once, with the rest left where it was.

    after = replan(arrays, starts, Duration(activity=17, slots=9))
    after.arrays, after.starts, after.moved, after.tardiness, after.broken

Searching on from there (`portfolio.improve(after.arrays, start=after.starts)`) is another step, for later."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.kernel import topological
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.decode import Decoder, default_modes
from tandem.compute.scheduling.levelling.edits_kernel import mended
from tandem.compute.scheduling.levelling.portfolio_list_kernel import measured, raised, sorted_by
from tandem.compute.scheduling.levelling.portfolio_net import Portfolio, breakable, csr, fits, prepared
from tandem.compute.scheduling.levelling.problem_rules import MOST

Bools = npt.NDArray[np.bool_]
MOST_MOVED = 0.04
"""Share of all activities that the order of the plan may move; beyond it only what must moves."""
MOST_SLOTS = 2**24
"""Slots of durations, pins, lags and changed capacities; beyond, an edit is refused."""
MOST_CELLS = 2**26
"""Slots times resources that a plan after an edit may have."""


@dataclass(frozen=True, slots=True)
class Duration:
    """An activity (with one mode) takes so many slots."""

    activity: int
    slots: int


@dataclass(frozen=True, slots=True)
class Link:
    """One more link; kind 0 FS, 1 SS, 2 FF, 3 SF."""

    tail: int
    head: int
    kind: int = 0
    lag: int = 0


@dataclass(frozen=True, slots=True)
class Unlink:
    """All links from tail to head are gone."""

    tail: int
    head: int


@dataclass(frozen=True, slots=True)
class Capacity:
    """A resource has so many units in the slots begin:end."""

    resource: int
    begin: int
    end: int
    units: int


@dataclass(frozen=True, slots=True)
class Priority:
    """A slot of a project's tardiness weighs so much."""

    project: int
    weight: int


@dataclass(frozen=True, slots=True)
class Due:
    """A project should end by this slot; -1: no date."""

    project: int
    due: int


@dataclass(frozen=True, slots=True)
class Pin:
    """An activity starts then; None: it is free again."""

    activity: int
    start: int | None


Edit = Duration | Link | Unlink | Capacity | Priority | Due | Pin


@dataclass(frozen=True, slots=True, eq=False)
class Replanned:
    """The problem after the edit, its plan: starts and modes (n), weighted tardiness and makespan, which activities
    moved, and by how much the plan breaks rules (slots, unit-slots and units as in `Objective.broken`; 0: valid)."""

    arrays: Arrays
    starts: Ints
    tardiness: int
    makespan: int
    moved: Ints
    modes: Ints
    broken: int = 0


def applied(arrays: Arrays, edit: Edit) -> Arrays:
    """The problem after the edit; `Uncomputable("edit_out_of_range")` names the field of a value out of its range."""
    _check(arrays, edit)
    match edit:
        case Duration(activity, slots):
            return replace(arrays, duration=_with(arrays.duration, int(arrays.mode_ptr[activity]), slots))
        case Link(tail, head, kind, lag):
            ends = {"tail": tail, "head": head, "kind": kind, "lag": lag, "max_lag": -1}
            return replace(
                arrays,
                **{name: np.append(getattr(arrays, name), np.int32(value)) for name, value in ends.items()},
            )
        case Unlink(tail, head):
            stays = (arrays.tail != tail) | (arrays.head != head)
            names = ("tail", "head", "kind", "lag", "max_lag")
            return replace(arrays, **{name: getattr(arrays, name)[stays] for name in names})
        case Capacity(resource, begin, end, units):
            width = max(arrays.capacity.shape[1], end + 1)
            capacity = np.repeat(arrays.capacity[:, -1:], width, axis=1)
            capacity[:, : arrays.capacity.shape[1]] = arrays.capacity
            capacity[resource, begin:end] = units
            return replace(arrays, capacity=capacity)
        case Priority(project, weight):
            return replace(arrays, project_weight=_with(arrays.project_weight, project, weight))
        case Due(project, due):
            return replace(arrays, project_due=_with(arrays.project_due, project, due))
        case Pin(activity, start):
            return replace(arrays, fixed=_with(arrays.fixed, activity, -1 if start is None else start))


def _check(arrays: Arrays, edit: Edit) -> None:
    """Refuse what is not there, or so large that no memory or no sum of the kernels holds it."""
    match edit:
        case Duration(activity, slots):
            _within("activity", activity, arrays.n)
            _within("modes", int(np.diff(arrays.mode_ptr)[activity]), 2)
            _within("slots", slots, MOST_SLOTS)
        case Link(tail, head, kind, lag):
            _within("tail", tail, arrays.n)
            _within("head", head, arrays.n)
            _within("kind", kind, 4)
            _within("lag", lag, MOST_SLOTS, 1 - MOST_SLOTS)
        case Unlink(tail, head):
            _within("tail", tail, arrays.n)
            _within("head", head, arrays.n)
        case Capacity(resource, begin, end, units):
            _within("resource", resource, len(arrays.capacity))
            _within("begin", begin, end)
            _within("end", end, min(MOST_SLOTS, MOST_CELLS // len(arrays.capacity)))
            _within("units", units, MOST + 1)
        case Priority(project, weight):
            _within("project", project, len(arrays.project_due))
            _within("weight", weight, MOST + 1)
        case Due(project, due):
            _within("project", project, len(arrays.project_due))
            _within("due", due, MOST + 1, -1)
        case Pin(activity, start):
            _within("activity", activity, arrays.n)
            if start is not None:
                _within("start", start, MOST_SLOTS)


def replan(arrays: Arrays, starts: Ints, edit: Edit, modes: Ints | None = None) -> Replanned:
    """The plan after one edit: `starts` (n) hold where they still can, in the order of the plan.

    What breaks a rule is placed again. Repairs are made one after the other: activities that start within 0, 16, 64
    or 256 slots after the edit, or any, give way to what comes before them in the order of the plan, all others only
    to hard rules. The first repair that delays nothing is taken, else, of those that move at most 4 % of all
    activities, the one with the least (tardiness, makespan), else the one that moves the fewest. The edited project
    may also move forward, when that makes the plan better. Milliseconds for 20,000 activities.

    With calendars, modes or maximal lags the list of the plan is decoded anew by the general decoder, in `modes` (n;
    without them the default ones); the old starts stay where they break less, or no more and are worth as much.
    `Replanned.broken` says by how much the plan breaks rules: pins and maximal lags may force it.

    Raises `Uncomputable` edit_out_of_range, cycle for a link that closes one, no_place when hard or fixed dates
    leave no place in that order, plan_of_other_problem for columns of another length, plan_too_long, plan_invalid (a
    plan that the independent check turned down, which is our fault and must not leave).
    """
    return repaired(applied(arrays, edit), starts, edit, modes)


def repaired(after: Arrays, starts: Ints, edit: Edit, modes: Ints | None = None) -> Replanned:
    """As `replan`, where the edit is in the arrays already."""
    _check(after, edit)
    _check_plan(after, starts, modes)
    if not fits(after):
        return _checked(_generally(after, starts, modes))
    given = prepared(after, _slots(after, starts))
    key = np.where(given.fixed, given.start, starts).astype(np.int64)
    raised(given.net, given.order, key)
    seq = sorted_by(given.net, key, given.net.member)
    pull = np.zeros(given.n, np.bool_)
    found = []
    goal = int(measured(given.net, key)[0])
    for held in _held(given, starts, _when(after, starts, edit)):
        found.append(_tried(given, after, starts, seq, held, pull))
        if (last := found[-1]) is not None and last.tardiness <= goal:
            break
    pull[given.net.member[_members(given, _project(after, edit))]] = True
    if pull.any():
        found.append(_tried(given, after, starts, seq, np.ones(given.n, np.bool_), pull))
    plans = [one for one in found if one is not None]
    if not plans:
        raise Uncomputable("no_place", edit=repr(edit))
    quiet = [one for one in plans if len(one.moved) <= MOST_MOVED * given.n]
    if not quiet:
        return _checked(min(plans, key=lambda one: len(one.moved)))
    return _checked(min(quiet, key=lambda one: (one.tardiness, one.makespan, len(one.moved))))


def _checked(plan: Replanned) -> Replanned:
    """The plan with what it breaks by the independent check: what no list could keep."""
    checker, may_break = ArrayChecker(plan.arrays), breakable(plan.arrays)
    return replace(plan, broken=checker.held(plan.starts, plan.modes, may_break=may_break))


def _check_plan(arrays: Arrays, starts: Ints, modes: Ints | None) -> None:
    for column in (starts,) if modes is None else (starts, modes):
        if column.shape != (arrays.n,):
            raise Uncomputable("plan_of_other_problem", value=column.shape, expected=(arrays.n,))
    if arrays.n:
        _within("starts", int(starts.min()), MOST_SLOTS)
        _within("starts", int(starts.max()), MOST_SLOTS)
    if modes is not None:
        wrong = np.flatnonzero((modes < 0) | (modes >= np.diff(arrays.mode_ptr)))
        if len(wrong):
            _within("modes", int(modes[wrong[0]]), int(np.diff(arrays.mode_ptr)[wrong[0]]))


def _tried(
    given: Portfolio, after: Arrays, starts: Ints, seq: Ints, held: Bools, pull: Bools
) -> Replanned | None:
    """One repair (see `edits_kernel.mended`); None when something has no place."""
    net = given.net
    start = np.where(given.fixed, given.start, starts).astype(np.int64)
    if mended(net, seq, given.free.copy(), given.bits.copy(), start, held, pull) < 0:
        return None
    tardiness, finish = measured(net, start)
    moved = np.flatnonzero(start != starts).astype(np.int32)
    modes = np.zeros(given.n, np.int32)
    return Replanned(after, start.astype(np.int32), int(tardiness), int(finish.max(initial=0)), moved, modes)


def _held(given: Portfolio, starts: Ints, when: int | None) -> Iterator[Bools]:
    """Who stays in each repair: all but those that start within so many slots after the edit."""
    yield np.ones(given.n, np.bool_)
    if when is not None:
        for width in (16, 64, 256):
            yield (starts < when) | (starts > when + width)
        yield np.zeros(given.n, np.bool_)


def _when(arrays: Arrays, starts: Ints, edit: Edit) -> int | None:
    """The first slot that the edit may touch; None when it breaks no rule."""
    match edit:
        case Duration(activity, _):
            return int(starts[activity])
        case Link(_, head):
            return int(starts[head])
        case Capacity(_, begin):
            return begin - int(arrays.duration.max(initial=0))
        case Pin(activity, start) if start is not None:
            return min(start, int(starts[activity])) - int(arrays.duration.max(initial=0))
    return None


def _slots(arrays: Arrays, starts: Ints) -> int:
    """Room for the plan and all that may have to follow it."""
    end = int((starts + arrays.duration).max(initial=0)) + int(arrays.duration.max(initial=0))
    given = max(int(arrays.capacity.shape[1]), int(arrays.fixed.max(initial=0)))
    slots = 64 * (-(-(end + max(end, given)) // 64) + 1)
    if slots * max(1, len(arrays.capacity)) > MOST_CELLS:
        raise Uncomputable("plan_too_long", value=slots)
    return slots


def _project(arrays: Arrays, edit: Edit) -> int:
    """The project that the edit is about, -1 for none."""
    match edit:
        case Priority(project, _) | Due(project, _):
            return project
        case Duration(activity, _) | Pin(activity, _):
            return int(arrays.project[activity])
        case Unlink(_, head):
            return int(arrays.project[head])
    return -1


def _members(given: Portfolio, project: int) -> slice:
    if project < 0:
        return slice(0, 0)
    return slice(int(given.net.member_ptr[project]), int(given.net.member_ptr[project + 1]))


def _generally(arrays: Arrays, starts: Ints, modes: Ints | None) -> Replanned:
    _check_order(arrays)
    decoder = Decoder(arrays)
    modes = default_modes(arrays) if modes is None else modes
    order = decoder.in_order(np.argsort(starts, kind="stable").astype(np.int32))
    found = [decoder.serial(order, modes)]
    held = np.where(arrays.fixed >= 0, arrays.fixed, starts)
    if _works(arrays, held, found[0].modes):
        found.append(decoder.measured(held.astype(np.int32), found[0].modes))
    plans = [
        Replanned(
            arrays, made.starts, made.objective.tardiness, made.objective.makespan,
            np.flatnonzero(made.starts != starts).astype(np.int32), made.modes, made.objective.broken,
        )
        for made in found
    ]  # fmt: skip
    return min(plans, key=lambda one: (one.broken, one.tardiness, one.makespan, len(one.moved)))


def _works(arrays: Arrays, starts: Ints, modes: Ints) -> bool:
    """Whether all that is not fixed starts in a slot in which it works."""
    row = arrays.mode_ptr[:-1] + modes
    bound = (arrays.calendar[row] >= 0) & (arrays.duration[row] > 0) & (arrays.fixed < 0)
    slot = np.minimum(starts[bound], arrays.working.shape[1] - 1)
    return bool(arrays.working[arrays.calendar[row[bound]], slot].all())


def _check_order(arrays: Arrays) -> None:
    """Refuse a cycle, which the list of the general decoder has no order for."""
    out_ptr, by_tail = csr(arrays.tail, arrays.n)
    order = topological(arrays.tail, arrays.head, out_ptr, by_tail, arrays.n)
    if len(order) < arrays.n:
        raise Uncomputable("cycle", activity=int(np.setdiff1d(np.arange(arrays.n), order)[0]))


def _with(column: Ints, at: int, value: int) -> Ints:
    out = column.copy()
    out[at] = value
    return out


def _within(name: str, value: int, end: int, least: int = 0) -> None:
    if not least <= value < end:
        raise Uncomputable("edit_out_of_range", field=name, value=value, end=end)
