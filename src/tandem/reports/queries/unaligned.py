"""What is not aligned, and what effort rests on: work that serves nothing, objectives that nothing serves, the records behind a figure."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db.models import Q, Sum

from tandem.planning.alignment import Serving, serving
from tandem.portfolio.models import Project
from tandem.product.models import Feature, Product
from tandem.reports.queries.alignment import effort
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


def loose(user: Any, within: set[int] | None = None, known: Serving | None = None, objectives: Iterable[Objective] | None = None) -> Loose:
    """Of what the user sees. Eleven queries, however much there is, or four with what is `known` already. A project is named only where none of its work serves
    anything either, a product where no feature of it does."""
    known = known.open_alone() if known else serving(only_open=True)
    projects = Project.objects.visible_to(user).exclude(state__in=(Project.State.DONE, Project.State.CANCELLED))
    features = Feature.objects.visible_to(user).exclude(state__in=(Feature.State.SHIPPED, Feature.State.DECLINED))
    products = Product.objects.visible_to(user)
    if within is not None:
        projects, features, products = (rows.in_spaces(within) for rows in (projects, features, products))
    by_their_work = set(effort(user, within).filter(objective__state=Objective.State.OPEN).order_by().values_list("space_id", flat=True).distinct())
    idle_projects = [
        Idle("portfolio.project", pk, name)
        for pk, name, space in projects.values_list("pk", "name", "space_id")
        if space not in by_their_work and not _serves(known.of_space(space))
    ]
    idle_features, serving_products = [], set()
    for pk, title, product, product_name in features.values_list("pk", "title", "product_id", "product__name"):
        if _serves(known.of_feature(pk)):
            serving_products.add(product)
        else:
            idle_features.append(Idle("product.feature", pk, title, product_name))
    idle_products = [
        Idle("product.product", pk, name)
        for pk, name, space in products.values_list("pk", "name", "space_id")
        if pk not in serving_products and not _serves(known.of_space(space))
    ]
    return Loose(idle_projects, idle_products, idle_features, _unserved(user, known, objectives) if within is None else [])


def _serves(parts: list[Any]) -> bool:
    return any(p.objective is not None for p in parts)


def _unserved(user: Any, known: Serving, seen: Iterable[Objective] | None) -> list[Objective]:
    rows = Objective.objects.visible_to(user).select_related("owner") if seen is None else seen
    objectives = {o.pk: o for o in sorted(rows, key=lambda o: (o.ends_on, o.pk))}
    served = {objective for said in known.said.values() for objective, _weight in said}
    for pk in list(served):
        at: Any = objectives.get(pk)
        while at is not None and at.parent_id is not None and at.parent_id not in served:
            served.add(at.parent_id)
            at = objectives.get(at.parent_id)
    return [o for o in objectives.values() if o.state == Objective.State.OPEN and o.pk not in served]


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
