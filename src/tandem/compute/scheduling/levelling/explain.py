"""Why does it start only then? The chain from an activity back to something given: codes and ids, no prose.

At each step all else stays where the plan has it, and each cause is lifted alone: what the activity would gain is
the difference to the first start that all other rules allow.
"""

from dataclasses import dataclass, replace

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import Activity, Link, Problem
from tandem.compute.scheduling.levelling.scene import Scene

GIVEN = ("pin", "started", "finished", "release", "project_release", "now", "time_zero")
"""Causes that nothing else in the plan stands behind."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds the resource in the last slot in which it is missing."""

    activity: str
    units: int
    finish: int


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that keeps an activity from starting earlier.

    - `code`: "link", "max_lag" (a successor must not come too long after), "calendar", "capacity", one of `GIVEN`,
      or "nothing": it could start earlier, `slots` slots.
    - `slots`: how many slots earlier it could start without this cause alone; `until`: first slot that it allows.
    - `other`: the predecessor (of a maximal lag the successor); `link`: the dependency.
    - `resource`, `missing` (units in the last slot that is short) and `holders`; `calendars` that do not work.
    """

    code: str
    slots: int
    until: int
    other: str = ""
    link: Link | None = None
    resource: str = ""
    missing: int = 0
    holders: tuple[Holder, ...] = ()
    calendars: tuple[str, ...] = ()

    @property
    def next(self) -> str:
        """The activity that stands behind it; "" for what is given."""
        return self.other or (self.holders[0].activity if self.holders else "")


@dataclass(frozen=True, slots=True)
class Step:
    """An activity of the chain and its causes, the one that the chain follows first."""

    activity: str
    start: int
    causes: tuple[Cause, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """From the activity asked for back to something given."""

    steps: tuple[Step, ...]

    @property
    def path(self) -> tuple[str, ...]:
        """The activities of the chain."""
        return tuple(step.activity for step in self.steps)

    @property
    def root(self) -> Cause:
        """What stands at the end of the chain."""
        return self.steps[-1].causes[0]


def explain(problem: Problem, plan: Plan, activity: str, scene: Scene | None = None) -> Explanation:
    """The chain that binds an activity's start in a plan.

    Raises activity_unknown (activity). `scene` saves reading the plan again for several questions."""
    if activity not in problem.index:
        raise Uncomputable("activity_unknown", activity=activity, value=activity)
    scene = scene or Scene(problem, plan)
    steps: list[Step] = []
    seen: set[str] = set()
    at = activity
    while at and at not in seen:
        seen.add(at)
        i = problem.index[at]
        steps.append(Step(at, int(plan.starts[i]), causes(scene, i)))
        at = steps[-1].causes[0].next
    return Explanation(tuple(steps))


def causes(scene: Scene, i: int) -> tuple[Cause, ...]:
    """What binds the start of one activity, the cause that a chain follows first."""
    one = scene.problem.activities[i]
    start = int(scene.plan.starts[i])
    if one.is_fact:
        return (Cause("finished" if one.finished is not None else "started", 0, start),)
    bounds = _bounds(scene, i, one)
    at = max((bound.until for bound in bounds), default=0)
    first = scene.first_fit(i, at)
    if one.pinned is not None:
        return (Cause("pin", max(0, start - first), start),)
    if first < start:
        return (Cause("nothing", start - first, first),)
    opens = scene.opens(i, at)
    found = [*_links(scene, i, bounds, start)]
    found.sort(key=lambda cause: (-cause.until, cause.code in GIVEN, -cause.slots))
    if opens > at:
        # work that no free day interrupts may clash where the calendar let it leap
        gain = max(0, start - scene.first_fit(i, at, calendar=False))
        names = scene.problem.calendars_of(one, one.modes[int(scene.plan.modes[i])])
        found.insert(
            len(found) if opens == start and found else 0, Cause("calendar", gain, opens, calendars=names)
        )
    if opens < start:
        found = _capacities(scene, i, at, opens) + found
    return tuple(found) or (Cause("time_zero", 0, 0),)


def _bounds(scene: Scene, i: int, one: Activity) -> list[Cause]:
    """All that sets a first slot: releases, links, maximal lags to successors. Gains are not known yet."""
    project = scene.problem.project.get(one.project or "")
    found = [
        Cause("release", 0, one.release),
        Cause("project_release", 0, project.release if project else 0),
        Cause("now", 0, scene.problem.now),
    ]
    for link in scene.incoming.get(one.id, ()):
        found.append(Cause("link", 0, scene.allowed(link, most=False), other=link.predecessor, link=link))
    for link in scene.limiting.get(one.id, ()):
        if not scene.problem.activities[scene.problem.index[link.successor]].is_fact:
            found.append(Cause("max_lag", 0, scene.allowed(link, most=True), other=link.successor, link=link))
    return [cause for cause in found if cause.until > 0]


def _links(scene: Scene, i: int, bounds: list[Cause], start: int) -> list[Cause]:
    """Bounds that alone hold the activity, or hold it together with others of the same slot."""
    found = []
    latest = max((bound.until for bound in bounds), default=0)
    for place, bound in enumerate(bounds):
        rest = max((other.until for k, other in enumerate(bounds) if k != place), default=0)
        gain = start - scene.first_fit(i, rest) if bound.until == latest else 0
        if gain > 0 or scene.opens(i, bound.until) == start:
            found.append(replace(bound, slots=gain))
    return found


def _capacities(scene: Scene, i: int, at: int, opens: int) -> list[Cause]:
    """Resources that are short in the last slot before the start, those whose lifting gains most first."""
    start = int(scene.plan.starts[i])
    short = scene.short(i) & scene.works(i)
    blocked = np.flatnonzero(short[:, opens:start].any(axis=0))
    if not len(blocked):
        return []
    slot = opens + int(blocked[-1])
    found = []
    for r in np.flatnonzero(short[:, slot]).tolist():
        holders = tuple(
            Holder(scene.problem.activities[h].id, int(scene.demand(h)[r]), int(scene.plan.finishes[h]))
            for h in scene.held_by(r, slot, i)
        )
        gain = start - scene.first_fit(i, at, lifted=r)
        missing = int(scene.demand(i)[r] - scene.free[r, slot])
        found.append(
            Cause("capacity", gain, slot + 1, resource=scene.kinds[r], missing=missing, holders=holders)
        )
    return sorted(found, key=lambda cause: (-cause.slots, not cause.holders, cause.resource))
