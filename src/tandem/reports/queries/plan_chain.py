"""The chain that binds an item in the levelled plan, as a reader sees it: what they may not see has no name."""

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from tandem.compute import ahead
from tandem.people.models import User
from tandem.planning.models import LevelledDates, LevelledPlan
from tandem.planning.plan_axis import SLOTS
from tandem.planning.plan_inputs import BEGUN, ITEM, PERSON, PROMISE, equipment_of
from tandem.reports.queries import plan_absences
from tandem.reports.queries.plan_absences import Absence
from tandem.resources.models import Equipment
from tandem.work.models import WorkItem

if TYPE_CHECKING:
    from tandem.planning.plan_why import KeptPlan, Step

_CAUSES = 3
HIDDEN = "\0"
"""Instead of the name of equipment that the reader does not see."""
_HOLDS, _SLOWS = ("away", "booked", "joins"), ("away", "booked", "part", "left")


@dataclass(frozen=True, slots=True)
class Because:
    """`day`: until when it holds; `slots`: how much earlier without it; `other`: the item behind it, None: out of sight;
    `absences`: who has no time between it and the start; `equipment`: what is needed there, and held by the other."""

    code: str
    slots: int
    day: date
    other: WorkItem | None
    person: str
    absences: tuple[Absence, ...] = ()
    equipment: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    item: WorkItem | None
    start: date
    finish: date
    is_begun: bool
    causes: tuple[Because, ...]
    pauses: tuple[Absence, ...] = ()


@dataclass(slots=True)
class Chain:
    """`dates` are the item's own; without them it is not in the plan. `is_cut`: the chain is longer than what is shown."""

    plan: LevelledPlan | None = None
    dates: LevelledDates | None = None
    steps: list[Link] = field(default_factory=list)
    is_cut: bool = False
    is_preparing: bool = False


def can_explain() -> bool:
    """A request does not wait for the kernels: a worker compiles them when it starts."""
    return ahead.is_compiled("levelling")


def of(user: Any, item: WorkItem) -> Chain:
    found = Chain()
    found.dates = LevelledDates.objects.visible_to(user).filter(item=item).first()
    # house: reads — the figures of the whole plan; every name below is asked for by person
    found.plan = LevelledPlan.objects.newest_first().without_inputs().first()
    if found.plan is None or found.dates is None:
        return found
    if not can_explain():
        found.is_preparing = True
        return found
    # loaded with the first question only: they bring the compiler along
    from tandem.planning import levelling

    plan = levelling.kept(found.plan.pk)
    at = plan.place.get(4 * item.pk + ITEM) if plan else None
    if plan is None or at is None:
        return found
    steps = plan.chain(at)
    found.is_cut = bool(steps and steps[-1].causes and steps[-1].causes[0].next and int(steps[-1].causes[0].next) not in {s.at for s in steps})
    _name(user, plan, steps, found)
    return found


def _name(user: Any, plan: "KeptPlan", steps: "list[Step]", found: Chain) -> None:
    inputs = plan.inputs
    places = {step.at for step in steps} | {int(c.next) for step in steps for c in step.causes if c.next}
    numbers = {at: int(inputs.code[at]) // 4 for at in places if int(inputs.code[at]) % 4 != PROMISE}
    items = {one.pk: one for one in WorkItem.objects.visible_to(user).filter(pk__in=numbers.values()).select_related("space")}
    resources = {int(c.resource) for step in steps for c in step.causes if c.resource}
    people = {row: int(inputs.resource[row]) // 2 for row in resources if int(inputs.resource[row]) % 2 == PERSON}
    machines = {row: number for row in resources if (number := equipment_of(int(inputs.resource[row]))) is not None}
    known = dict(Equipment.objects.visible_to(user).filter(pk__in=machines.values()).values_list("id", "name"))
    # house: reads — names of colleagues, whom everybody may see
    names = dict(User.objects.filter(pk__in=people.values()).values_list("id", "name"))
    away = _Away(user, plan, steps)
    for step in steps:
        causes = []
        for cause in step.causes[:_CAUSES]:
            other = items.get(numbers.get(int(cause.next), 0)) if cause.next else None
            until = cause.holders[0].finish if cause.holders else cause.until
            person = names.get(people.get(int(cause.resource), 0), "") if cause.resource else ""
            machine = machines.get(int(cause.resource)) if cause.resource else None
            causes.append(Because(
                cause.code, cause.slots, _day(plan, until, is_end=bool(cause.next)), other, person, () if causes else away.before(step),
                "" if machine is None else known.get(machine) or HIDDEN,
            ))  # fmt: skip
        found.steps.append(Link(
            items.get(numbers.get(step.at, 0)), _day(plan, int(plan.starts[step.at])), _day(plan, int(plan.finishes[step.at]), is_end=True),
            bool(int(inputs.flags[step.at]) & BEGUN), tuple(causes), away.within(step),
        ))  # fmt: skip


class _Away:
    """Who of those who do the steps of a chain has no time, asked once for all of them."""

    def __init__(self, user: Any, plan: "KeptPlan", steps: "list[Step]") -> None:
        self.plan = plan
        self.people = {step.at: {int(plan.inputs.resource[row]) // 2 for row in plan.needs(step.at) if int(plan.inputs.resource[row]) % 2 == PERSON} for step in steps}
        end = max((_day(plan, int(plan.finishes[step.at]), is_end=True) for step in steps), default=plan.inputs.day_one)
        self.rows = plan_absences.of(user, set().union(*self.people.values()), plan.inputs.day_one, end)

    def before(self, step: "Step") -> tuple[Absence, ...]:
        """Between what holds a step and its start."""
        start = int(self.plan.starts[step.at])
        cause = step.causes[0] if step.causes else None
        if cause is None or cause.code == "pin":
            return ()
        free = min(cause.until, start - cause.slots) if cause.code == "calendar" else cause.until
        return self._of(step.at, free, start, _HOLDS) if free < start else ()

    def within(self, step: "Step") -> tuple[Absence, ...]:
        """While it is worked on."""
        start, finish = int(self.plan.starts[step.at]), int(self.plan.finishes[step.at])
        return self._of(step.at, start, finish, _SLOWS) if finish > start else ()

    def _of(self, at: int, begin: int, end: int, codes: tuple[str, ...]) -> tuple[Absence, ...]:
        first, last = _day(self.plan, begin), _day(self.plan, end, is_end=True)
        space = int(self.plan.inputs.space[at])
        rows = (one for person in sorted(self.people[at]) for one in self.rows.get(person, ()) if one.code in codes)
        return tuple(one for one in rows if one.touches(first, last, space) or (one.code == "left" and one.last < last))[:_CAUSES]


def _day(plan: "KeptPlan", slot: int, *, is_end: bool = False) -> date:
    """The date of a slot; an end is the day on which the last slot before it lies."""
    number = max(slot - 1, 0) // SLOTS if is_end else slot // SLOTS
    last = len(plan.inputs.ordinals) - 1
    return date.fromordinal(int(plan.inputs.ordinals[min(number, last)]) + max(0, number - last) * 7 // 5)
