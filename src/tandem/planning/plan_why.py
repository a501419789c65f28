"""Why something stands where it stands in the levelled plan: the chain that binds it, asked of `compute` over the part of
the plan that can bind it at all."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from tandem.compute.scheduling.levelling.explain import Cause, causes
from tandem.compute.scheduling.levelling.plan import Objective, Plan
from tandem.compute.scheduling.levelling.problem import Activity, Calendar, Link, Mode, Problem, Resource
from tandem.compute.scheduling.levelling.scene import Scene
from tandem.compute.scheduling.network import LinkType
from tandem.planning.plan_axis import SLOTS
from tandem.planning.plan_inputs import Ints, Masks, PlanInputs, slots_of

MOST_STEPS = 24
_TYPES = (LinkType.FS, LinkType.SS, LinkType.FF, LinkType.SF)


@dataclass(frozen=True, slots=True)
class Step:
    """An activity of the chain by its place in the arrays, and its causes, the one that the chain follows first."""

    at: int
    causes: tuple[Cause, ...]


@dataclass(eq=False)
class KeptPlan:
    """A plan as it was solved, with what is needed to ask about single activities."""

    inputs: PlanInputs
    starts: Ints
    finishes: Ints
    place: dict[int, int] = field(init=False)
    _into: tuple[Ints, Ints] = field(init=False)
    _holders: tuple[Ints, Ints] = field(init=False)

    def __post_init__(self) -> None:
        self.place = {code: k for k, code in enumerate(self.inputs.code.tolist())}
        self._into = _grouped(self.inputs.head, self.inputs.n)
        self._holders = _grouped(self.inputs.need_of, len(self.inputs.resource))

    def links_into(self, at: int) -> list[int]:
        pointer, order = self._into
        found: list[int] = order[pointer[at] : pointer[at + 1]].tolist()
        return found

    def needs(self, at: int) -> dict[int, int]:
        """Units of each resource, by its row."""
        part = slice(int(self.inputs.need_ptr[at]), int(self.inputs.need_ptr[at + 1]))
        return dict(zip(self.inputs.need_of[part].tolist(), self.inputs.need_units[part].tolist(), strict=True))

    def holders(self, resource: int) -> list[int]:
        """Activities that hold a resource at some time."""
        pointer, order = self._holders
        cells = order[pointer[resource] : pointer[resource + 1]]
        found: list[int] = (np.searchsorted(self.inputs.need_ptr, cells, side="right") - 1).tolist()
        return found

    def causes(self, at: int) -> tuple[Cause, ...]:
        """What keeps an activity from starting earlier. Names in it are places in the arrays."""
        members = {at, *(int(self.inputs.tail[k]) for k in self.links_into(at))}
        for resource in self.needs(at):
            members.update(k for k in self.holders(resource) if self.starts[k] < self.starts[at])
        ordered = sorted(members)
        problem = _problem(self, ordered, at)
        plan = Plan(
            tuple(map(str, ordered)), self.starts[ordered].astype(np.int32), self.finishes[ordered].astype(np.int32),
            np.zeros(len(ordered), np.int32), Objective(0, 0, 0, 0, 0),
        )  # fmt: skip
        return causes(Scene(problem, plan), ordered.index(at))

    def chain(self, at: int, most: int = MOST_STEPS) -> list[Step]:
        """From an activity back to something given; cut after `most` steps."""
        found: list[Step] = []
        seen: set[int] = set()
        now: int | None = at
        while now is not None and now not in seen and len(found) < most:
            seen.add(now)
            why = self.causes(now)
            found.append(Step(now, why))
            now = int(why[0].next) if why and why[0].next else None
        return found


def _problem(plan: KeptPlan, members: list[int], at: int) -> Problem:
    inputs = plan.inputs
    held = sorted({row for k in members for row in plan.needs(k)} & plan.needs(at).keys())
    wide = inputs.capacity.shape[1] > 1
    resources = [
        Resource(str(row), int(inputs.capacity[row, 0]), _steps(inputs.capacity[row]) if wide else ()) for row in held
    ]
    rows = sorted({int(inputs.calendar[k]) for k in members} - {-1})
    activities = [
        Activity(
            str(k), (Mode(int(inputs.slots[k]), {str(row): units for row, units in plan.needs(k).items() if row in held}),),
            calendar=str(inputs.calendar[k]) if inputs.calendar[k] >= 0 else None, release=int(inputs.release[k]),
            pinned=int(inputs.fixed[k]) if inputs.fixed[k] >= 0 else None,
        )
        for k in members
    ]  # fmt: skip
    links = [
        Link(str(inputs.tail[k]), str(at), _TYPES[int(inputs.kind[k])], int(inputs.lag[k])) for k in plan.links_into(at)
    ]
    calendars = [Calendar(str(row), (True,), closed(inputs.masks[row])) for row in rows]
    return Problem(tuple(activities), tuple(links), tuple(resources), tuple(calendars))


def _steps(row: Ints) -> tuple[tuple[int, int], ...]:
    """Slots from which on there are other units than before."""
    changes = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist()]
    return tuple((day * SLOTS, int(row[day])) for day in changes)


def closed(days: Masks) -> tuple[tuple[int, int, bool], ...]:
    """The stretches of slots in which a row of calendars does not work."""
    edges = np.flatnonzero(np.diff(np.concatenate(([True], slots_of(days), [True])).astype(np.int8)))
    return tuple((int(a), int(b), False) for a, b in list(pairwise(edges.tolist()))[::2])


def _grouped(keys: Ints, size: int) -> tuple[Any, Any]:
    pointer = np.zeros(size + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=size), out=pointer[1:])
    return pointer, np.argsort(keys, kind="stable")
