"""What stands below a portfolio: its programmes and projects with phase, health, work, dates and money."""

from datetime import date
from decimal import Decimal
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.kit.types import Id
from tandem.reports.queries import portfolio_tree as reads


class TreeNode(BaseModel):
    """`states` counts the running projects at or below it by computed health; `said` and `phase` are those of the newest report. `expected_on`
    is the forecast P80, else the end by the plan; `reported_cost` is by currency. `budget` and `outlook` are null for who may not see costs."""

    kind: Literal["portfolio", "programme", "project"]
    id: int
    space_id: int
    depth: int
    name: str
    state: str
    phase: str
    computed: Literal["on", "risk", "off", "none"]
    said: str
    states: dict[str, int]
    projects: int
    items: int
    items_done: int
    expected_on: date | None
    reported_cost: dict[str, float]
    budget: Decimal | None
    outlook: Decimal | None


class PortfolioTree(BaseModel):
    """Depth first, the worst first among equals; sums are of what you see. Money is in `currency`."""

    portfolio_id: int
    currency: str
    nodes: list[TreeNode]


def add_routes(router: Router, noun: Noun) -> None:
    @router.get("/{id}/tree/", response={200: PortfolioTree, **NO}, operation_id="portfolios_tree_read", summary="portfolios: tree")
    def tree(request: HttpRequest, id: Path[Id]) -> HttpResponse:
        """Everything below the portfolio."""
        user: Any = request.auth  # type: ignore[attr-defined]
        found = reads.read(user, noun.row(user, id).space)
        return generic.send(PortfolioTree(portfolio_id=id, currency=found.currency, nodes=[_node(one, found) for one in found.nodes]).model_dump())


def _node(one: reads.Node, tree: reads.Tree) -> TreeNode:
    is_priced = bool(tree.priced) and (not one.is_project or one.space_id in tree.priced)
    return TreeNode(
        kind=one.kind, id=one.record.pk, space_id=one.space_id, depth=one.depth, name=one.name, state=one.record.state if one.is_project else "",  # type: ignore[arg-type]
        phase=one.phase, computed=one.computed, said=one.health.said if one.health else "", states=dict(one.states), projects=one.projects,  # type: ignore[arg-type]
        items=one.items, items_done=one.done, expected_on=one.expected, reported_cost=dict(one.cost),
        budget=one.budget if is_priced else None, outlook=one.outlook if is_priced else None,
    )  # fmt: skip
