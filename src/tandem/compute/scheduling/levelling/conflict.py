"""What a levelled plan cannot keep: late projects and activities, resources that what is given overloads."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Problem

LATE_PROJECT, LATE_ACTIVITY, OVERLOAD = "project_late", "activity_late", "overload"

REST = "/2"
"""What is added to the id of an activity for the second of its two parts."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """`kind` and whom it is about (a project, an activity, a resource); `amount`: slots late, or the most units
    too many. For an overload `begin` and `end`: the slots, without a gap, and `activities`: who is at work then."""

    kind: str
    subject: str
    amount: int
    begin: int = 0
    end: int = 0
    activities: tuple[str, ...] = ()


def conflicts(problem: Problem, plan: Plan) -> tuple[Conflict, ...]:
    """All conflicts of a plan, the projects first, then activities, then resources."""
    found = []
    for project in problem.projects:
        late = finish_of(problem, plan, LATE_PROJECT, project.id) - _limit(project.deadline)
        if late > 0:
            found.append(Conflict(LATE_PROJECT, project.id, late))
    for i, one in enumerate(problem.activities):
        late = int(plan.finishes[i]) - _limit(one.deadline)
        if late > 0 and one.finished is None:
            found.append(Conflict(LATE_ACTIVITY, one.id, late))
    return (*found, *_overloads(problem, plan))


def finish_of(problem: Problem, plan: Plan, kind: str, subject: str) -> int:
    """Last finish of a project or an activity."""
    if kind == LATE_ACTIVITY:
        return int(plan.finishes[problem.index[_whole(problem, subject)]])
    ends = [int(plan.finishes[i]) for i, one in enumerate(problem.activities) if one.project == subject]
    return max(ends, default=0)


def deadline_of(problem: Problem, kind: str, subject: str) -> int:
    """By when a project or an activity should be finished."""
    if kind == LATE_ACTIVITY:
        return _limit(problem.activities[problem.index[_whole(problem, subject)]].deadline)
    return _limit(problem.project[subject].deadline)


def _whole(problem: Problem, activity: str) -> str:
    """An activity, or its last part where it was split."""
    return activity if activity in problem.index else activity + REST


def _limit(deadline: int | None) -> int:
    return 2**40 if deadline is None else deadline


def _overloads(problem: Problem, plan: Plan) -> list[Conflict]:
    over: dict[str, dict[int, int]] = {}
    for violation in check(problem, plan).violations:
        if violation.code == "capacity":
            over.setdefault(violation.other, {})[violation.slot] = violation.value
    found = []
    for resource, amounts in sorted(over.items()):
        slots = sorted(amounts)
        cuts = [0, *(k for k in range(1, len(slots)) if slots[k] != slots[k - 1] + 1), len(slots)]
        for a, b in pairwise(cuts):
            begin, end = slots[a], slots[b - 1] + 1
            who = tuple(_at_work(problem, plan, resource, begin, end))
            amount = max(amounts[slot] for slot in slots[a:b])
            found.append(Conflict(OVERLOAD, resource, amount, begin, end, who))
    return found


def _at_work(problem: Problem, plan: Plan, resource: str, begin: int, end: int) -> list[str]:
    touching = np.flatnonzero((plan.starts < end) & (plan.finishes > begin)).tolist()
    return [
        problem.activities[i].id
        for i in touching
        if problem.activities[i].modes[int(plan.modes[i])].demand.get(resource, 0)
        and not problem.activities[i].is_fact
    ]
