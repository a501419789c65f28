"""The arrays of the plan handed to `compute`: the first plan, the plan after a change, ever better ones.

Where people's own time or several calendars bind, lists are decoded by the general kernel; the order is searched for without
calendars, in which work takes as much longer as its people have less time, and each better order is then tried with them."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import portfolio, steady
from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.compute.scheduling.levelling.arrays import Arrays
from tandem.compute.scheduling.levelling.decode import Decoder, default_modes
from tandem.compute.scheduling.levelling.portfolio_net import breakable, fits
from tandem.compute.scheduling.levelling.stretch import stretched
from tandem.planning import plan_steady, runs
from tandem.planning.plan_inputs import Ints, PlanInputs
from tandem.planning.plan_rules import latest_starts
from tandem.planning.plan_steady import Difference
from tandem.planning.plan_why import KeptPlan

_NO_PLACE = ("no_place", "plan_invalid")
_PART = 0.3
"""Of the time for a search, what goes to orders without calendars."""
_YEARS = 500 * 8
"""Slots by which the share of time that a calendar leaves is measured."""


@dataclass(frozen=True, slots=True)
class Found:
    """A plan of the kernels: starts (n), what it is judged by, how many lists were decoded."""

    starts: Ints
    tardiness: int
    makespan: int
    evaluations: int
    bound: int | None = None
    broken: int = 0


def first(inputs: PlanInputs, before: KeptPlan | None, said: Mapping[int, int] | None = None) -> Found:
    """What no rule forces stays where the plan has it, or where somebody decided to put it (`said`); without one the best of the rules."""
    if not inputs.n:
        return Found(np.zeros(0, np.int64), 0, 0, 0)
    arrays = inputs.arrays()
    if before is not None and before.inputs.n:
        try:
            return _carried(arrays, plan_steady.between(before, inputs, said))
        except Uncomputable as problem:
            if problem.code not in _NO_PLACE:
                raise
    with ThreadPoolExecutor(2) as threads:  # the kernels leave the interpreter to the other
        by_rules = threads.submit(_of_rules, arrays)
        by_relaxed = threads.submit(_of_key, arrays, lambda: _relaxed_order(arrays))
        found = [*_of_key(arrays, lambda: latest_starts(inputs)), *by_relaxed.result()]
    plain = by_rules.result()
    best = min((plain, *found), key=lambda one: (one.broken, one.tardiness, one.makespan))
    return replace(best, evaluations=plain.evaluations + len(found), bound=plain.bound)


def _of_rules(arrays: Arrays) -> Found:
    bound: list[int] = []
    starts, tardiness, makespan, evaluations = next(portfolio.improve(arrays, evaluations=20, heard=bound.append))
    return Found(starts, tardiness, makespan, evaluations, bound[-1] if bound else None, _broken(arrays, starts))


def _of_key(arrays: Arrays, key_of: Callable[[], Ints | None]) -> list[Found]:
    """The plan of the list by these keys; none where there are no such keys, or where the list finds no place."""
    try:
        key = key_of()
        return [] if key is None else [decoded(arrays, key)]
    except Uncomputable as problem:
        if problem.code not in _NO_PLACE:
            raise
        return []


def relaxed(arrays: Arrays) -> Arrays:
    """The same work without calendars: as much longer as the calendar of each leaves less time."""
    share = np.append(np.maximum(arrays.working[:, :_YEARS].mean(axis=1), 0.05), 1.0)
    longer = np.ceil(arrays.duration / share[arrays.calendar] - 1e-9).astype(np.int32)
    return replace(arrays, duration=longer, calendar=np.full_like(arrays.calendar, -1), working=np.zeros((0, 0), np.bool_))


def _relaxed_order(arrays: Arrays) -> Ints | None:
    if fits(arrays):
        return None
    try:
        return next(portfolio.improve(relaxed(arrays), evaluations=20))[0].astype(np.int64)
    except (Uncomputable, StopIteration):
        return None


def _carried(arrays: Arrays, difference: Difference) -> Found:
    one = steady.carried(arrays, difference.wanted, difference.changed, difference.gone)
    return Found(one.starts, one.tardiness, one.makespan, one.tried, None, _broken(arrays, one.starts))


def decoded(arrays: Arrays, key: Ints) -> Found:
    if fits(arrays):
        starts = portfolio.planned(arrays, key)
    else:
        decoder = Decoder(arrays)
        starts = decoder.serial(decoder.listed(key), default_modes(arrays)).starts
    tardiness, makespan = worth(arrays, starts)
    return Found(starts, tardiness, makespan, 1, None, _broken(arrays, starts))


def _broken(arrays: Arrays, starts: Ints) -> int:
    """By how much what is given overloads somebody, by the independent check: nothing else may be broken."""
    modes = None if fits(arrays) else default_modes(arrays)
    return int(ArrayChecker(arrays).held(starts.astype(np.int32), modes, may_break=breakable(arrays)))


def worth(arrays: Arrays, starts: Ints) -> tuple[int, int]:
    finish = finishes(arrays, starts)
    late = np.where(arrays.due >= 0, np.maximum(finish - arrays.due, 0) * arrays.weight.astype(np.int64), 0).sum()
    ends = np.zeros(len(arrays.project_due) + 1, np.int64)
    np.maximum.at(ends, arrays.project, finish)
    ends = ends[: len(arrays.project_due)]
    late += np.where(arrays.project_due >= 0, np.maximum(ends - arrays.project_due, 0) * arrays.project_weight.astype(np.int64), 0).sum()
    return int(late), int(finish.max(initial=0))


def finishes(arrays: Arrays, starts: Ints) -> Ints:
    """The slot after the last that each activity works, over what its calendar leaves out (n)."""
    return stretched(arrays, starts.astype(np.int64), arrays.duration.astype(np.int64), arrays.calendar.astype(np.int64))[0]


def better(plan: KeptPlan, seconds: float, cancelled: Callable[[], bool]) -> Iterator[Found]:
    """Ever better plans for so long, and at the end what is proven to remain."""
    arrays, start = plan.inputs.arrays(), plan.starts.astype(np.int32)
    seed = runs.seed_of("level", plan.inputs.first) % 2**31
    if not fits(arrays):
        yield from _better_with_calendars(arrays, start, seconds, seed, cancelled)
        return
    bound: list[int] = []
    found = portfolio.improve(arrays, seconds=seconds, seed=seed, start=start, cancelled=cancelled, heard=bound.append)
    last = None
    for starts, tardiness, makespan, evaluations in found:
        last = Found(starts, tardiness, makespan, evaluations, bound[-1] if bound else None, _broken(arrays, starts))
        yield last
    if last is not None and bound and bound[-1] != last.bound:
        yield Found(last.starts, last.tardiness, last.makespan, last.evaluations, bound[-1], last.broken)


def _better_with_calendars(arrays: Arrays, start: Ints, seconds: float, seed: int, cancelled: Callable[[], bool]) -> Iterator[Found]:
    """Of better orders without calendars the plans with them, for a part of the time; then the general search from the best."""
    best: Found | None = None
    try:
        for starts, _tardiness, _makespan, evaluations in portfolio.improve(
            relaxed(arrays), seconds=_PART * seconds, seed=seed, start=start, cancelled=cancelled
        ):
            one = replace(decoded(arrays, starts.astype(np.int64)), evaluations=evaluations)
            if best is None or _rank(one) < _rank(best):
                best = one
                yield one
    except Uncomputable as problem:
        if problem.code not in _NO_PLACE:
            raise
    if best is not None and _rank(best) < _rank(decoded(arrays, start.astype(np.int64))):
        start = best.starts
    for starts, tardiness, makespan, evaluations in portfolio.improve(arrays, seconds=(1 - _PART) * seconds, seed=seed, start=start, cancelled=cancelled):
        yield Found(starts, tardiness, makespan, evaluations, None, _broken(arrays, starts))


def _rank(one: Found) -> tuple[int, int, int]:
    return one.broken, one.tardiness, one.makespan
