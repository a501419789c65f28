"""What a problem must fulfil before anything is computed: each refusal names the activity, the rule, the value."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.problem import Activity, Link, Mode, Problem
from tandem.compute.scheduling.network import find_cycle

MOST = 2**28
"""Larger values would overflow the sums of the kernels."""


def check(problem: Problem) -> None:
    """Raise the first broken rule."""
    _once("activity", (one.id for one in problem.activities))
    _once("resource", (one.id for one in problem.resources))
    _once("calendar", (one.id for one in problem.calendars))
    _once("project", (one.id for one in problem.projects))
    if problem.now < 0:
        raise Uncomputable("now_negative", value=problem.now)
    for resource in problem.resources:
        if resource.calendar is not None and resource.calendar not in problem.calendar:
            raise Uncomputable("calendar_unknown", resource=resource.id, value=resource.calendar)
        if resource.steps and not resource.is_renewable:
            raise Uncomputable("stock_with_steps", resource=resource.id, value=resource.steps)
    for project in problem.projects:
        for rule, value in (("release_negative", project.release), ("weight_negative", project.weight)):
            if value < 0:
                raise Uncomputable(rule, project=project.id, value=value)
        if project.deadline is not None and project.deadline < 0:
            raise Uncomputable("deadline_negative", project=project.id, value=project.deadline)
    for kind, name, value in _values(problem):
        if not -MOST <= value <= MOST:
            raise Uncomputable("value_too_large", **{kind: name}, value=value)
    for activity in problem.activities:
        _check_activity(problem, activity)
    _check_links(problem)


def _values(problem: Problem) -> Iterator[tuple[str, str, int]]:
    """Every number that the kernels read, with the kind and the id of its row."""
    yield "problem", "now", problem.now
    for resource in problem.resources:
        for value in (resource.capacity, *chain.from_iterable(resource.steps)):
            yield "resource", resource.id, value
    for calendar in problem.calendars:
        yield "calendar", calendar.id, calendar.settled
    for project in problem.projects:
        for value in (project.release, project.deadline or 0, project.weight):
            yield "project", project.id, value
    for one in problem.activities:
        dates = (one.deadline, one.pinned, one.started, one.remaining, one.in_force, *(one.finished or ()))
        for value in (one.release, one.weight, one.priority, *(date or 0 for date in dates)):
            yield "activity", one.id, value
        for mode in one.modes:
            for value in (mode.duration or 0, mode.effort or 0, mode.units or 0, *mode.demand.values()):
                yield "activity", one.id, value
    for link in problem.links:
        for value in (link.lag, link.max_lag or 0):
            yield "activity", link.successor, value


def _once(kind: str, ids: Iterable[str]) -> None:
    for name, count in Counter(ids).items():
        if count > 1:
            raise Uncomputable(f"{kind}_twice", **{kind: name}, value=count)


def _refuse(rule: str, activity: Activity, value: object, **more: object) -> None:
    raise Uncomputable(rule, activity=activity.id, value=value, **more)


def _check_activity(problem: Problem, activity: Activity) -> None:
    if activity.project is not None and activity.project not in problem.project:
        _refuse("project_unknown", activity, activity.project)
    if activity.calendar is not None and activity.calendar not in problem.calendar:
        _refuse("calendar_unknown", activity, activity.calendar)
    if not activity.modes:
        _refuse("modes_missing", activity, 0)
    if activity.mode is not None and not 0 <= activity.mode < len(activity.modes):
        _refuse("mode_unknown", activity, activity.mode)
    for rule, value in (
        ("release_negative", activity.release),
        ("deadline_negative", activity.deadline),
        ("weight_negative", activity.weight),
        ("start_negative", activity.pinned),
        ("start_negative", activity.started),
        ("remaining_negative", activity.remaining),
        ("start_negative", activity.in_force),
        ("start_negative", activity.finished[0] if activity.finished else None),
    ):
        if value is not None and value < 0:
            _refuse(rule, activity, value)
    _check_given(problem, activity)
    for place, mode in enumerate(activity.modes):
        _check_mode(problem, activity, place, mode)
    _check_demands(problem, activity)
    _check_window(problem, activity)


def _check_given(problem: Problem, activity: Activity) -> None:
    given = [
        name
        for name in ("pinned", "started", "finished")
        if getattr(activity, name) is not None
    ]  # fmt: skip
    if len(given) > 1:
        _refuse("given_twice", activity, given)
    if activity.started is not None and activity.remaining is None:
        _refuse("remaining_missing", activity, None)
    if activity.started is not None and activity.started > problem.now:
        _refuse("started_in_future", activity, activity.started, now=problem.now)
    if activity.finished is not None and activity.finished[1] < activity.finished[0]:
        _refuse("finish_before_start", activity, activity.finished)
    if activity.is_given and len(activity.modes) > 1 and activity.mode is None:
        _refuse("mode_missing", activity, len(activity.modes))


def _check_mode(problem: Problem, activity: Activity, place: int, mode: Mode) -> None:
    if (mode.duration or 0) < 0 or (mode.effort or 0) < 0:
        _refuse(
            "duration_negative", activity, mode.duration if mode.effort is None else mode.effort, mode=place
        )
    if mode.duration is not None and mode.effort is not None:
        _refuse("duration_and_effort", activity, (mode.duration, mode.effort), mode=place)
    for name, units in mode.demand.items():
        if name not in problem.resource:
            _refuse("resource_unknown", activity, name, mode=place)
        if units < 0:
            _refuse("demand_negative", activity, units, mode=place, resource=name)
    if mode.effort and (mode.units or sum(mode.demand.values())) <= 0:
        _refuse("effort_without_units", activity, mode.effort, mode=place)
    if mode.working_slots > MOST:
        _refuse("value_too_large", activity, mode.working_slots, mode=place)


def _check_demands(problem: Problem, activity: Activity) -> None:
    """At least one way to do it must ask for no more than there ever is."""
    decided = range(len(activity.modes)) if activity.mode is None else [activity.mode]
    above = [_above(problem, activity.modes[place]) for place in decided]
    if all(above) and not activity.is_fact:
        place, (name, units) = next(zip(decided, above, strict=True))  # type: ignore[misc]
        most = problem.resource[name].most
        _refuse("demand_above_capacity", activity, units, mode=place, resource=name, capacity=most)


def _above(problem: Problem, mode: Mode) -> tuple[str, int] | None:
    """What a mode asks too much of, and how much."""
    needs = mode.demand.items()
    return next(((name, units) for name, units in needs if units > problem.resource[name].most), None)


def _check_window(problem: Problem, activity: Activity) -> None:
    """A hard deadline, its own or its project's, must leave room for the shortest way to do it."""
    dated = (activity, problem.project.get(activity.project or ""))
    limits = [one.deadline for one in dated if one and one.is_deadline_hard and one.deadline is not None]
    if not limits or activity.is_given:
        return
    earliest = problem.earliest(activity)
    modes = activity.modes if activity.mode is None else (activity.modes[activity.mode],)
    shortest = min(mode.working_slots for mode in modes)
    if earliest + shortest > min(limits):
        _refuse("window_impossible", activity, (earliest, min(limits)), duration=shortest)


def _check_links(problem: Problem) -> None:
    index = problem.index
    for link in problem.links:
        ends = (link.predecessor, link.successor)
        for name, other in (ends, ends[::-1]):
            if name not in index:
                raise Uncomputable("link_unknown", activity=other, value=name)
        if link.predecessor == link.successor:
            raise Uncomputable("link_to_itself", activity=link.successor, value=link.type.name)
        if link.max_lag is not None and link.max_lag < max(link.lag, 0):
            raise Uncomputable("lag_impossible", activity=link.successor, **_named(link))
    path = find_cycle((link.predecessor, link.successor) for link in problem.links)
    if path:
        raise Uncomputable("cycle", activity=path[0], path=path, value=len(path) - 1)


def _named(link: Link) -> dict[str, object]:
    return {"predecessor": link.predecessor, "value": (link.lag, link.max_lag)}
