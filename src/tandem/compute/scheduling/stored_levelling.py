"""A stored plan levelled: the over-loads that it shows, the plan without them, and for each task that comes later the reason."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tandem.compute.scheduling.axis import instant, moment_of
from tandem.compute.scheduling.levelling.check import check
from tandem.compute.scheduling.levelling.explain import Cause, causes
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.scene import Scene
from tandem.compute.scheduling.levelling.solve import Budget, best_plan
from tandem.compute.scheduling.stored_load import Overload, Piece, axis_of, overloads, pieces
from tandem.compute.scheduling.stored_plan import StoredPlan
from tandem.compute.scheduling.stored_problem import Part, StoredProblem, earliest, problem_of

_BY_GIVEN = ("link", "capacity", "deadline")
DAY = 480.0
"""Minutes of the days in which lengths are told."""


@dataclass(frozen=True, slots=True)
class Shift:
    """A task, or what some of its people do of it, that begins later than it was stored, and what holds it there.

    `code`: "capacity" (of `resource`, held by `holders` until `until`), "link" (to `holders`), "release", "calendar", "pin" …
    """

    task: str
    resources: tuple[str, ...]
    stored: datetime
    start: datetime
    finish: datetime
    code: str
    resource: str = ""
    holders: tuple[str, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that dates set by hand break, in the stored plan too: the rule, the task, the other one of a link."""

    code: str
    task: str
    other: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Levelled:
    """`found` in the stored dates; `worked`: in what has been worked, which nobody can move; `left` of what is planned.
    `work`: the levelled pieces. `is_valid`: the check found nothing broken but by dates that are set. Lengths are working days of 480 minutes on the plan's calendar."""

    stored: StoredPlan
    found: tuple[Overload, ...]
    worked: tuple[Overload, ...]
    left: tuple[Overload, ...]
    work: tuple[Piece, ...]
    shifts: tuple[Shift, ...]
    finish: datetime
    stored_days: float
    days: float
    broken: tuple[Broken, ...]
    is_valid: bool

    @property
    def ratio(self) -> float | None:
        """Levelled length over the stored one."""
        return self.days / self.stored_days if self.stored_days else None


def level(plan: StoredPlan, *, freed: bool = False, budget: Budget | None = None, seed: int = 1) -> Levelled:
    """Find the over-loads, level, explain. `freed`: before, take out leveling delays and given earliest starts."""
    shown = earliest(plan) if freed else plan
    made = problem_of(shown)
    best = best_plan(made.problem, budget or Budget(evaluations=4000), seed=seed)
    work = (*made.done, *_pieces(made, best))
    worked = overloads(made.done, shown)
    axis = axis_of(plan, (plan.calendar,))
    tasks = [task for task in plan.tasks if task.is_active]
    begin, end = min([plan.start, *(task.start for task in tasks)]), max((task.finish for task in tasks), default=plan.finish)
    finish = max(_ends(made, best), default=end)
    violations = check(made.problem, best).violations
    return Levelled(
        shown, overloads(pieces(shown), shown), worked, tuple(one for one in overloads(work, shown) if one not in worked), work, _shifts(made, best), finish,
        round(axis.between(begin, end) / DAY, 2), round(axis.between(begin, finish) / DAY, 2),
        tuple(Broken(one.code, _task(made.parts, one.activity), _task(made.parts, one.other) if one.code == "link" else one.other) for one in violations),
        all(one.code in _BY_GIVEN for one in violations),
    )  # fmt: skip


def _pieces(made: StoredProblem, plan: Plan) -> list[Piece]:
    """What the levelled plan asks of each resource."""
    found = []
    for k, one in enumerate(made.problem.activities):
        part = made.parts.get(one.id)
        if part and part.units and one.finished is None:
            stretches = made.worked(one, int(plan.starts[k]), int(plan.finishes[k]))
            found += [Piece(part.task, who, units, stretches) for who, units in part.units.items()]
    return found


def _ends(made: StoredProblem, plan: Plan) -> list[datetime]:
    """When each task is over."""
    found = []
    for k, one in enumerate(made.problem.activities):
        if one.id in made.parts:
            stretches = made.worked(one, int(plan.starts[k]), int(plan.finishes[k]))
            found.append(moment_of(stretches[-1][1]) if stretches else made.end(int(plan.starts[k])))
    return found


def _shifts(made: StoredProblem, plan: Plan) -> tuple[Shift, ...]:
    scene, found = Scene(made.problem, plan), []
    for k, one in enumerate(made.problem.activities):
        part = made.parts.get(one.id)
        if part is None or one.is_given or not one.modes[0].working_slots or int(plan.starts[k]) <= part.stored:
            continue
        stretches = made.worked(one, int(plan.starts[k]), int(plan.finishes[k]))
        begin, end = moment_of(stretches[0][0]), moment_of(stretches[-1][1])
        found.append(Shift(part.task, tuple(part.units), made.moment(part.stored), begin, end, *_why(made, causes(scene, k)[0])))
    return tuple(found)


def _why(made: StoredProblem, cause: Cause) -> tuple[str, str, tuple[str, ...], datetime]:
    """Code, resource, who holds it, until when."""
    until = made.end(cause.until) if cause.code in ("capacity", "link", "max_lag") else made.moment(cause.until)
    holders = [holder.activity for holder in cause.holders] or [cause.other] * bool(cause.other)
    if cause.code == "capacity" and not holders:
        last = instant(until)
        holders = [one.task for one in made.done if one.resource == cause.resource and any(first < last <= end + 60 * made.minutes for first, end in one.stretches)]
    return cause.code, cause.resource, tuple(dict.fromkeys(_task(made.parts, one) for one in holders)), until


def _task(parts: Mapping[str, Part], activity: str) -> str:
    """The task that an activity is part of; a lag stands for the task it follows."""
    one = parts.get(activity)
    return one.task if one is not None else activity.partition("→")[0].partition("/")[0]
