"""The course of a project's reports: slip and cost growth against the first and the last report, computed from what was
reported, and where the source's own figures differ. Plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

ROUNDING = Decimal(2)  # money: figures of a source are rounded to whole units, each of two sides by one
LATE_DAYS, LATE_RISK = 180, 30


class Point(NamedTuple):
    """One report, as the computation needs it."""

    id: int
    on: date
    finish: date | None = None
    original_finish: date | None = None
    budget: Decimal | None = None
    original_budget: Decimal | None = None
    rating: int | None = None
    said: str = ""
    stated_slip: int | None = None
    stated_slip_step: int | None = None
    stated_growth: Decimal | None = None
    stated_growth_step: Decimal | None = None


@dataclass(slots=True)
class Step:
    """What a report says, computed: against the first (`slip`, `growth`) and against the one before it (`…_step`)."""

    point: Point
    slip: int | None = None
    slip_step: int | None = None
    growth: Decimal | None = None
    growth_step: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the source says something else: `code` is slip_step, slip_before, slip, growth_step, growth_before, growth."""

    report_id: int
    on: date
    code: str
    ours: Decimal
    theirs: Decimal


@dataclass(slots=True)
class Course:
    """`slip` and `growth` are those of the newest report that has a date or a cost. `base_…`: what they count from.

    Ours and theirs reconcile: slip + slip_before + slip_otherwise = slip_by_steps, the sum of what the source states.
    """

    steps: list[Step]
    base_finish: date | None = None
    base_budget: Decimal | None = None
    slip: int | None = None
    growth: Decimal | None = None
    slip_before: int = 0
    slip_otherwise: int = 0
    growth_before: Decimal = Decimal(0)
    growth_otherwise: Decimal = Decimal(0)
    stated_slip: int | None = None
    stated_growth: Decimal | None = None
    differences: list[Difference] = field(default_factory=list)

    @property
    def last(self) -> Point:
        return self.steps[-1].point

    @property
    def growth_share(self) -> float | None:
        """Growth as a share of the cost that it counts from; nothing of a base that is not positive."""
        if self.growth is None or self.base_budget is None or self.base_budget <= 0:
            return None
        return float(self.growth / self.base_budget)


def course(points: Sequence[Point]) -> Course:
    """The points of one project and one source, oldest first."""
    found = Course([Step(point) for point in points])
    newest = points[-1]
    found.stated_slip, found.stated_growth = newest.stated_slip, newest.stated_growth
    _dates(found)
    _money(found)
    _keep_what_compares(found)
    return found


def _keep_what_compares(found: Course) -> None:
    """One date or one cost alone says nothing of what moved."""
    points = [step.point for step in found.steps]
    if sum(p.finish is not None for p in points) + any(p.original_finish for p in points) < 2:
        found.slip = None
        found.differences = [one for one in found.differences if one.code != "slip"]
        for step in found.steps:
            step.slip = None
    if sum(p.budget is not None for p in points) + any(p.original_budget is not None for p in points) < 2:
        found.growth = None
        found.differences = [one for one in found.differences if one.code != "growth"]
        for step in found.steps:
            step.growth = None


def _dates(found: Course) -> None:
    original = next((p.original_finish for p in (s.point for s in reversed(found.steps)) if p.original_finish), None)
    base, before = original, None
    for step in found.steps:
        point = step.point
        ours = 0
        if point.finish is not None:
            base = base or point.finish
            step.slip = found.slip = (point.finish - base).days
            if before is not None:
                step.slip_step = ours = (point.finish - before).days
            elif original is not None:
                ours = step.slip
        is_first = point.finish is None or before is None
        before = point.finish or before
        theirs = point.stated_slip_step
        if theirs is None or theirs == ours:
            continue
        if is_first:
            found.slip_before += theirs - ours
        else:
            found.slip_otherwise += theirs - ours
        _differs(found, point, "slip_before" if is_first else "slip_step", Decimal(ours), Decimal(theirs))
    found.base_finish = base
    if found.stated_slip is not None and found.slip is not None and found.stated_slip != found.slip:
        _differs(found, found.last, "slip", Decimal(found.slip), Decimal(found.stated_slip))


def _money(found: Course) -> None:
    original = next((p.original_budget for p in (s.point for s in reversed(found.steps)) if p.original_budget is not None), None)
    base, before = original, None
    for step in found.steps:
        point = step.point
        ours = Decimal(0)
        if point.budget is not None:
            base = point.budget if base is None else base
            step.growth = found.growth = point.budget - base
            if before is not None:
                step.growth_step = ours = point.budget - before
            elif original is not None:
                ours = step.growth
        is_first = point.budget is None or before is None
        before = before if point.budget is None else point.budget
        theirs = point.stated_growth_step
        if theirs is None:
            continue
        if is_first:
            found.growth_before += theirs - ours
        else:
            found.growth_otherwise += theirs - ours
        if abs(theirs - ours) > ROUNDING:
            _differs(found, point, "growth_before" if is_first else "growth_step", ours, theirs)
    found.base_budget = base
    if found.stated_growth is not None and found.growth is not None and abs(found.stated_growth - found.growth) > ROUNDING:
        _differs(found, found.last, "growth", found.growth, found.stated_growth)


def _differs(found: Course, point: Point, code: str, ours: Decimal, theirs: Decimal) -> None:
    found.differences.append(Difference(point.id, point.on, code, ours, theirs))


def state_of(step: Step) -> str:
    """For a picture: the source's rating where it gives one, else how late the date has moved since the first report."""
    if step.point.rating is not None:
        return "on" if step.point.rating >= 4 else "risk" if step.point.rating == 3 else "off"
    if step.slip is None:
        return "none"
    return "off" if step.slip > LATE_DAYS else "risk" if step.slip > LATE_RISK else "on"
