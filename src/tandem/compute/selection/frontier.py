"""The efficient frontier: the best value for each budget, or for each level of a second aim."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from time import perf_counter

from tandem.compute.errors import Uncomputable
from tandem.compute.selection import solvers
from tandem.compute.selection.check import value
from tandem.compute.selection.problem import Limit, Problem
from tandem.compute.selection.solve import Selection, solve
from tandem.compute.worker import Worker


@dataclass(frozen=True, slots=True)
class Point:
    """The best choice found at one `level`: the total budget, or the sum of the measure that is asked for.
    `state`: found, infeasible (no choice exists at this level) or no_choice_found; without one, selection is None."""

    level: int
    selection: Selection | None
    bound: int | None
    state: str = "found"

    @property
    def gap(self) -> float | None:
        if self.bound is None or self.selection is None:
            return None
        return max(0, self.bound - self.selection.value) / max(1, abs(self.selection.value))


def by_budget(
    problem: Problem, points: int = 20, least: float = 0.4, most: float = 1.6, *, seconds: float | None = None,
    moves: int | None = None, seed: int = 0, gap: float = 0.015, worker: Worker | None = None,
) -> tuple[Point, ...]:  # fmt: skip
    """Best value with `least` to `most` of the budget (each period alike), each point from the one before.

    `seconds` for all points together, `moves` for each; a point ends early at a proven `gap`. A choice for less
    money is one for more, and a bound for more money is one for less: both are carried along. A level without a
    choice is marked, the others stay. Raises `Uncomputable`: no_budget."""
    if not problem.budget:
        raise Uncomputable("no_budget", candidate=None, value=problem.budget)
    budget = problem.budget
    parts = [least + (most - least) * k / max(1, points - 1) for k in range(points)]
    levels = [tuple(round(money * part) for money in budget) for part in parts]
    problems = [replace(problem, budget=level) for level in levels]
    return _walked(problems, [sum(level) for level in levels], seconds, moves, seed, gap, worker)


def by_measure(
    problem: Problem, measure: str, points: int = 20, *, at_most: bool = False, seconds: float | None = None,
    moves: int | None = None, seed: int = 0, gap: float = 0.015, worker: Worker | None = None,
) -> tuple[Point, ...]:  # fmt: skip
    """Best value when the sum of a measure must be at least (`at_most`: at most) a level, from what the best
    choice has anyhow to the most (least) that any choice can have. Raises `Uncomputable`: measure_unknown."""
    if not any(measure in one.measures for one in problem.candidates):
        raise Uncomputable("measure_unknown", candidate=None, value=measure)
    each = None if seconds is None else seconds / (points + 2)
    free = _last(solve(problem, seconds=each, moves=moves, seed=seed, gap=gap, worker=worker))
    sign = -1 if at_most else 1
    aimed = replace(
        problem,
        candidates=tuple(
            replace(one, value=sign * one.measures.get(measure, 0), values=()) for one in problem.candidates
        ),
    )
    best = _last(solve(aimed, seconds=each, moves=moves, seed=seed, gap=gap, worker=worker))
    have, end = total(problem, measure, free.starts), total(problem, measure, best.starts)
    levels = [round(end + (have - end) * k / max(1, points - 1)) for k in range(points)]
    problems = [
        replace(
            problem, limits=(*problem.limits, Limit(measure, *((None, level) if at_most else (level, None))))
        )
        for level in levels
    ]
    left = None if each is None else each * points
    return _walked(problems, levels, left, moves, seed, gap, worker, first=best.starts)


def total(problem: Problem, measure: str, starts: Mapping[str, int]) -> int:
    """Sum of a measure over a choice."""
    return sum(problem.candidates[problem.index[name]].measures.get(measure, 0) for name in starts)


def _last(found: Iterator[Selection]) -> Selection:
    *_, last = found
    return last


def _walked(
    problems: list[Problem], levels: list[int], seconds: float | None, moves: int | None, seed: int, gap: float,
    worker: Worker | None, first: Mapping[str, int] | None = None,
) -> tuple[Point, ...]:  # fmt: skip
    """From the narrowest problem to the widest: each choice is also one for the next."""
    warm, spent = first, 0.0
    found: list[Selection | None] = []
    states: list[str] = []
    with ExitStack() as stack:
        own = worker or stack.enter_context(Worker(preload=solvers.PRELOAD))
        for number, problem in enumerate(problems):
            each = None if seconds is None else max(0.2, (seconds - spent) / (len(problems) - number))
            begun = perf_counter()
            try:
                selection = _last(
                    solve(problem, seconds=each, moves=moves, seed=seed, gap=gap, warm=warm, worker=own)
                )
            except Uncomputable as fault:
                if fault.code not in ("infeasible", "no_choice_found"):
                    raise
                found.append(None)
                states.append(fault.code)
                spent += perf_counter() - begun
                continue
            assert selection.value == value(problem, selection.starts)
            spent += selection.seconds
            warm = selection.starts
            found.append(selection)
            states.append("found")
    points: list[Point] = []
    bound = None
    for level, one, state in reversed(list(zip(levels, found, states, strict=True))):
        known = [most for most in (bound, one.bound if one else None) if most is not None]
        bound = min(known) if known else None
        points.append(Point(level, one, None if state == "infeasible" else bound, state))
    return tuple(reversed(points))
