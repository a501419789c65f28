"""When no plan keeps all hard rules: the fewest that must give way (CP-SAT in a worker process).

Rules that may give way are pins, hard deadlines of activities and projects, maximal lags, releases, and the capacity of a resource or a stock;
what has happened, links and calendars may not. The fewest is proven: with any one of them kept there is no plan.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.arrays import Arrays, Ints
from tandem.compute.scheduling.levelling.check import Checker
from tandem.compute.scheduling.levelling.compile import arrays_of
from tandem.compute.scheduling.levelling.plan import Objective, Plan
from tandem.compute.scheduling.levelling.problem import Link, Problem
from tandem.compute.worker import MEMORY, Worker

RULES = ("pin", "deadline", "project_deadline", "max_lag", "release", "capacity", "stock")


@dataclass(frozen=True, slots=True)
class Relaxed:
    """A rule that gives way: of an activity, a project, a link or a resource. `amount` is by how much in the plan found: slots
    for a pin (either way), a deadline, a lag or a release; the most units in any slot for a capacity or stock."""

    rule: str
    amount: int
    activity: str = ""
    link: Link | None = None
    resource: str = ""
    project: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Relaxation:
    """`rules`: the fewest that must give way, none when there is a plan; `is_fewest` when that is proven, else
    `at_least` of them must. `starts`, `modes` (n): the plan that keeps all others."""

    rules: tuple[Relaxed, ...]
    is_fewest: bool
    at_least: int
    starts: Ints
    modes: Ints


def infeasible(
    problem: Problem,
    *,
    seconds: float = 10.0,
    keep: frozenset[str] = frozenset(),
    worker: Worker | None = None,
    memory: int = MEMORY,
    cancelled: Callable[[], bool] | None = None,
) -> Relaxation:
    """The smallest set of rules to relax so that a plan exists, `keep` names kinds of rules that must hold.

    Raises no_plan (rules that were to be kept) when even without all others there is none, no_answer (seconds)
    when time did not suffice for any, plan_invalid when the independent check finds another rule broken, and what a
    worker raises."""
    arrays = arrays_of(problem)
    loose = [rule for rule in _rules(problem, arrays) if rule[0] not in keep]
    own = worker or Worker(memory=memory)
    try:
        found = own.run(
            fewest, arrays, loose, problem.now, seconds, seconds=seconds + 10.0, cancelled=cancelled
        )
    finally:
        if worker is None:
            own.close()
    if found is None:
        raise Uncomputable("no_answer", seconds=seconds)
    if found == "infeasible":
        raise Uncomputable("no_plan", rules=sorted(keep))
    broken, bound, starts, finishes, modes, excess = found
    rules = tuple(_named(problem, arrays, rule, starts, finishes, excess) for rule in broken)
    _hold(problem, rules, starts, finishes, modes)
    return Relaxation(rules, len(broken) <= bound, bound, starts, modes)


def _hold(problem: Problem, rules: tuple[Relaxed, ...], starts: Ints, finishes: Ints, modes: Ints) -> None:
    """No plan leaves that breaks another rule by the independent check."""
    given = {(one.rule, one.activity or one.project or one.resource) for one in rules}
    plan = Plan(tuple(problem.index), starts, finishes, modes, Objective(0, 0, 0, 0, 0))
    for one in Checker(problem).check(plan).violations:
        about = one.other if one.code in ("capacity", "stock", "project_deadline") else one.activity
        if one.code != "objective" and (one.code, about) not in given:
            raise Uncomputable("plan_invalid", rule=one.code, activity=one.activity, value=one.value)


def _rules(problem: Problem, arrays: Arrays) -> list[tuple[str, int]]:
    """Every rule that may give way, in the order of the arrays."""
    found: list[tuple[str, int]] = []
    for i, one in enumerate(problem.activities):
        if one.is_fact:
            continue
        if one.pinned is not None:
            found.append(("pin", i))
        if arrays.hard[i]:
            found.append(("deadline", i))
        if arrays.release[i] > problem.now:
            found.append(("release", i))
    found += [("project_deadline", p) for p in np.flatnonzero(arrays.project_hard).tolist()]
    found += [("max_lag", k) for k in np.flatnonzero(arrays.max_lag >= 0).tolist()]
    found += [("capacity", k) for k in range(len(arrays.capacity))]
    found += [("stock", k) for k in range(len(arrays.stock))]
    return found


def _named(
    problem: Problem,
    arrays: Arrays,
    rule: tuple[str, int],
    starts: Ints,
    finishes: Ints,
    excess: dict[Any, int],
) -> Relaxed:
    kind, at = rule
    if kind in ("capacity", "stock"):
        names = [one.id for one in problem.resources if one.is_renewable == (kind == "capacity")]
        return Relaxed(kind, excess[rule], resource=names[at])
    if kind == "max_lag":
        links = [
            link for link in problem.links if not problem.activities[problem.index[link.successor]].is_fact
        ]
        link = links[at]
        i, j = problem.index[link.predecessor], problem.index[link.successor]
        begin = finishes[i] if arrays.kind[at] in (0, 2) else starts[i]
        end = starts[j] if arrays.kind[at] <= 1 else finishes[j]
        return Relaxed(kind, int(end - begin - arrays.max_lag[at]), activity=link.successor, link=link)
    if kind == "project_deadline":
        late = int(finishes[arrays.project == at].max()) - int(arrays.project_due[at])
        return Relaxed(kind, late, project=problem.projects[at].id)
    amount = {
        "pin": abs(int(starts[at]) - int(arrays.fixed[at])),
        "deadline": int(finishes[at]) - int(arrays.due[at]),
        "release": int(arrays.release[at]) - int(starts[at]),
    }[kind]
    return Relaxed(kind, amount, activity=problem.activities[at].id)


# -- in the worker process ---------------------------------------------------------------------------------


def fewest(
    tell: Callable[[Any], None], arrays: Arrays, loose: list[tuple[str, int]], now: int, seconds: float
) -> Any:
    """The fewest rules to break: (them, bound, starts, finishes, modes, excess), "infeasible", or None without any
    answer in time. Then, with these rules alone, the plan that breaks them least."""
    from tandem.compute.scheduling.levelling.exact_model import build, roomy
    from tandem.compute.scheduling.levelling.exact_search import read, solved

    model = build(arrays, roomy(arrays), loose=loose, floor=now)
    model.cp.minimize(sum(model.broken.values()))
    status, solver = solved(model, seconds)
    if status == "INFEASIBLE":
        return "infeasible"
    if status not in ("OPTIMAL", "FEASIBLE"):
        return None
    broken = [rule for rule in loose if solver.value(model.broken[rule])]
    bound = max(0, round(solver.best_objective_bound))
    if broken:
        least = build(arrays, roomy(arrays), loose=broken, floor=now)
        least.cp.minimize(_amounts(least))
        status, better = solved(least, max(1.0, seconds / 4))
        if status in ("OPTIMAL", "FEASIBLE"):
            model, solver = least, better
    starts, modes = read(model, solver.value)
    finishes = np.array([solver.value(one) for one in model.finish], np.int32)
    excess = {rule: int(solver.value(model.excess[rule])) for rule in broken if rule in model.excess}
    return broken, bound, starts, finishes, modes, excess


def _amounts(model: Any) -> Any:
    """By how much the rules are broken: slots, and units for capacities."""
    arrays, cp, terms = model.arrays, model.cp, []
    for kind, at in model.broken:
        if (kind, at) in model.excess:
            terms.append(model.excess[kind, at])
            continue
        over = cp.new_int_var(0, 2 * model.horizon, "")
        terms.append(over)
        if kind == "pin":
            cp.add_abs_equality(over, model.start[at] - int(arrays.fixed[at]))
        elif kind == "deadline":
            cp.add(over >= model.finish[at] - int(arrays.due[at]))
        elif kind == "project_deadline":
            for i in np.flatnonzero(arrays.project == at).tolist():
                cp.add(over >= model.finish[i] - int(arrays.project_due[at]))
        elif kind == "release":
            cp.add(over >= int(arrays.release[at]) - model.start[at])
        else:
            i, j = int(arrays.tail[at]), int(arrays.head[at])
            begin = (model.finish if arrays.kind[at] in (0, 2) else model.start)[i]
            end = (model.start if arrays.kind[at] <= 1 else model.finish)[j]
            cp.add(over >= end - begin - int(arrays.max_lag[at]))
    return sum(terms)
