"""Changed copies of a problem, each a single decision that a person could take."""

from dataclasses import replace

from tandem.compute.scheduling.levelling.conflict import LATE_ACTIVITY, REST
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem, Resource
from tandem.compute.scheduling.network import LinkType

FIRST = "/1"
"""What is added to the id of an activity for the first of its two parts, as `REST` for the second."""


def with_activity(problem: Problem, activity: Activity) -> Problem:
    """The activity of the same id is replaced."""
    rest = tuple(activity if one.id == activity.id else one for one in problem.activities)
    return replace(problem, activities=rest)


def with_deadline(problem: Problem, kind: str, subject: str, deadline: int) -> Problem:
    """A project or an activity is to be finished by another slot."""
    if kind == LATE_ACTIVITY:
        return with_activity(problem, replace(problem.activities[problem.index[subject]], deadline=deadline))
    projects = tuple(
        replace(one, deadline=deadline) if one.id == subject else one for one in problem.projects
    )
    return replace(problem, projects=projects)


def without_lag(problem: Problem, link: Link) -> Problem:
    """A dependency keeps its type and loses its lag."""
    links = tuple(replace(one, lag=0) if one is link else one for one in problem.links)
    return replace(problem, links=links)


def with_units(problem: Problem, resource: str, extra: dict[int, int]) -> Problem:
    """A resource has more units in some slots, {slot: units more}."""
    old = problem.resource[resource]
    edges = sorted({0, *(slot for slot, _ in old.steps), *extra, *(slot + 1 for slot in extra)})
    steps: list[tuple[int, int]] = []
    for slot in edges:
        known = [units for at, units in old.steps if at <= slot]
        units = (known[-1] if known else old.capacity) + extra.get(slot, 0)
        if not steps or steps[-1][1] != units:
            steps.append((slot, units))
    new = Resource(old.id, old.capacity, tuple(steps), old.calendar, old.is_renewable)
    return replace(problem, resources=tuple(new if one is old else one for one in problem.resources))


def split(problem: Problem, activity: str, mode: int, slots: int) -> Problem:
    """An activity is done in two parts, the first of so many working slots; what led to its start leads to the
    first part, what waited for its finish waits for the second. A pin stays with the first part."""
    one = problem.activities[problem.index[activity]]
    way = one.modes[mode]
    parts = (Mode(slots, way.demand), Mode(way.working_slots - slots, way.demand))
    common = replace(one, modes=(way,), mode=None, in_force=None)
    first = replace(common, id=activity + FIRST, modes=(parts[0],), deadline=None, is_deadline_hard=False)
    rest = replace(common, id=activity + REST, modes=(parts[1],), pinned=None)
    activities: list[Activity] = []
    for each in problem.activities:
        activities += [first, rest] if each.id == activity else [each]
    links = [Link(first.id, rest.id)]
    for link in problem.links:
        to_start = link.type in (LinkType.FS, LinkType.SS)
        from_finish = link.type in (LinkType.FS, LinkType.FF)
        if link.successor == activity:
            link = replace(link, successor=first.id if to_start else rest.id)
        elif link.predecessor == activity:
            link = replace(link, predecessor=rest.id if from_finish else first.id)
        links.append(link)
    return replace(problem, activities=tuple(activities), links=tuple(links))
