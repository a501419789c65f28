"""Objectives with what serves them: the features and releases of the roadmap, rolled up to the objectives above."""

from dataclasses import dataclass, field
from typing import Any

from tandem.planning.status import DONE, NONE, WORST_FIRST
from tandem.reports.queries import roadmap
from tandem.reports.queries.roadmap import Roadmap, Row
from tandem.strategy.models import Objective


@dataclass
class Branch:
    """An objective in the tree; `below` is everything that serves it or a part of it, each row once."""

    objective: Objective
    depth: int
    serving: list[tuple[Row, int]] = field(default_factory=list)
    below: dict[Any, Row] = field(default_factory=dict)
    parts: int = 0

    @property
    def status(self) -> str:
        """The worst of what is not done; done only when everything is."""
        found = {row.status for row in self.below.values()}
        open_ones = found - {DONE, NONE}
        return min(open_ones or found or {NONE}, key=WORST_FIRST.index)

    @property
    def done(self) -> int:
        return sum(row.status == DONE for row in self.below.values())


def tree(user: Any) -> tuple[list[Branch], Roadmap]:
    """Depth first; an objective whose parent is not visible stands at the top. The roadmap's queries, no more."""
    found = roadmap.read(user)
    known = {o.pk for o in found.objectives}
    below: dict[int | None, list[Objective]] = {}
    for objective in found.objectives:
        below.setdefault(objective.parent_id if objective.parent_id in known else None, []).append(objective)
    serving = _serving(found)
    branches: list[Branch] = []

    def walk(parent: int | None, depth: int) -> dict[Any, Row]:
        reached: dict[Any, Row] = {}
        for objective in below.get(parent, []):
            own = serving.get(objective.pk, [])
            branch = Branch(objective, depth, own, {}, len(below.get(objective.pk, [])))
            branches.append(branch)
            branch.below = {row.ref: row for row, _weight in own} | walk(objective.pk, depth + 1)
            reached |= branch.below
        return reached

    walk(None, 0)
    return branches, found


def _serving(found: Roadmap) -> dict[int, list[tuple[Row, int]]]:
    """Features by the objective that they contribute to, what is not done first; releases only repeat their features."""
    serving: dict[int, list[tuple[Row, int]]] = {}
    for row in found.rows:
        if row.kind == "feature":
            for objective_id, weight in row.objectives:
                serving.setdefault(objective_id, []).append((row, weight))
    for rows in serving.values():
        rows.sort(
            key=lambda pair: (pair[0].status == DONE, pair[0].ends is None, pair[0].ends, pair[0].title)
        )
    return serving
