"""The strategy map: how much work flows from which objective through which product or programme into which project."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, Sum

from tandem.people.models import Space
from tandem.portfolio.models import Portfolio, Programme, Project
from tandem.product.models import Product
from tandem.reports.queries.alignment import effort
from tandem.strategy.models import Objective

Key = tuple[str, int]
Part = tuple[int | None, int | None, int]
"""What a row is made of: the numbers of the objective, the product and the space."""
OBJECTIVE, PRODUCT, PROGRAMME, PORTFOLIO, PROJECT = "objective", "product", "programme", "portfolio", "project"
NOTHING, UNSEEN, DIRECT = ("nothing", 0), ("unseen", 0), ("direct", 0)


@dataclass(frozen=True)
class Map:
    """Rows of (objective, what it goes through, project, amount), and the names of all of them."""

    rows: list[tuple[Key, Key, Key, float]]
    names: dict[Key, str]
    spaces: dict[Key, int]
    parts: list[Part]


def read(user: Any, measure: str, *, since: date | None, to_come: bool, within: set[int] | None = None, product: int | None = None) -> Map:
    """What a product gets goes through the product, the rest through the programme or portfolio of the project. Seven queries."""
    rows = effort(user, within, product).filter(Q(month=None) if to_come else Q(month__gte=since) if since else Q(month__isnull=False))
    grouped = rows.order_by().values_list("objective_id", "product_id", "space_id").annotate(amount=Sum(measure))
    names: dict[Key, str] = {(OBJECTIVE, pk): title for pk, title in Objective.objects.visible_to(user).values_list("pk", "title")}
    names |= {(PRODUCT, pk): name for pk, name in Product.objects.visible_to(user).values_list("pk", "name")}
    owners: dict[int, Key] = {}
    for kind, model in ((PORTFOLIO, Portfolio), (PROGRAMME, Programme), (PROJECT, Project)):
        for pk, name, space in model._default_manager.visible_to(user).values_list("pk", "name", "space_id"):  # type: ignore[attr-defined]
            names[kind, pk] = name
            owners[space] = (kind, pk)
    above = dict(Space.objects.visible_to(user).values_list("pk", "parent_id"))
    found: list[tuple[Key, Key, Key, float]] = []
    parts: list[Part] = []
    for objective, of_product, space, amount in grouped:
        if not amount:
            continue
        first: Key = NOTHING if objective is None else (OBJECTIVE, objective)
        parent = above.get(space)
        middle: Key = (PRODUCT, of_product) if of_product else owners.get(parent or 0, DIRECT if parent is None or parent in above else UNSEEN)
        parts.append((objective, of_product, space))
        found.append((
            first if first in names or first == NOTHING else UNSEEN, middle if middle in names or middle == DIRECT else UNSEEN,
            owners.get(space, UNSEEN), amount,
        ))  # fmt: skip
    return Map(found, names, {key: space for space, key in owners.items()}, parts)
