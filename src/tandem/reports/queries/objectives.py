"""Objectives with what serves them: the features of the roadmap, rolled up to the objectives above."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from tandem.planning.status import DONE, NONE, WORST_FIRST
from tandem.product.models import Feature
from tandem.reports.queries import roadmap, roadmap_briefs
from tandem.reports.queries.roadmap_briefs import Brief
from tandem.reports.queries.roadmap_rows import FEATURE, Row
from tandem.strategy.models import Contribution, Objective


@dataclass
class Branch:
    """An objective in the tree; `below` are the features that serve it or a part of it, each once."""

    objective: Objective
    depth: int
    serving: list[tuple[Brief, int]] = field(default_factory=list)
    below: frozenset[int] = frozenset()
    status: str = NONE
    done: int = 0
    parts: int = 0


class Tree(NamedTuple):
    """Depth first; an objective whose parent is not visible stands at the top. `today` and `last` as the roadmap has them."""

    branches: list[Branch]
    today: date
    last: date


def tree(user: Any) -> Tree:
    """Six queries, however many there are."""
    found = roadmap_briefs.read(user)
    known = {row.id: row for row in found.features}
    serving = _serving(user, known)
    objectives = list(Objective.objects.visible_to(user).select_related("owner", "space").order_by("starts_on", "id"))
    numbers = {o.pk for o in objectives}
    below: dict[int | None, list[Objective]] = {}
    for objective in objectives:
        below.setdefault(objective.parent_id if objective.parent_id in numbers else None, []).append(objective)
    branches: list[Branch] = []

    def walk(parent: int | None, depth: int) -> set[int]:
        reached: set[int] = set()
        for objective in below.get(parent, []):
            own = serving.get(objective.pk, [])
            branch = Branch(objective, depth, own, parts=len(below.get(objective.pk, [])))
            branches.append(branch)
            branch.below = frozenset({row.id for row, _weight in own} | walk(objective.pk, depth + 1))
            _judge(branch, known)
            reached |= branch.below
        return reached

    walk(None, 0)
    return Tree(branches, found.today, found.last)


def rows(user: Any, features: Collection[int], today: date) -> dict[int, Row]:
    """These features as the roadmap shows them, by number."""
    chosen = Feature.objects.visible_to(user).filter(pk__in=features)
    return {row.ref.id: row for row in (roadmap.some(user, chosen, today=today) if features else ())}


def _judge(branch: Branch, known: dict[int, Brief]) -> None:
    """The worst of what is not done; done only when everything is."""
    states = [known[pk].status for pk in branch.below]
    branch.done = states.count(DONE)
    found = set(states)
    branch.status = min(found - {DONE, NONE} or found or {NONE}, key=WORST_FIRST.index)


def _serving(user: Any, known: dict[int, Brief]) -> dict[int, list[tuple[Brief, int]]]:
    """Features by the objective that they contribute to, what is not done first; releases only repeat their features."""
    said = Contribution.objects.visible_to(user).filter(subject_kind=FEATURE)
    weights = {(objective, feature): weight for feature, objective, weight in said.values_list("subject_id", "objective_id", "weight")}
    place = {pk: at for at, pk in enumerate(known)}
    serving: dict[int, list[tuple[Brief, int]]] = {}
    for (objective, feature), weight in weights.items():
        if feature in known:
            serving.setdefault(objective, []).append((known[feature], weight))
    for found in serving.values():
        found.sort(key=lambda pair: (pair[0].status == DONE, pair[0].ends is None, pair[0].ends, pair[0].title, place[pair[0].id]))
    return serving
