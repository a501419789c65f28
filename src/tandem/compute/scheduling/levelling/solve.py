"""Levelling, anytime: ever better plans of a problem, each checked, each with a proven bound.

    for best in solve(problem, Budget.parse("1s"), seed=1):
        print(best.seconds, best.objective.makespan, best.bound, best.gap)

Priority rules first, then the search that fits the problem (`search` for the classical one, `portfolio` for dates
and many projects, `general` for the rest), then the exact engine where the problem is small enough for a proof.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Literal

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.arrays import Ints
from tandem.compute.scheduling.levelling.plan import Objective, Plan
from tandem.compute.scheduling.levelling.problem import Problem
from tandem.compute.scheduling.levelling.race import Race

Engine = Literal["auto", "rules", "search", "exact"]
_TOLD = re.compile(r"(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>ms|s|min)?")
_UNITS = {"ms": 0.001, "s": 1.0, "min": 60.0}


@dataclass(frozen=True, slots=True)
class Budget:
    """How long to search: wall seconds, or evaluations (schedules built), which give the same plan anywhere."""

    seconds: float | None = None
    evaluations: int | None = None

    def __post_init__(self) -> None:
        for name in ("seconds", "evaluations"):
            value = getattr(self, name)
            if value is not None and not 0 <= value < float("inf"):
                raise Uncomputable("budget_negative", field=name, value=value)

    @classmethod
    def parse(cls, text: str) -> "Budget":
        """`1s`, `500ms`, `2min` are seconds, a bare number is evaluations; else `budget_unreadable` (value)."""
        told = _TOLD.fullmatch(text.strip())
        if told is None or (told["unit"] is None and "." in told["number"]):
            raise Uncomputable("budget_unreadable", value=text)
        if told["unit"] is None:
            return cls(evaluations=int(told["number"]))
        return cls(seconds=float(told["number"]) * _UNITS[told["unit"]])


@dataclass(frozen=True, eq=False, slots=True)
class Incumbent:
    """The best plan so far: when it was found (wall seconds, evaluations), its objective, a proven lower bound of
    what is minimised (weighted tardiness where dates cost something, else the makespan) and the gap to it
    (value over bound minus one; 0: proven best; None: the bound is 0 and the value is not)."""

    seconds: float
    evaluations: int
    objective: Objective
    bound: int
    gap: float | None
    plan: Plan


def solve(
    problem: Problem, budget: Budget | None = None, *, seed: int = 1, engine: Engine = "auto",
    warm_start: Plan | Ints | None = None, pins: Mapping[str, int] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Iterator[Incumbent]:  # fmt: skip
    """Ever better incumbents: the objective never grows and the bound never falls; the last is the answer.

    `budget` is one second when left out. `warm_start` is a plan of the same problem (or its starts, shape (n,)) to
    begin with; it is kept when it breaks nothing and nothing better is found, and left aside when it breaks
    a rule. `pins` fixes starts by activity id.
    `engine` stops after the rules or the search, or goes from the rules straight to the exact engine. The exact
    engine takes part in "auto" only under a budget of seconds: its answers are no multiple of evaluations. By itself
    and under evaluations it runs alone, by a deterministic clock; when it proves that no plan keeps all hard rules,
    the best plan comes once more, with the engine "exact: infeasible".
    Raises `Uncomputable`: activity_unknown (a pin), plan_of_other_problem (a warm start that this problem cannot
    have: its size, starts below 0 or far behind every serial plan, modes that do not exist), what `Problem` refuses, plan_invalid (a plan that the
    independent check turned down, which is our fault and must not leave).
    """
    if engine not in ("auto", "rules", "search", "exact"):
        raise Uncomputable("engine_unknown", value=engine, known=["auto", "rules", "search", "exact"])
    budget = budget or Budget(seconds=1.0)
    begun = perf_counter()
    race = Race(pinned(problem, pins), budget.seconds, budget.evaluations, seed, begun, cancelled)
    for plan in race.run(engine, _starts_of(problem, warm_start)):
        bound = plan.bound or 0
        yield Incumbent(plan.seconds, plan.evaluations, plan.objective, bound, plan.gap, plan)


def best_plan(
    problem: Problem, budget: Budget | None = None, *, seed: int = 1, engine: Engine = "auto"
) -> Plan:
    """The last incumbent's plan."""
    last: Incumbent | None = None
    for one in solve(problem, budget, seed=seed, engine=engine):
        last = one
    if last is None:
        raise Uncomputable("no_plan", value=len(problem.activities))
    return last.plan


def pinned(problem: Problem, pins: Mapping[str, int] | None) -> Problem:
    """The problem with these starts given."""
    if not pins:
        return problem
    for name in pins:
        if name not in problem.index:
            raise Uncomputable("activity_unknown", activity=name, value=pins[name])
    activities = tuple(
        replace(one, pinned=pins[one.id]) if one.id in pins else one for one in problem.activities
    )
    return Problem(
        activities, problem.links, problem.resources, problem.calendars, problem.projects, problem.now
    )


def _starts_of(problem: Problem, warm_start: Plan | Ints | None) -> tuple[Ints, Ints | None] | None:
    """Starts and modes of a plan that was given."""
    if warm_start is None:
        return None
    starts = np.asarray(warm_start.starts if isinstance(warm_start, Plan) else warm_start)
    whole = not starts.size or (starts.dtype.kind in "iu" and starts.min() >= 0 and starts.max() < 2**31)
    if starts.shape != (len(problem.activities),) or not whole:
        raise Uncomputable("plan_of_other_problem", value=starts.size, expected=len(problem.activities))
    return starts.astype(np.int32), warm_start.modes if isinstance(warm_start, Plan) else None
