"""The health of projects, computed: schedule, scope, cost, risk and benefit, each with what it rests on; beside it the owner's own word.
What cannot be derived is no grade."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, Subquery

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import Forecast, LevelledPlan, PlanConflict
from tandem.planning.status import DONE, NONE, OFF, ON, RISK, status_of
from tandem.portfolio.courses import LATE_DAYS, LATE_RISK
from tandem.portfolio.models import Project, ProjectReport
from tandem.reports.queries import benefits, risks
from tandem.reports.queries.project_reports import Line, courses
from tandem.reports.queries.scope import below
from tandem.work.models import Baseline, BaselineDate, Block, WorkItem

GROWN_RISK, GROWN_OFF = 0.05, 0.15
_FRESH = timedelta(days=7)
"""An older plan says nothing of today."""
_RANK = {ON: 0, RISK: 1, OFF: 2}


@dataclass(slots=True)
class Grade:
    """`basis` is a code with figures that the page words."""

    state: str = NONE
    basis: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


@dataclass
class Health:
    project: Project
    schedule: Grade = field(default_factory=Grade)
    scope: Grade = field(default_factory=Grade)
    cost: Grade = field(default_factory=Grade)
    benefit: Grade = field(default_factory=Grade)
    risk: Grade = field(default_factory=Grade)
    said: str = ""
    said_on: date | None = None
    rating: int | None = None
    days: int | None = None  # later than what was said, for the picture
    growth: float | None = None
    budget: float | None = None
    currency: str = ""
    report_id: int | None = None
    phase: str = ""  # of the newest report
    expected: date | None = None  # P80, else the end by the plan

    @cached_property
    def computed(self) -> str:
        """The worst of what could be derived."""
        known = [grade.state for grade in (self.schedule, self.scope, self.cost, self.benefit, self.risk) if grade.state in _RANK]
        return max(known, key=lambda state: _RANK[state]) if known else NONE

    @property
    def apart(self) -> int:
        """Positive: the owner says better than is computed (self-reported green)."""
        if self.said not in _RANK or self.computed not in _RANK:
            return 0
        return _RANK[self.computed] - _RANK[self.said]


def healths(user: Any, space: Space | None, *, every: bool = False) -> list[Health]:
    """Of the running projects in the space and below it that have anything to say, or of `every` one; as many queries for many as for few."""
    rows = Project.objects.visible_to(user).filter(state__in=(Project.State.RUNNING, Project.State.ON_HOLD)).select_related("space")
    if space is not None:
        rows = rows.filter(space_id__among=below(user, space.pk))
    projects = list(rows)
    lines = _lines(user, projects)
    forecasts = _forecasts(user, projects)
    finishes, scopes = _baselines(user, [project.space_id for project in projects])
    gained = benefits.worst(user, [project.space_id for project in projects])
    endangered = _endangered(user, frozenset(project.space_id for project in projects))
    found = []
    for project in projects:
        one = Health(project)
        line = lines.get(project.pk)
        if line is not None:
            _reported(one, line)
        _p50, p80, planned = forecasts.get(project.pk, (None, None, None))
        one.expected = p80 or planned
        _schedule(one, line, forecasts.get(project.pk), finishes.get(project.space_id))
        if project.space_id in scopes:
            _scope(one, *scopes[project.space_id])
        if project.space_id in gained:
            _benefit(one, gained[project.space_id])
        if project.space_id in endangered:
            _risk(one, endangered[project.space_id])
        if every or one.computed != NONE or one.said:
            found.append(one)
    return sorted(found, key=lambda one: (-one.apart, -_RANK.get(one.computed, -1), one.project.name))


def _lines(user: Any, projects: Sequence[Project]) -> dict[int, Line]:
    """Of several sources the one with the newest report."""
    rows = ProjectReport.objects.visible_to(user).filter(space_id__among=frozenset(p.space_id for p in projects))
    found: dict[int, Line] = {}
    for line in courses(rows):
        held = found.get(line.project_id)
        if held is None or line.course.last.on > held.course.last.on:
            found[line.project_id] = line
    return found


def _forecasts(user: Any, projects: Sequence[Project]) -> dict[int, tuple[date | None, date | None, date | None]]:
    """P50, P80 and the end by the plan."""
    rows = Forecast.objects.visible_to(user).filter(
        is_current=True, subject_kind=Project._meta.label_lower, subject_id__in=[p.pk for p in projects]
    )
    found = {}
    for pk, p50, p80, plan in rows.values_list("subject_id", "p50", "p80", "detail__plan__finish"):
        found[pk] = (p50, p80, date.fromisoformat(plan) if plan else None)
    return found


def _baselines(user: Any, spaces: list[int]) -> tuple[dict[int, date], dict[int, tuple[int, int, str]]]:
    """Of the newest baseline of each space: its last finish; and how many items it has, how many came after it, its name."""
    newest = Baseline.objects.visible_to(user).filter(space=OuterRef("space")).order_by("-number").values("pk")[:1]
    kept = {
        pk: (space, name)
        for pk, space, name in Baseline.objects.visible_to(user).filter(space__in=spaces, pk=Subquery(newest)).values_list("pk", "space_id", "name")
    }
    if not kept:
        return {}, {}
    # house: reads — of baselines that the asker sees
    dates = BaselineDate.objects.filter(baseline__in=kept).values_list("baseline_id").annotate(Count("id"), Max("finish"))
    counted = {pk: (count, finish) for pk, count, finish in dates}
    # house: reads — of baselines that the asker sees
    inside = BaselineDate.objects.filter(baseline__in=kept).values("item_id")
    made = Baseline.objects.visible_to(user).filter(space=OuterRef("space")).order_by("-number").values("created_at")[:1]
    items = WorkItem.objects.visible_to(user).present().filter(space__in=[space for space, _name in kept.values()])
    later = items.exclude(pk__in=inside).annotate(taken=Subquery(made)).filter(created_at__gt=F("taken"))
    added = dict(later.order_by().values_list("space_id").annotate(Count("id")))
    finishes = {kept[pk][0]: finish.date() for pk, (_count, finish) in counted.items() if finish}
    return finishes, {kept[pk][0]: (count, added.get(kept[pk][0], 0), kept[pk][1]) for pk, (count, _finish) in counted.items() if count}


def _reported(one: Health, line: Line) -> None:
    course = line.course
    word = next((s.point for s in reversed(course.steps) if s.point.said), None)
    one.said, one.said_on = (word.said, word.on) if word else ("", None)
    one.rating, one.report_id, one.currency, one.phase = course.last.rating, course.last.id, line.currency, line.phase
    budget = next((s.point.budget for s in reversed(course.steps) if s.point.budget is not None), None)
    one.budget = float(budget) if budget is not None else None
    one.growth = course.growth_share
    if one.growth is not None:
        state = OFF if one.growth > GROWN_OFF else RISK if one.growth > GROWN_RISK else ON
        one.cost = Grade(state, "grown", {"share": one.growth, "growth": course.growth, "on": course.last.on})


def _schedule(one: Health, line: Line | None, forecast: Any, baseline: date | None) -> None:
    """What is forecast or planned against what was said last; without a forecast, how far the reported date has moved."""
    project, today = one.project, clock.today()
    reported = next((s.point for s in reversed(line.course.steps) if s.point.finish), None) if line else None
    promised = reported.finish if reported else baseline
    p50, p80, planned = forecast or (None, None, None)
    expected = p80 or planned
    if promised is not None and expected is not None:
        state = status_of(promised, p50, p80, today=project.ended_on(today) or today, planned=planned)
        if p80 is None and planned is not None and planned <= promised:
            state = ON  # one date, and it fits: said as what it is
        one.days = (expected - promised).days
        basis = ("p80" if p80 else "plan") + ("_report" if reported else "_baseline")
        one.schedule = Grade(state if state != DONE else ON, basis, {"expected": expected, "promised": promised, "on": reported.on if reported else None})
    elif line is not None and line.course.slip is not None:
        slip = one.days = line.course.slip
        state = OFF if slip > LATE_DAYS else RISK if slip > LATE_RISK else ON
        one.schedule = Grade(state, "slip", {"slip": slip, "on": line.course.last.on})


def _scope(one: Health, size: int, added: int, name: str) -> None:
    share = added / size
    state = OFF if share > GROWN_OFF else RISK if share > GROWN_RISK else ON
    one.scope = Grade(state, "added", {"added": added, "size": size, "name": name})


def _endangered(user: Any, spaces: frozenset[int]) -> dict[int, Counter[str]]:
    """Of each space that a plan of these days knows: promises that its work breaks, other conflicts of the plan; of any that has
    one: items that are blocked now; of any that names threats: those that stand high on its matrix."""
    # house: reads — figures of the whole plan, of the spaces that the asker sees
    plan = LevelledPlan.objects.newest_first().values_list("as_of", "ends").first()
    is_fresh = plan is not None and plan[0] >= clock.today() - _FRESH
    found: dict[int, Counter[str]] = {int(space): Counter() for space in plan[1] if int(space) in spaces} if plan and is_fresh else {}
    rows = PlanConflict.objects.visible_to(user).open().filter(Q(space__among=spaces) | Q(kind__in=PlanConflict.OF_PRODUCTS))
    for kind, home, concerned in rows.values_list("kind", "space_id", "detail__spaces") if is_fresh else ():
        # what else concerns several projects has a row in each
        for space in {home, *(concerned or () if kind in PlanConflict.OF_PRODUCTS else ())} & spaces:
            found.setdefault(space, Counter())["promises" if kind == PlanConflict.Kind.PROMISE else "conflicts"] += 1
    blocked = Block.objects.visible_to(user).open().filter(space__among=spaces, item__removed_at=None, item__archived_at=None)
    for space, count in blocked.order_by().values_list("space_id").annotate(Count("item", distinct=True)):
        found.setdefault(space, Counter())["blocked"] += count
    for space, count in risks.high(user, spaces).items():
        found.setdefault(space, Counter())["risks"] += count
    return found


def _risk(one: Health, known: Counter[str]) -> None:
    state = OFF if known["promises"] else RISK if known["conflicts"] or known["blocked"] or known["risks"] else ON
    one.risk = Grade(state, "endangered", {name: known[name] for name in ("promises", "conflicts", "blocked", "risks")})


def _benefit(one: Health, row: Any) -> None:
    """The open benefit that stands worst, by its last measurement against what was planned by that day."""
    made = row.realised
    state = ON if made.state == DONE else made.state
    one.benefit = Grade(state, "benefit", {"id": row.pk, "title": row.title, "share": made.to_plan if made.to_plan is not None else made.share, "on": made.on})
