"""Ways out of a conflict of the levelled plan: asked of `compute` over the part of the plan that can help, with the rest as it stands."""

from dataclasses import dataclass
from datetime import UTC
from typing import Any

import numpy as np

from tandem.compute.scheduling.levelling.conflict import (
    LATE_ACTIVITY,
    LATE_PROJECT,
    Conflict,
    deadline_of,
    finish_of,
)
from tandem.compute.scheduling.levelling.plan import Objective, Plan
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.compute.scheduling.levelling.ways_out import Way, ways_out
from tandem.compute.scheduling.network import LinkType
from tandem.planning import calendars, levelling, open_work, plan_conflicts, window_ways
from tandem.planning.models import LevelledPlan, PlanConflict
from tandem.planning.plan_axis import SLOTS, PlanAxis
from tandem.planning.plan_inputs import ITEM, PERSON, PROMISE, Ints, equipment_of, slots_of
from tandem.planning.plan_why import KeptPlan, closed

SECONDS, MOST, SHOWN = 6.0, 900, 6
WINDOW = "window"
"""An activity without work that ends what should end by a day: what stands in a window of the roadmap, what somebody leaves behind."""
_TYPES = (LinkType.FS, LinkType.SS, LinkType.FF, LinkType.SF)


@dataclass(eq=False)
class Part:
    """The activities that a way out may move, those that share people with them included; all else is taken capacity."""

    plan: KeptPlan
    members: list[int]

    def problem(self) -> Problem:
        inputs, chosen = self.plan.inputs, set(self.members)
        held = sorted({row for k in self.members for row in self.plan.needs(k)})
        resources = [Resource(str(row), 0, _steps(self._left(row, chosen))) for row in held]
        rows = sorted({int(inputs.calendar[k]) for k in self.members} - {-1})
        release = {k: int(inputs.release[k]) for k in self.members}
        links = []
        for head in self.members:
            for k in self.plan.links_into(head):
                tail, kind, lag = int(inputs.tail[k]), int(inputs.kind[k]), int(inputs.lag[k])
                if tail in chosen:
                    links.append(Link(str(tail), str(head), _TYPES[kind], lag))
                elif kind == 0:  # what stays outside ends where the plan has it
                    release[head] = max(release[head], int(self.plan.finishes[tail]) + lag)
        place = {int(pk): k for k, pk in enumerate(inputs.project)}
        spaces = sorted({int(inputs.space[k]) for k in self.members if int(inputs.space[k]) in place})
        return Problem(
            tuple(self._activity(k, release[k]) for k in self.members), tuple(links), tuple(resources),
            tuple(Calendar(str(row), (True,), closed(inputs.masks[row])) for row in rows),
            tuple(Project(str(pk), 0, _date(inputs.project_due[place[pk]]), int(inputs.project_weight[place[pk]])) for pk in spaces),
        )  # fmt: skip

    def _activity(self, k: int, release: int) -> Activity:
        inputs = self.plan.inputs
        space = int(inputs.space[k])
        return Activity(
            str(k), (Mode(int(inputs.slots[k]), {str(row): units for row, units in self.plan.needs(k).items()}),), project=str(space) if space > 0 else None,
            calendar=str(inputs.calendar[k]) if inputs.calendar[k] >= 0 else None, release=release, deadline=_date(inputs.due[k]),
            weight=int(inputs.weight[k]), pinned=int(inputs.fixed[k]) if inputs.fixed[k] >= 0 else None,
        )  # fmt: skip

    def _left(self, row: int, chosen: set[int]) -> Ints:
        """Units of a resource by slot that nobody outside holds."""
        inputs, plan = self.plan.inputs, self.plan
        days = inputs.capacity[row]
        size = max(int(plan.finishes.max(initial=0)) + SLOTS, len(days) * SLOTS if len(days) > 1 else 0)
        free = np.full(size, int(days[-1]), np.int64)
        if len(days) > 1:
            free[: len(days) * SLOTS] = np.repeat(days, SLOTS)
        for k in plan.holders(row):
            if k not in chosen:
                free[worked(plan, k)] -= plan.needs(k)[row]
        return np.maximum(free, 0)

    def as_planned(self) -> Plan:
        where = self.members
        return Plan(
            tuple(map(str, where)), self.plan.starts[where].astype(np.int32), self.plan.finishes[where].astype(np.int32), np.zeros(len(where), np.int32),
            Objective(0, 0, 0, 0, 0),
        )  # fmt: skip


def worked(plan: KeptPlan, k: int) -> Ints:
    """The slots in which an activity is really worked on."""
    first, last = int(plan.starts[k]), int(plan.finishes[k])
    row = int(plan.inputs.calendar[k])
    if row < 0:
        return np.arange(first, last)
    day = first // SLOTS
    open_ = slots_of(plan.inputs.masks[row][day : -(-last // SLOTS)])[first - day * SLOTS : last - day * SLOTS]
    return np.flatnonzero(np.append(open_, np.ones(max(0, last - first - len(open_)), np.bool_))) + first


def around(plan: KeptPlan, own: list[int]) -> Part:
    """Own activities, what leads to them, and who shares people with them before they end: the nearest first, up to `MOST`."""
    found, waiting = set(own), list(own)
    while waiting and len(found) < MOST:
        for k in plan.links_into(waiting.pop()):
            tail = int(plan.inputs.tail[k])
            if tail not in found:
                found.add(tail)
                waiting.append(tail)
    end = max(int(plan.finishes[k]) for k in own)
    rivals = {k for one in found for row in plan.needs(one) for k in plan.holders(row)} - found
    near = sorted((k for k in rivals if plan.starts[k] < end), key=lambda k: -int(plan.starts[k]))
    return Part(plan, sorted(found | set(near[: max(0, MOST - len(found))])))


def compute(conflict: PlanConflict, seconds: float = SECONDS) -> tuple[int | None, list[dict[str, Any]]]:
    """The number of the plan that was asked, and the ways out as codes with their effects; none where it is solved already."""
    newest = LevelledPlan.objects.newest_first().without_inputs().first()
    plan = levelling.kept(newest.pk) if newest else None
    if newest is None or plan is None:
        return None, []
    own, kind, subject = _subject(conflict, plan)
    if not own:
        return newest.pk, []
    part = around(plan, own)
    problem, planned = part.problem(), part.as_planned()
    if kind == LATE_ACTIVITY and subject == WINDOW:
        problem, planned = _until(problem, planned, own, _axis(plan).end_of(conflict.wanted_on or plan.inputs.day_one))
    limit = deadline_of(problem, kind, subject)
    late = finish_of(problem, planned, kind, subject) - limit
    if late <= 0:
        return newest.pk, []
    ways = ways_out(problem, planned, Conflict(kind, subject, late), seconds=seconds)
    if conflict.kind in (PlanConflict.Kind.LEAVER, PlanConflict.Kind.DRIFT):  # nobody stays longer by that, and a window has a way of its own
        ways = tuple(way for way in ways if way.code != "shift" or way.activity not in ("", WINDOW))
    ways = tuple(way for way in ways if not _is_mixed(part, way))
    axis = _axis(plan)
    told = [_told(part, problem, planned, way, axis) for way in ways[:SHOWN]]
    if conflict.kind == PlanConflict.Kind.DRIFT:
        told.append(window_ways.way(conflict, axis.day(max(limit + late - 1, 0) // SLOTS)))
    return newest.pk, told


def _until(problem: Problem, planned: Plan, own: list[int], limit: int) -> tuple[Problem, Plan]:
    """With one more activity that waits for all of these and should be over by a slot."""
    links = (*problem.links, *(Link(str(k), WINDOW) for k in own))
    end = max(int(planned.finishes[problem.index[str(k)]]) for k in own)
    more = Problem((*problem.activities, Activity(WINDOW, (Mode(0),), deadline=limit)), links, problem.resources, problem.calendars, problem.projects)
    starts, finishes = (np.append(one, np.int32(end)) for one in (planned.starts, planned.finishes))
    return more, Plan((*planned.ids, WINDOW), starts, finishes, np.append(planned.modes, np.int32(0)), planned.objective)


def _subject(conflict: PlanConflict, plan: KeptPlan) -> tuple[list[int], str, str]:
    inputs = plan.inputs
    if conflict.kind in (PlanConflict.Kind.DRIFT, PlanConflict.Kind.LEAVER):
        wanted = conflict.detail.get("items", ()) if conflict.kind == PlanConflict.Kind.LEAVER else _in_window(conflict)
        return sorted({plan.place[code] for pk in wanted if (code := 4 * pk + ITEM) in plan.place}), LATE_ACTIVITY, WINDOW
    if conflict.kind == PlanConflict.Kind.PROJECT:
        own = np.flatnonzero((inputs.space == conflict.space_id) & (inputs.code % 4 == ITEM)).tolist()
        return own, LATE_PROJECT, str(conflict.space_id)
    at = plan.place.get(4 * conflict.subject_id + PROMISE) if conflict.kind == PlanConflict.Kind.PROMISE else None
    return ([at], LATE_ACTIVITY, str(at)) if at is not None else ([], "", "")


def _is_mixed(part: Part, way: Way) -> bool:
    """More people and more equipment at once: two decisions of two kinds, which one price does not say."""
    kinds = {equipment_of(int(part.plan.inputs.resource[int(name)])) for name in (way.resource, *(one for one, _slot, _units in way.extra)) if name}
    return len(kinds) > 1


def _in_window(conflict: PlanConflict) -> set[int]:
    """The open items of what stands in a window of the roadmap."""
    return plan_conflicts.in_windows(open_work.read()).get((conflict.subject_kind, conflict.subject_id), set())


def _axis(plan: KeptPlan) -> PlanAxis:
    """The days as they were when the plan was made; the hours of an office day."""
    axis = PlanAxis(plan.inputs.day_one, [calendars.STANDARD])
    axis.take(plan.inputs.ordinals)
    return axis


def _told(part: Part, problem: Problem, planned: Plan, way: Way, axis: PlanAxis) -> dict[str, Any]:
    """Codes, numbers of rows and dates: nothing of the arrays stays."""
    inputs = part.plan.inputs

    def item(name: str) -> int | None:
        code = int(inputs.code[int(name)]) if name.isdigit() else 0
        return code // 4 if name.isdigit() and code % 4 == ITEM else None

    held = {name: equipment_of(int(inputs.resource[int(name)])) for name in (way.resource, *(one for one, _slot, _units in way.extra)) if name}
    machine = next((one for one in held.values() if one is not None), None)

    def who(name: str) -> int | None:
        code = int(inputs.resource[int(name)]) if name else 1
        return code // 2 if code % 2 == PERSON else None

    later = [
        {"space": int(one.id), "slots": one.slots, "late": one.late} if one.kind == LATE_PROJECT else {"promise": int(inputs.code[int(one.id)]) // 4, "slots": one.slots, "late": one.late}
        for one in way.cost.later
        if one.kind == LATE_PROJECT or (one.id.isdigit() and int(inputs.code[int(one.id)]) % 4 == PROMISE)
    ]  # fmt: skip
    return {
        "code": way.code, "item": item(way.activity), "other": None if way.other in problem.project else item(way.other), "other_space": int(way.other) if way.other in problem.project else None, "user": who(way.resource), "slots": way.slots, "units": way.units, "equipment": machine,
        "extra": [[who(name), slot // SLOTS, units] for name, slot, units in way.extra[:20]], "until": axis.day(max(way.until - 1, 0) // SLOTS).isoformat() if way.until >= 0 else None,
        "delay": way.cost.delay, "capacity": 0 if machine is not None else way.cost.capacity, "promise": way.cost.promise, "moves": way.cost.moves, "later": later[:12],
        "dates": _dates(part, problem, planned, way, axis),
    }  # fmt: skip


def _dates(part: Part, problem: Problem, planned: Plan, way: Way, axis: PlanAxis) -> dict[str, list[str]]:
    """Of each item that moves its new start and finish. The two parts of a split one are from the first's start to the last's end."""
    inputs, found = part.plan.inputs, {}
    for k, at in enumerate(part.members):
        places = [way.problem.index[name] for name in (str(at), f"{at}/1", f"{at}/2") if name in way.problem.index]
        if int(inputs.code[at]) % 4 != ITEM or not places:
            continue
        start, finish = min(int(way.plan.starts[p]) for p in places), max(int(way.plan.finishes[p]) for p in places)
        if (start, finish) != (int(planned.starts[k]), int(planned.finishes[k])):
            first, last = axis.starts_at(start, 0), axis.ends_at(finish, 0)
            found[str(int(inputs.code[at]) // 4)] = [min(first, last).replace(tzinfo=UTC).isoformat(), last.replace(tzinfo=UTC).isoformat()]
    return found


def _steps(row: Ints) -> tuple[tuple[int, int], ...]:
    changes = [0, *(np.flatnonzero(np.diff(row)) + 1).tolist()]
    return tuple((slot, int(row[slot])) for slot in changes)


def _date(due: Any) -> int | None:
    return int(due) if int(due) >= 0 else None

