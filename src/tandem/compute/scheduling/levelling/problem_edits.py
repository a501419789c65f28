"""One edit of a problem by ids: the problem and its plan after it, with the rest left where it was.

    after, plan = replanned(problem, plan, Duration("dig", 9))

The kernels of `edits` do it on arrays; here the same edit is made to the problem, and the plan passes its check."""

from dataclasses import dataclass, replace

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling import edits
from tandem.compute.scheduling.levelling.check import COUNTED, check
from tandem.compute.scheduling.levelling.compile import arrays_of, plan_of
from tandem.compute.scheduling.levelling.decode import Decoder
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Activity, Link, Problem, Project, Resource


@dataclass(frozen=True, slots=True)
class Duration:
    """An activity (with one mode) takes so many working slots."""

    activity: str
    slots: int


@dataclass(frozen=True, slots=True)
class Unlink:
    """All links from one activity to another are gone."""

    predecessor: str
    successor: str


@dataclass(frozen=True, slots=True)
class Capacity:
    """A resource has so many units in the slots begin:end."""

    resource: str
    begin: int
    end: int
    units: int


@dataclass(frozen=True, slots=True)
class Priority:
    """A slot of a project's tardiness weighs so much."""

    project: str
    weight: int


@dataclass(frozen=True, slots=True)
class Due:
    """A project should end by this slot; None: no date."""

    project: str
    due: int | None


@dataclass(frozen=True, slots=True)
class Pin:
    """An activity starts then; None: it is free again."""

    activity: str
    start: int | None


Edit = Duration | Link | Unlink | Capacity | Priority | Due | Pin


def replanned(problem: Problem, plan: Plan, edit: Edit) -> tuple[Problem, Plan]:
    """The problem after the edit, and its plan: what breaks a rule is placed again (`edits.replan`).

    Raises `Uncomputable`: activity_unknown, project_unknown, resource_unknown (value), what `Problem` and `replan`
    refuse, plan_invalid (a plan that the independent check turned down, which is our fault)."""
    change = _by_place(problem, edit)
    after = changed(problem, edit)
    arrays = arrays_of(after)
    made = edits.repaired(arrays, plan.starts, change, plan.modes)
    told = plan_of(after, Decoder(arrays).measured(made.starts, made.modes), engine="replan")
    for one in check(after, told).violations:
        if one.code not in COUNTED:
            raise Uncomputable("plan_invalid", rule=one.code, activity=one.activity, value=one.value)
    return after, told


def changed(problem: Problem, edit: Edit) -> Problem:
    """The problem after the edit, checked as any problem is."""
    match edit:
        case Duration(activity, slots):
            (mode,) = _activity(problem, activity).modes
            return _with(problem, activity, modes=(replace(mode, duration=slots, effort=None, units=None),))
        case Pin(activity, start):
            return _with(problem, activity, pinned=start)
        case Link():
            return replace(problem, links=(*problem.links, edit))
        case Unlink(tail, head):
            stays = tuple(one for one in problem.links if (one.predecessor, one.successor) != (tail, head))
            return replace(problem, links=stays)
        case Capacity(name, begin, end, units):
            rows = tuple(_with_units(one, begin, end, units) if one.id == name else one for one in problem.resources)
            return replace(problem, resources=rows)
        case Priority(name, weight):
            return replace(problem, projects=_projects(problem, name, weight=weight))
        case Due(name, due):
            return replace(problem, projects=_projects(problem, name, deadline=due))


def _by_place(problem: Problem, edit: Edit) -> edits.Edit:
    """The same edit for arrays."""
    match edit:
        case Duration(activity, slots):
            return edits.Duration(_place(problem, activity), slots)
        case Pin(activity, start):
            return edits.Pin(_place(problem, activity), start)
        case Link(tail, head, kind, lag):
            return edits.Link(_place(problem, tail), _place(problem, head), int(kind), lag)
        case Unlink(tail, head):
            return edits.Unlink(_place(problem, tail), _place(problem, head))
        case Capacity(name, begin, end, units):
            renewable = [one.id for one in problem.resources if one.is_renewable]
            return edits.Capacity(_known("resource", name, renewable), begin, end, units)
        case Priority(name, weight):
            return edits.Priority(_known("project", name, [one.id for one in problem.projects]), weight)
        case Due(name, due):
            place = _known("project", name, [one.id for one in problem.projects])
            return edits.Due(place, -1 if due is None else due)


def _known(kind: str, name: str, names: list[str]) -> int:
    if name not in names:
        raise Uncomputable(f"{kind}_unknown", **{kind: name}, value=name)
    return names.index(name)


def _place(problem: Problem, activity: str) -> int:
    if activity not in problem.index:
        raise Uncomputable("activity_unknown", activity=activity, value=activity)
    return problem.index[activity]


def _activity(problem: Problem, name: str) -> Activity:
    found = problem.activities[_place(problem, name)]
    if len(found.modes) > 1:
        raise Uncomputable("edit_out_of_range", activity=name, field="modes", value=len(found.modes), end=2)
    return found


def _with(problem: Problem, activity: str, **changes: object) -> Problem:
    at = _place(problem, activity)
    rows = list(problem.activities)
    rows[at] = replace(rows[at], **changes)  # type: ignore[arg-type]
    return replace(problem, activities=tuple(rows))


def _projects(problem: Problem, name: str, **changes: int | None) -> tuple[Project, ...]:
    at = _known("project", name, [one.id for one in problem.projects])
    rows = list(problem.projects)
    rows[at] = replace(rows[at], **changes)  # type: ignore[arg-type]
    return tuple(rows)


def _with_units(resource: Resource, begin: int, end: int, units: int) -> Resource:
    """Its capacity with other units from begin to end, and after it what there was."""
    back = next((count for slot, count in reversed(resource.steps) if slot <= end), resource.capacity)
    before = [step for step in resource.steps if step[0] < begin]
    later = [step for step in resource.steps if step[0] > end]
    return replace(resource, steps=(*before, (begin, units), (end, back), *later))
