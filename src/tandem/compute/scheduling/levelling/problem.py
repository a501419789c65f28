"""What is levelled: activities, links, people and machines with their calendars, as checked, frozen data.

All times are slots of one integer axis from 0 (half a day, an hour: the caller's choice). An activity starts
in a slot and finishes before one: it works slots start … finish - 1, and of these only the working ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.network import LinkType


@dataclass(frozen=True, slots=True)
class Calendar:
    """Which slots are worked: `pattern` from slot 0, repeated for ever, then `exceptions`, the later ones win.

    An exception is (first slot, slot after the last, whether they are worked).
    """

    id: str
    pattern: tuple[bool, ...] = (True,)
    exceptions: tuple[tuple[int, int, bool], ...] = ()

    def __post_init__(self) -> None:
        if not any(self.pattern):
            raise Uncomputable("no_working_time", calendar=self.id, value=len(self.pattern))
        for first, end, _ in self.exceptions:
            if not 0 <= first < end:
                raise Uncomputable("exception_empty", calendar=self.id, value=(first, end))

    def working(self, horizon: int) -> npt.NDArray[np.bool_]:
        """Whether each slot before `horizon` is worked, shape (horizon,)."""
        slots: npt.NDArray[np.bool_] = np.resize(np.array(self.pattern, np.bool_), horizon)
        for first, end, works in self.exceptions:
            slots[first:end] = works
        return slots

    @property
    def settled(self) -> int:
        """The slot from which only the pattern counts."""
        return max((end for _, end, _ in self.exceptions), default=0)


@dataclass(frozen=True, slots=True)
class Resource:
    """A role, a person or a machine with `capacity` units, from a slot of `steps` on as many as stand there.

    With a calendar, whoever holds it works only in its working slots. One that is not renewable is a stock:
    `capacity` units for the whole plan, used up whenever (the non-renewable resources of PSPLIB).
    """

    id: str
    capacity: int = 1
    steps: tuple[tuple[int, int], ...] = ()
    calendar: str | None = None
    is_renewable: bool = True

    def __post_init__(self) -> None:
        for units in (self.capacity, *(units for _, units in self.steps)):
            if units < 0:
                raise Uncomputable("capacity_negative", resource=self.id, value=units)
        slots = [slot for slot, _ in self.steps]
        if slots != sorted(set(slots)) or any(slot < 0 for slot in slots):
            raise Uncomputable("steps_unordered", resource=self.id, value=slots)

    @property
    def most(self) -> int:
        """The largest capacity that it ever has."""
        if self.steps and self.steps[0][0] == 0:
            return max(units for _, units in self.steps)
        return max(self.capacity, *(units for _, units in self.steps)) if self.steps else self.capacity


@dataclass(frozen=True, slots=True)
class Mode:
    """One way to do an activity: working slots it takes, or the effort, and the units of each resource it holds.

    With `effort` (unit-slots, as in person-days) the duration is the effort divided by `units` of people,
    which are the sum of the demands when left out, rounded up.
    """

    duration: int | None = None
    demand: Mapping[str, int] = field(default_factory=dict)
    effort: int | None = None
    units: int | None = None

    @property
    def working_slots(self) -> int:
        """Duration in working slots."""
        if self.effort is None:
            return self.duration or 0
        return -(-self.effort // (self.units or sum(self.demand.values())))


@dataclass(frozen=True, slots=True)
class Activity:
    """Something that is done without a break but for slots in which its calendars do not work.

    - `modes`: ways to do it, at least one; `mode` is the one that is decided (0 is the first).
    - `release`: not before this slot. `deadline`: the finish should not be later; each slot of tardiness
      costs `weight`, or must not be when `is_deadline_hard`. `priority`: larger goes first among equals.
    - `pinned`: its start, set by a person. `started`: its actual start, with `remaining` working slots from
      now on. `finished`: actual start and finish. `in_force`: start in the plan in force.
    """

    id: str
    modes: tuple[Mode, ...] = (Mode(),)
    project: str | None = None
    calendar: str | None = None
    release: int = 0
    deadline: int | None = None
    is_deadline_hard: bool = False
    weight: int = 1
    priority: int = 0
    mode: int | None = None
    pinned: int | None = None
    started: int | None = None
    remaining: int | None = None
    finished: tuple[int, int] | None = None
    in_force: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.modes, Mode):
            object.__setattr__(self, "modes", (self.modes,))

    @property
    def is_fact(self) -> bool:
        """Begun or done: what has happened binds others and is bound by nothing."""
        return self.started is not None or self.finished is not None

    @property
    def is_given(self) -> bool:
        """Its start is not ours to choose."""
        return self.is_fact or self.pinned is not None


@dataclass(frozen=True, slots=True)
class Link:
    """A dependency: the successor's end is at least `lag` slots after the predecessor's, at most `max_lag`.

    FS: start after finish, SS: start after start, FF: finish after finish, SF: finish after start. A negative
    lag is a lead. Lags are slots of the axis, worked or not.
    """

    predecessor: str
    successor: str
    type: LinkType = LinkType.FS
    lag: int = 0
    max_lag: int | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """Activities that belong together: none starts before `release`, the last should finish by `deadline`. Each slot
    of tardiness costs `weight`, or must not be when `is_deadline_hard`."""

    id: str
    release: int = 0
    deadline: int | None = None
    weight: int = 1
    is_deadline_hard: bool = False


@dataclass(frozen=True, eq=False)
class Problem:
    """What is to be levelled. Checked when it is made.

    Nothing that has not begun starts before `now`. Raises `Uncomputable` with the activity (or link, resource,
    calendar, project), the rule and the value; the codes stand in docs/reference/computed-plan/levelling.md.
    """

    activities: tuple[Activity, ...]
    links: tuple[Link, ...] = ()
    resources: tuple[Resource, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    projects: tuple[Project, ...] = ()
    now: int = 0
    index: Mapping[str, int] = field(init=False, repr=False)
    resource: Mapping[str, Resource] = field(init=False, repr=False)
    calendar: Mapping[str, Calendar] = field(init=False, repr=False)
    project: Mapping[str, Project] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        from tandem.compute.scheduling.levelling import problem_rules

        for name in ("activities", "links", "resources", "calendars", "projects"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        object.__setattr__(self, "index", {one.id: place for place, one in enumerate(self.activities)})
        object.__setattr__(self, "resource", {one.id: one for one in self.resources})
        object.__setattr__(self, "calendar", {one.id: one for one in self.calendars})
        object.__setattr__(self, "project", {one.id: one for one in self.projects})
        problem_rules.check(self)

    def calendars_of(self, activity: Activity, mode: Mode) -> tuple[str, ...]:
        """Calendars that must work together for a mode: the activity's and those of what it holds, sorted."""
        if not self.calendars:
            return ()
        names = {self.resource[name].calendar for name, units in mode.demand.items() if units}
        return tuple(sorted(name for name in names | {activity.calendar} if name is not None))

    def earliest(self, activity: Activity) -> int:
        """First slot in which an activity that has not begun may start, its links apart."""
        project = self.project.get(activity.project or "")
        return max(self.now, activity.release, project.release if project else 0)
