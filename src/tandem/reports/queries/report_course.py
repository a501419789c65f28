"""The reports of a portfolio over the years: what moved by department, by report and by project, beside what sources state."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from tandem.people.models import Space
from tandem.portfolio.courses import Step, state_of
from tandem.portfolio.models import ProjectReport
from tandem.reports.queries.project_reports import Line, courses
from tandem.reports.queries.scope import below

MOST_COLUMNS = 24


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the filters leave; empty: all."""

    department: str = ""
    category: str = ""
    phase: str = ""
    source: str = ""
    text: str = ""

    def holds(self, line: Line) -> bool:
        return (
            self.department.casefold() in ("", line.department.casefold()) and self.category in ("", line.category)
            and self.phase in ("", line.phase) and self.source in ("", line.source)
            and self.text.casefold() in line.name.casefold()
        )  # fmt: skip


@dataclass(slots=True)
class Group:
    """A department's projects in one currency. `slip` is the sum over those that have two dates; `stated_slip` the
    sum of what the source states, over `slip_stated` projects; `…_checked` what ours is over the same ones."""

    name: str
    currency: str
    projects: int = 0
    reports: int = 0
    slip: int = 0
    slip_median: float | None = None
    slip_stated: int = 0
    stated_slip: int = 0
    checked_slip: int = 0
    slip_before: int = 0
    slip_otherwise: int = 0
    growth: Decimal = Decimal(0)
    base: Decimal = Decimal(0)
    growth_stated: int = 0
    stated_growth: Decimal = Decimal(0)
    checked_growth: Decimal = Decimal(0)
    growth_before: Decimal = Decimal(0)
    growth_otherwise: Decimal = Decimal(0)
    differing: int = 0

    @property
    def growth_share(self) -> float | None:
        return float(self.growth / self.base) if self.base > 0 else None

    @property
    def slip_is_equal(self) -> bool:
        """Whether our figure, with what the source counts differently, is the one that it states."""
        return self.checked_slip + self.slip_before + self.slip_otherwise == self.stated_slip

    @property
    def growth_is_equal(self) -> bool:
        ours = self.checked_growth + self.growth_before + self.growth_otherwise
        return abs(ours - self.stated_growth) <= 2 * max(self.growth_stated, 1) * 8


@dataclass(slots=True)
class Moved:
    """The states at one report day (or year), and how many of them are better or worse than at the report before."""

    label: str
    states: dict[str, int]
    better: int = 0
    worse: int = 0


def lines(user: Any, space: Space | None) -> list[Line]:
    """Of the projects in the space and below it; two queries."""
    rows = ProjectReport.objects.visible_to(user)
    return courses(rows.filter(space_id__among=below(user, space.pk)) if space else rows)


def once(found: Iterable[Line]) -> list[Line]:
    """One line for each project: of several sources the one that reported last counts; of the same day, the one with more
    reports."""
    best: dict[int, Line] = {}
    for line in found:
        known = best.get(line.project_id)
        if known is None or _weight(line) > _weight(known):
            best[line.project_id] = line
    return list(best.values())


def _weight(line: Line) -> tuple[date, int]:
    return line.course.steps[-1].point.on, len(line.course.steps)


def groups(found: Iterable[Line]) -> list[Group]:
    """Sums over projects: each counts once, however many sources report it."""
    by: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in once(found):  # one year writes DfT, the next DFT
        by[line.department.casefold(), line.currency].append(line)
    return [_group(rows[-1].department, currency, rows) for (_name, currency), rows in sorted(by.items())]


def _group(name: str, currency: str, rows: list[Line]) -> Group:
    one = Group(name, currency, projects=len({r.project_id for r in rows}), reports=sum(len(r.course.steps) for r in rows))
    slips = [c.slip for r in rows if (c := r.course).slip is not None]
    one.slip, one.slip_median = sum(slips), median(slips) if slips else None
    for line in rows:
        course = line.course
        if course.growth is not None and course.base_budget is not None:
            one.growth += course.growth
            one.base += course.base_budget
        if course.stated_slip is not None:
            one.slip_stated += 1
            one.stated_slip += course.stated_slip
            one.checked_slip += course.slip or 0
            one.slip_before += course.slip_before
            one.slip_otherwise += course.slip_otherwise
        if course.stated_growth is not None:
            one.growth_stated += 1
            one.stated_growth += course.stated_growth
            one.checked_growth += course.growth or 0
            one.growth_before += course.growth_before
            one.growth_otherwise += course.growth_otherwise
        one.differing += bool(course.differences)
    return one


def columns(found: Sequence[Line]) -> tuple[list[str], bool]:
    """The report days, or the years where there are too many days; whether they are years."""
    days = {step.point.on for line in found for step in line.course.steps}
    if len(days) <= MOST_COLUMNS:
        return [f"{day:%Y-%m-%d}" for day in sorted(days)], False
    return sorted({f"{day:%Y}" for day in days}), True


def column_of(on: date, by_year: bool) -> str:
    return f"{on:%Y}" if by_year else f"{on:%Y-%m-%d}"


def strip(line: Line, by_year: bool) -> dict[str, Step]:
    """The last report of each column."""
    return {column_of(step.point.on, by_year): step for step in line.course.steps}


_RANK = {"on": 0, "risk": 1, "off": 2}


def movement(found: Sequence[Line], heads: Sequence[str], by_year: bool) -> list[Moved]:
    """Of projects, each counted once."""
    moved = {head: Moved(head, {"on": 0, "risk": 0, "off": 0, "none": 0}) for head in heads}
    for line in once(found):
        before: Step | None = None
        for head, step in strip(line, by_year).items():
            state = state_of(step)
            moved[head].states[state] += 1
            if before is not None and (change := _change(before, step)):
                moved[head].worse += change > 0
                moved[head].better += change < 0
            before = step
    return list(moved.values())


def _change(before: Step, after: Step) -> int:
    """Positive is worse: by the five steps of a rating where both have one, else by the state."""
    if before.point.rating and after.point.rating:
        return before.point.rating - after.point.rating
    one, other = _RANK.get(state_of(before)), _RANK.get(state_of(after))
    return 0 if one is None or other is None else other - one
