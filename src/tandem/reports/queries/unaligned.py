"""What is not aligned, and what effort rests on: work that serves nothing, objectives that nothing serves, the records behind a figure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, Sum

from tandem.planning.alignment import Serving, served, serving_of_owners, silent
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Product
from tandem.reports.queries import kept_effort
from tandem.reports.queries.alignment import Alignment, effort
from tandem.strategy.models import Objective


@dataclass(frozen=True, slots=True)
class Idle:
    """A record that serves no open objective, also not by what stands above it."""

    kind: str
    pk: int
    name: str
    beside: str = ""


@dataclass(frozen=True, slots=True)
class Loose:
    projects: list[Idle]
    products: list[Idle]
    features: list[Idle]
    objectives: list[Objective]
    "Open ones to which nothing contributes, nor to their parts."

    @property
    def count(self) -> int:
        return len(self.projects) + len(self.products) + len(self.features)


def loose(user: Any, within: set[int] | None = None, known: Serving | None = None, found: Alignment | None = None) -> Loose:
    """Of what the user sees. Twelve queries, however much there is, or six with what owners are `known` to serve and what was `found`. A
    project is named only where none of its work serves anything either, a product where no feature of it does."""
    known = (known or serving_of_owners()).open_alone()
    projects = Project.objects.visible_to(user).exclude(state__in=(Project.State.DONE, Project.State.CANCELLED))
    features = Feature.objects.visible_to(user).exclude(state__in=(Feature.State.SHIPPED, Feature.State.DECLINED))
    products = Product.objects.visible_to(user)
    if within is not None:
        projects, features, products = (rows.in_spaces(within) for rows in (projects, features, products))
    idle_features, idle_of = [], Counter[int]()
    for pk, title, product, product_name, space in silent(features).values_list("pk", "title", "product_id", "product__name", "space_id"):
        if not _serves(known.of_space(space)):
            idle_features.append(Idle("product.feature", pk, title, product_name))
            idle_of[product] += 1
    counts = features.order_by().values_list("product_id").annotate(Count("pk"))
    serving_products = {product for product, count in counts if count > idle_of[product]}
    by_their_work = _spaces_serving(user, within, known, found)
    idle_projects = [
        Idle("portfolio.project", pk, name)
        for pk, name, space in projects.values_list("pk", "name", "space_id")
        if space not in by_their_work and not _serves(known.of_space(space))
    ]
    idle_products = [
        Idle("product.product", pk, name)
        for pk, name, space in products.values_list("pk", "name", "space_id")
        if pk not in serving_products and not _serves(known.of_space(space))
    ]
    return Loose(idle_projects, idle_products, idle_features, _unserved(user, found.objectives if found else None) if within is None else [])


def _spaces_serving(user: Any, within: set[int] | None, known: Serving, found: Alignment | None) -> set[int]:
    """Where any work serves an open objective."""
    rows = effort(user, within).filter(objective__in=sorted(known.open)).order_by().values("space_id").distinct()
    at = found.version if found else None
    return {space for (space,) in kept_effort.fetched(*rows.query.sql_with_params(), at=at)} if known.open else set()


def _serves(parts: list[Any]) -> bool:
    return any(p.objective is not None for p in parts)


def _unserved(user: Any, seen: Iterable[Objective] | None) -> list[Objective]:
    rows = Objective.objects.visible_to(user).select_related("owner") if seen is None else seen
    objectives = {o.pk: o for o in sorted(rows, key=lambda o: (o.ends_on, o.pk))}
    reached = served()
    for pk in list(reached):
        at: Any = objectives.get(pk)
        while at is not None and at.parent_id is not None and at.parent_id not in reached:
            reached.add(at.parent_id)
            at = objectives.get(at.parent_id)
    return [o for o in objectives.values() if o.state == Objective.State.OPEN and o.pk not in reached]


def _among(parts: Iterable[tuple[int | None, int | None, int]]) -> Q:
    """Pieces of work by objective, product and space; one condition for all spaces of the same two."""
    spaces: dict[tuple[int | None, int | None], list[int]] = defaultdict(list)
    for objective, product, space in parts:
        spaces[objective, product].append(space)
    found = Q(pk__in=[])
    for (objective, product), here in spaces.items():
        found |= Q(objective=objective, product=product, space_id__in=here)
    return found


@dataclass(frozen=True, slots=True)
class Record:
    """A record by whose contribution work serves an objective, with the project where the work was done."""

    kind: str
    pk: int | None
    name: str
    project_id: int | None
    project: str
    space_id: int
    items: float
    amount: float


def records(
    user: Any, measure: str, *, objectives: set[int] | None, since: date | None, to_come: bool, within: set[int] | None = None, product: int | None = None,
    parts: Iterable[tuple[int | None, int | None, int]] | None = None,
) -> list[Record]:  # fmt: skip
    """What a figure rests on, the most first; `objectives` none: what serves nothing; `parts` are the objective, product
    and space of each piece instead. A query for each kind of record."""
    rows = effort(user, within, product)
    if parts is not None:
        rows = rows.filter(_among(parts))
    else:
        rows = rows.filter(objective__in=objectives) if objectives is not None else rows.filter(objective=None)
    rows = rows.filter(Q(month=None) if to_come else Q(month__gte=since) if since else Q(month__isnull=False))
    grouped = list(rows.order_by().values_list("via_kind", "via_id", "space_id").annotate(done=Sum("items"), amount=Sum(measure)))
    wanted: dict[str, set[int]] = defaultdict(set)
    for kind, pk, *_rest in grouped:
        if kind:
            wanted[kind].add(pk)
    names = {(kind, row.pk): str(row) for kind, ids in wanted.items() for row in apps.get_model(kind).objects.visible_to(user).filter(pk__in=ids)}  # type: ignore[attr-defined]
    projects = {space: (pk, name) for pk, name, space in Project.objects.visible_to(user).values_list("pk", "name", "space_id")}
    found = [
        Record(kind, pk if (kind, pk) in names else None, names.get((kind, pk), ""), *projects.get(space, (None, "")), space, items, amount)
        for kind, pk, space, items, amount in grouped
    ]
    return sorted(found, key=lambda r: (-r.amount, -r.items, r.name, r.project))
