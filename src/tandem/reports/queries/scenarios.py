"""Scenarios as a reader sees them: what was chosen, what is out and why, what it costs, and how two of them differ."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.kit.dates import quarter_start
from tandem.people.models import Space
from tandem.planning import selection
from tandem.planning.models import Adoption, Scenario, Solution
from tandem.planning.selection import Figures, Inputs, Offer, unit
from tandem.portfolio.models import Project
from tandem.strategy.models import Objective

__all__ = ["Decision", "Figures", "Inputs", "Offer", "Row", "View", "decisions", "needed", "newest", "unit", "view", "views"]


@dataclass(frozen=True)
class Row:
    """A candidate; `start` is the number of the quarter in which it starts, None: it is out, with the reasons as codes."""

    offer: Offer
    start: int | None
    lock: str
    removed: tuple[str, str] | None
    reason: Mapping[str, Any]


@dataclass(frozen=True)
class View:
    """`point` is the point of the frontier that is shown, None: the best set within the limits."""

    scenario: Scenario
    solution: Solution | None
    inputs: Inputs
    rows: Sequence[Row]
    figures: Figures
    is_stale: bool
    point: int | None
    objectives: Mapping[int, str]

    @property
    def chosen(self) -> list[Row]:
        return sorted((r for r in self.rows if r.start is not None), key=lambda r: (r.start or 0, -r.offer.npv, r.offer.title))

    @property
    def out(self) -> list[Row]:
        return sorted((r for r in self.rows if r.start is None), key=lambda r: (-r.offer.npv, r.offer.title))

    @property
    def has_answer(self) -> bool:
        return bool(self.solution and self.solution.value is not None)


def needed(user: Any, space: Space, starts_on: date, quarters: int) -> list[int]:
    """Money by quarter if every candidate started as early as it may: what a budget in per cent counts from."""
    asked = Scenario(space=space, starts_on=quarter_start(starts_on), quarters=quarters)
    inputs = selection.read(asked) if space.pk in user.visible_space_ids() else None
    return list(selection.figures(inputs, {one.id: one.earliest for one in inputs.open}).money) if inputs else []


def newest(user: Any, scenarios: Sequence[Scenario]) -> dict[int, Solution]:
    """The latest solution of each; one query."""
    rows = Solution.objects.visible_to(user).filter(scenario__in=[s.pk for s in scenarios]).select_related("job")
    return {row.scenario_id: row for row in rows.order_by("scenario_id", "-id").distinct("scenario_id")}


@dataclass(frozen=True)
class Decision:
    """An adoption with the projects that it opened or held, of those that the reader sees."""

    adoption: Adoption
    projects: Sequence[tuple[Project, bool]]  # whether it was held
    left_out: int


def decisions(user: Any, scenario: Scenario) -> list[Decision]:
    rows = list(Adoption.objects.visible_to(user).filter(scenario=scenario).select_related("decided_by", "undone_by"))
    numbers = [pk for row in rows for pk in row.touched("project")]
    known = {p.pk: p for p in Project.objects.visible_to(user).filter(pk__in=numbers)}
    return [
        Decision(
            row, [(known[one["project"]], "project_before" in one) for one in row.outcome if one.get("project") in known],
            sum(not one.get("project") for one in row.outcome),
        )
        for row in rows
    ]  # fmt: skip


def view(user: Any, scenario: Scenario, point: int | None = None) -> View:
    return views(user, [scenario], point)[0]


def views(user: Any, scenarios: Sequence[Scenario], point: int | None = None) -> list[View]:
    found = newest(user, scenarios)
    return [_view(user, scenario, found.get(scenario.pk), point) for scenario in scenarios]


def _view(user: Any, scenario: Scenario, solution: Solution | None, point: int | None) -> View:
    held = Adoption.objects.visible_to(user).filter(scenario=scenario, undone_at=None).select_related("solution").first() if scenario.state == Scenario.State.ADOPTED else None
    inputs = selection.as_kept(scenario, held.decided) if held and held.decided else selection.read(scenario)
    solution = held.solution if held else solution
    if solution is None or point is None or not 0 <= point < len(solution.frontier):
        point = None
    if point is None and held:  # what was decided, not what is best
        point = held.point
    starts = solution.chosen(point) if solution else {}
    reasons = solution.reasons if solution and point is None else {}
    rows = [
        Row(one, starts.get(key), scenario.locks.get(key, ""), inputs.removed.get(key), reasons.get(key, {}))
        for key, one in inputs.offers.items()
    ]
    known = Objective.objects.visible_to(user).filter(pk__in=list(inputs.objectives)).values_list("pk", "title")
    is_open = scenario.state == Scenario.State.OPEN
    is_stale = is_open and solution is not None and solution.inputs_hash != inputs.hash
    return View(scenario, solution, inputs, rows, selection.figures(inputs, starts), is_stale, point, dict(known))
