"""What a way out costs: delay to others, extra capacity, promises moved, and how much of the plan moves."""

from dataclasses import dataclass

from tandem.compute.scheduling.levelling.conflict import LATE_PROJECT, OVERLOAD, Conflict, finish_of
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Problem
from tandem.compute.scheduling.levelling.way_plans import Attempt


@dataclass(frozen=True, slots=True)
class Later:
    """A project or an activity that ends later than planned; `slots` later, `late` of them beyond its deadline."""

    kind: str
    id: str
    slots: int
    late: int


@dataclass(frozen=True, slots=True)
class Cost:
    """- `delay`: slots that others end later beyond their deadlines (all slots where they have none), times weight.
    - `capacity`: extra unit-slots. `promise`: slots by which a date or a pin moves, times its weight.
    - `moves`: activities that start elsewhere. `later`: who ends later, the worst first.
    """

    delay: int
    capacity: int
    promise: int
    moves: int
    later: tuple[Later, ...]

    @property
    def total(self) -> int:
        """What ways are sorted by, before their moves."""
        return self.delay + self.capacity + self.promise


def cost_of(problem: Problem, plan: Plan, conflict: Conflict, attempt: Attempt) -> Cost:
    """The price of a way out, against the plan as it was."""
    changed, planned = attempt.problem, attempt.plan
    later, delay = [], 0
    for kind, name, deadline, weight in _others(problem, conflict):
        before, after = finish_of(problem, plan, kind, name), finish_of(changed, planned, kind, name)
        if after > before:
            late = after - max(before, deadline) if deadline >= 0 else after - before
            later.append(Later(kind, name, after - before, max(0, late)))
            delay += weight * max(0, late)
    places = [
        (i, changed.index[one.id]) for i, one in enumerate(problem.activities) if one.id in changed.index
    ]
    moves = sum(int(plan.starts[i]) != int(planned.starts[k]) for i, k in places)
    moves += 2 * (len(problem.activities) - len(places))
    later.sort(key=lambda one: (-one.late, -one.slots, one.id))
    return Cost(delay, attempt.capacity, attempt.promise, moves, tuple(later))


def _others(problem: Problem, conflict: Conflict) -> list[tuple[str, str, int, int]]:
    """Whose end counts: (kind, id, deadline or -1, weight) of projects, and of activities with a deadline or
    without a project."""
    own = problem.index.get(conflict.subject)
    mine = conflict.subject
    if conflict.kind not in (LATE_PROJECT, OVERLOAD) and own is not None:
        mine = problem.activities[own].project or ""
    found = [
        (LATE_PROJECT, one.id, -1 if one.deadline is None else one.deadline, one.weight)
        for one in problem.projects
        if one.id != mine or conflict.kind == OVERLOAD
    ]
    for one in problem.activities:
        if (
            one.id != conflict.subject
            and one.finished is None
            and (one.deadline is not None or not one.project)
        ):
            found.append(("activity_late", one.id, -1 if one.deadline is None else one.deadline, one.weight))
    return found
