"""Everything below a place as a tree: portfolios, programmes and projects with phase, health, work, dates and money, summed upwards."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from tandem.people.models import Space, SpaceKind
from tandem.planning.status import NONE, OFF, ON, RISK
from tandem.portfolio.models import Portfolio, Programme, Project
from tandem.reports.queries import health, money
from tandem.reports.queries.health import Health
from tandem.reports.queries.scope import below
from tandem.work.models import State, WorkItem
from tandem.work.models.work_item import GIVEN_UP

_ORDER = {SpaceKind.PORTFOLIO: 0, SpaceKind.PROGRAMME: 1, SpaceKind.PROJECT: 2}
_WORST = {OFF: 0, RISK: 1, ON: 2}
ZERO = Decimal(0)


@dataclass
class Node:
    """A place with sums of everything below it, or a project. `states`: how many running projects are computed to be what. `cost` is that
    of the newest report, by currency; `budget` and `outlook` are empty for who may not see costs. `covered`: of the outlook that of projects
    with a budget."""

    space_id: int
    kind: str
    name: str
    record: Any
    depth: int = 0
    health: Health | None = None
    projects: int = 0
    states: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    items: int = 0
    done: int = 0
    expected: date | None = None
    cost: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    budget: Decimal = ZERO
    outlook: Decimal = ZERO
    covered: Decimal = ZERO

    @property
    def is_project(self) -> bool:
        return self.kind == SpaceKind.PROJECT

    @property
    def computed(self) -> str:
        """Of a project its health; of a place the worst below it."""
        return next((state for state in (OFF, RISK, ON) if self.states.get(state)), NONE)

    @property
    def phase(self) -> str:
        """What its newest report says; empty where none does."""
        return self.health.phase if self.health else ""

    @property
    def share(self) -> float | None:
        return self.done / self.items if self.items else None

    @property
    def is_over(self) -> bool:
        """What has no budget goes beyond none."""
        return self.covered > self.budget

    def add(self, part: "Node") -> None:
        self.projects += part.projects
        self.items += part.items
        self.done += part.done
        self.budget += part.budget
        self.outlook += part.outlook
        self.covered += part.covered
        for state, count in part.states.items():
            self.states[state] += count
        for currency, cost in part.cost.items():
            self.cost[currency] += cost
        if part.expected and (self.expected is None or part.expected > self.expected):
            self.expected = part.expected


@dataclass(frozen=True)
class Tree:
    """`nodes` in the order in which they are read, the worst first among equals; `whole` sums all of it up. `priced`: the spaces whose costs
    the reader may see."""

    nodes: list[Node]
    whole: Node
    currency: str
    priced: frozenset[int]
    unknown: tuple[str, ...]


def read(user: Any, space: Space | None) -> Tree:
    """As many queries for five hundred projects as for five."""
    nodes, parents = _nodes(user, space)
    there = money.places(user, space)
    found = money.money(user, there, money.currency_of(space)) if there else None
    for one in found.groups if found else ():
        if one.space_id in nodes:
            nodes[one.space_id].outlook += one.amounts.outlook
    for space_id, budget in (found.budgets if found else {}).items():
        if space_id in nodes:
            nodes[space_id].budget += budget
            nodes[space_id].covered = nodes[space_id].outlook
    _work(user, nodes)
    for one in health.healths(user, space, every=True):
        if one.project.space_id in nodes:
            _grade(nodes[one.project.space_id], one)
    kept = _summed(nodes, parents)
    whole = Node(space.pk if space else 0, "", "", None)
    for pk in kept[None]:
        whole.add(nodes[pk])
    return Tree(
        list(_in_order(nodes, kept, None, 0)), whole, found.currency if found else "", there, tuple(sorted(found.unknown)) if found else ()
    )


def _nodes(user: Any, space: Space | None) -> tuple[dict[int, Node], dict[int, int | None]]:
    """By space; and of each the nearest place above it that the reader sees."""
    nodes: dict[int, Node] = {}
    inside = below(user, space.pk) - {space.pk} if space else user.visible_space_ids()
    for model, kind in ((Portfolio, SpaceKind.PORTFOLIO), (Programme, SpaceKind.PROGRAMME), (Project, SpaceKind.PROJECT)):
        for row in model.objects.visible_to(user).filter(space_id__among=frozenset(inside)).select_related("space", "owner"):
            nodes[row.space_id] = Node(row.space_id, kind, row.name, row, projects=int(kind == SpaceKind.PROJECT))
    above = dict(Space.objects.values_list("id", "parent_id"))  # house: reads — the shape of the tree, no names
    parents: dict[int, int | None] = {}
    for pk in nodes:
        at = above.get(pk)
        while at is not None and at not in nodes:
            at = above.get(at)
        parents[pk] = at
    return nodes, parents


def _work(user: Any, nodes: dict[int, Node]) -> None:
    """Items with a result against all that were not given up; parts count, what only sums up its parts does not."""
    rows = WorkItem.objects.visible_to(user).present().filter(space_id__among=frozenset(nodes), is_summary=False).exclude(GIVEN_UP)
    counted = rows.order_by().values_list("space_id").annotate(all=Count("id"), over=Count("id", filter=Q(state__category=State.Category.DONE)))
    for space_id, items, done in counted:
        nodes[space_id].items, nodes[space_id].done = items, done


def _grade(node: Node, one: Health) -> None:
    node.health = one
    node.states[one.computed] += 1
    node.expected = one.expected
    if one.budget is not None:
        node.cost[one.currency] += one.budget


def _summed(nodes: dict[int, Node], parents: dict[int, int | None]) -> dict[int | None, list[int]]:
    """Adds each node to the one above it, from below; place → its direct parts."""
    kept: dict[int | None, list[int]] = defaultdict(list)
    for pk, parent in parents.items():
        kept[parent].append(pk)

    def total(pk: int) -> None:
        for part in kept.get(pk, ()):
            total(part)
            nodes[pk].add(nodes[part])

    for pk in list(kept[None]):
        total(pk)
    return kept


def _in_order(nodes: dict[int, Node], kept: dict[int | None, list[int]], at: int | None, depth: int) -> Any:
    for pk in sorted(kept.get(at, ()), key=lambda one: (_ORDER[SpaceKind(nodes[one].kind)], _WORST.get(nodes[one].computed, 3), nodes[one].name)):
        nodes[pk].depth = depth
        yield nodes[pk]
        yield from _in_order(nodes, kept, pk, depth + 1)
