"""Ways out of a conflict: computed, not guessed. Each is a decision, planned anew, proven by the independent check
and priced; what does not end the conflict does not appear.

    for way in ways_out(problem, plan, conflict):
        way.code, way.cost, way.finish, way.plan
"""

from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.check import COUNTED, check
from tandem.compute.scheduling.levelling.conflict import OVERLOAD, Conflict, deadline_of, finish_of
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Link, Problem
from tandem.compute.scheduling.levelling.way_costs import Cost, cost_of
from tandem.compute.scheduling.levelling.way_plans import Attempt, Attempts, Solve

CODES = ("replan", "shift", "swap", "split", "add_capacity", "other_mode", "drop_lag")


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """A way out.

    - `code`: "replan" (nothing but another order), "shift" (the date, or a pinned activity, moves to `until`),
      "swap" (the subject goes before `other`, or before all when that is empty), "split" (`activity` in two parts,
      the first of `slots` working slots), "add_capacity" (up to `units` more of `resource`, or of several when that is empty: `extra` names each
      resource, slot, units),
      "other_mode" (`activity` in mode `mode`), "drop_lag" (`link` without its lag).
    - `finish`: last finish of what was late; `problem`, `plan`: as they are then.
    """

    code: str
    cost: Cost
    finish: int
    problem: Problem
    plan: Plan
    activity: str = ""
    other: str = ""
    resource: str = ""
    link: Link | None = None
    mode: int = -1
    slots: int = 0
    units: int = 0
    until: int = -1
    extra: tuple[tuple[str, int, int], ...] = ()


def ways_out(
    problem: Problem,
    plan: Plan,
    conflict: Conflict,
    *,
    seconds: float = 2.0,
    may_split: frozenset[str] | None = None,
    solve: Solve | None = None,
) -> tuple[Way, ...]:
    """The ways out of a conflict of a plan, the cheapest first; at most one for each decision.

    `may_split`: activities that may be done in two parts (None: all that have not begun). `solve` plans a changed
    problem better than the decoder does, from the plan given as a start. The first idea of each kind is always tried (the
    kernels may have to be loaded for it), the others until `seconds` more have passed. Raises conflict_unknown (subject) for one that the plan does not have."""
    if not _has(problem, plan, conflict):
        raise Uncomputable("conflict_unknown", subject=conflict.subject, value=conflict.kind)
    end: float | None = None
    found: list[Way] = []
    attempts = Attempts(problem, plan, conflict, may_split, solve)
    for attempt in attempts:
        if _ends(attempt.problem, attempt.plan, conflict) and _is_sound(attempt.problem, attempt.plan, plan):
            attempts.done.add(attempt.decision)
            # the same plan by the same kind of decision, as before one and before all, is one way
            if (attempt.code, attempt.plan.hash) not in {(way.code, way.plan.hash) for way in found}:
                found.append(_way(problem, plan, conflict, attempt))
        if end is None and attempts.rounds:
            end = perf_counter() + seconds
        if end is not None and perf_counter() > end:
            break
    return tuple(sorted(found, key=lambda way: (way.cost.total, way.cost.moves, CODES.index(way.code))))


def _way(problem: Problem, plan: Plan, conflict: Conflict, attempt: Attempt) -> Way:
    finish = -1
    if conflict.kind != OVERLOAD:
        finish = finish_of(attempt.problem, attempt.plan, conflict.kind, conflict.subject)
    cost = cost_of(problem, plan, conflict, attempt)
    details: dict[str, Any] = dict(attempt.details)
    return Way(attempt.code, cost, finish, attempt.problem, attempt.plan, **details)


def _has(problem: Problem, plan: Plan, conflict: Conflict) -> bool:
    if conflict.kind == OVERLOAD:
        return conflict.subject in problem.resource and not _ends(problem, plan, conflict)
    known = conflict.subject in problem.index or conflict.subject in problem.project
    return known and not _ends(problem, plan, conflict)


def _ends(problem: Problem, plan: Plan, conflict: Conflict) -> bool:
    if conflict.kind == OVERLOAD:
        return not any(
            one.code == "capacity"
            and one.other == conflict.subject
            and conflict.begin <= one.slot < conflict.end
            for one in check(problem, plan).violations
        )
    finish = finish_of(problem, plan, conflict.kind, conflict.subject)
    return finish <= deadline_of(problem, conflict.kind, conflict.subject)


def _is_sound(changed: Problem, planned: Plan, plan: Plan) -> bool:
    found = check(changed, planned)
    if any(one.code not in COUNTED for one in found.violations):
        return False
    return found.objective.broken <= plan.objective.broken
