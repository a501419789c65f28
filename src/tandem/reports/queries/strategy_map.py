"""The strategy map: how much work flows from which objective through which product or programme into which project."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import F, Q, Sum

from tandem.people.models import Space
from tandem.portfolio.models import Portfolio, Programme, Project
from tandem.product.models import Product
from tandem.reports.queries import kept_effort
from tandem.reports.queries.alignment import effort
from tandem.strategy.models import Objective

Key = tuple[str, int]
Part = tuple[int | None, int | None, int]
"""What a row is made of: the numbers of the objective, the product and the space."""
OBJECTIVE, PRODUCT, PROGRAMME, PORTFOLIO, PROJECT = "objective", "product", "programme", "portfolio", "project"
NOTHING, UNSEEN, DIRECT, REST = ("nothing", 0), ("unseen", 0), ("direct", 0), ("rest", 0)


@dataclass(frozen=True)
class Map:
    """Rows of (objective, what it goes through, project, amount), the sums of each column, and the names of all of them. `parts`
    stand beside the rows where every piece of work has a row of its own."""

    rows: list[tuple[Key, Key, Key, float]]
    names: dict[Key, str]
    sums: list[dict[Key, float]]
    parts: list[Part]


class _Names:
    """What stands in the columns, and by which key each number is known."""

    def __init__(self, user: Any) -> None:
        names: dict[Key, str] = {(OBJECTIVE, pk): title for pk, title in Objective.objects.visible_to(user).values_list("pk", "title")}
        names |= {(PRODUCT, pk): name for pk, name in Product.objects.visible_to(user).values_list("pk", "name")}
        self.owners: dict[int, Key] = {}
        for kind, model in ((PORTFOLIO, Portfolio), (PROGRAMME, Programme), (PROJECT, Project)):
            for pk, name, space in model._default_manager.visible_to(user).values_list("pk", "name", "space_id"):  # type: ignore[attr-defined]
                names[kind, pk] = name
                self.owners[space] = (kind, pk)
        self.above = dict(Space.objects.visible_to(user).order_by().values_list("pk", "parent_id"))
        self.names = names

    @cached_property
    def places(self) -> bytes:
        """What may change without effort being computed anew."""
        return kept_effort.digest(*sorted(self.above.items()))

    def objective(self, pk: int | None) -> Key:
        return NOTHING if pk is None else (OBJECTIVE, pk) if (OBJECTIVE, pk) in self.names else UNSEEN

    def middle(self, product: int | None, parent: int | None) -> Key:
        if product is not None:
            return (PRODUCT, product) if (PRODUCT, product) in self.names else UNSEEN
        found = self.owners.get(parent or 0, DIRECT if parent is None or parent in self.above else UNSEEN)
        return found if found in self.names or found == DIRECT else UNSEEN

    def project(self, space: int) -> Key:
        return self.owners.get(space, UNSEEN)

    def numbers(self, kind: str, among: Iterable[Key] | None = None) -> list[int]:
        return [pk for of, pk in (self.names if among is None else among) if of == kind]

    def spaces(self, among: Iterable[Key] | None = None) -> list[int]:
        return [space for space, key in self.owners.items() if among is None or key in among]


def _asked(user: Any, since: date | None, to_come: bool, within: set[int] | None, product: int | None) -> Any:
    return effort(user, within, product).filter(Q(month=None) if to_come else Q(month__gte=since) if since else Q(month__isnull=False)).order_by()


def read(user: Any, measure: str, *, since: date | None, to_come: bool, within: set[int] | None = None, product: int | None = None) -> Map:
    """What a product gets goes through the product, the rest through the programme or portfolio of the project. Seven queries; a
    row for each objective, product and project."""
    grouped = _asked(user, since, to_come, within, product).values_list("objective_id", "product_id", "space_id").annotate(amount=Sum(measure))
    known, parts = _Names(user), []
    found: list[tuple[Key, Key, Key, float]] = []
    for objective, of_product, space, amount in grouped:
        if amount:
            parts.append((objective, of_product, space))
            found.append((known.objective(objective), known.middle(of_product, known.above.get(space)), known.project(space), amount))
    sums: list[dict[Key, float]] = [{}, {}, {}]
    for *keys, value in found:
        for column, key in enumerate(keys):
            sums[column][key] = sums[column].get(key, 0.0) + value
    return Map(found, known.names, sums, parts)


def drawn(
    user: Any, measure: str, most: Sequence[int], *, since: date | None, to_come: bool, within: set[int] | None = None, product: int | None = None,
    at: Hashable = None,
) -> Map:  # fmt: skip
    """The same, with all but the `most` largest of each column put together as `REST` by the database: as many rows as the picture
    has bands, and not as many as there is work. Nine queries, or eight where the version of effort is known."""
    known = _Names(user)
    rows = _asked(user, since, to_come, within, product).annotate(parent=F("space__parent_id"), amount=F(measure))
    inner, given = rows.values("objective_id", "product_id", "space_id", "parent", "amount").query.sql_with_params()
    at = at or kept_effort.version()
    sums = _sums(known, inner, given, at)
    kept = [largest(one, count) for one, count in zip(sums, most, strict=True)]
    asked = f"""
        SELECT CASE WHEN objective_id IS NULL THEN NULL WHEN objective_id = ANY(%s) THEN objective_id WHEN objective_id = ANY(%s) THEN -1 ELSE -2 END AS a,
               CASE WHEN product_id IS NULL THEN NULL WHEN product_id = ANY(%s) THEN product_id WHEN product_id = ANY(%s) THEN -1 ELSE -2 END AS b,
               CASE WHEN product_id IS NULL THEN parent END AS c,
               CASE WHEN space_id = ANY(%s) THEN space_id WHEN space_id = ANY(%s) THEN -1 ELSE -2 END AS d,
               sum(amount)
        FROM ({inner}) AS asked GROUP BY a, b, c, d HAVING sum(amount) <> 0
    """  # noqa: S608  names of ours; what was asked for goes as parameters
    choices = (
        known.numbers(OBJECTIVE, kept[0]), known.numbers(OBJECTIVE), known.numbers(PRODUCT, kept[1]), known.numbers(PRODUCT),
        known.spaces(kept[2]), known.spaces(),
    )  # fmt: skip
    found = [
        (REST if a == -1 else known.objective(a), REST if b == -1 else known.middle(b, c), REST if d == -1 else known.project(d), amount)
        for a, b, c, d, amount in kept_effort.fetched(asked, (*choices, *given), known.places, at)
    ]
    return Map(found, known.names, sums, [])


def _sums(known: _Names, inner: str, given: Sequence[Any], at: Hashable) -> list[dict[Key, float]]:
    asked = f"""
        SELECT GROUPING(objective_id, product_id, parent, space_id), objective_id, product_id, parent, space_id, sum(amount)
        FROM (SELECT objective_id, product_id, CASE WHEN product_id IS NULL THEN parent END AS parent, space_id, amount FROM ({inner}) AS asked) AS work
        GROUP BY GROUPING SETS ((objective_id), (product_id, parent), (space_id)) HAVING sum(amount) <> 0
    """  # noqa: S608  as above
    sums: list[dict[Key, float]] = [{}, {}, {}]
    for by, objective, of_product, parent, space, amount in kept_effort.fetched(asked, given, known.places, at):
        column, key = {
            0b0111: (0, known.objective(objective)), 0b1001: (1, known.middle(of_product, parent)), 0b1110: (2, known.project(space)),
        }[by]  # fmt: skip
        sums[column][key] = sums[column].get(key, 0.0) + amount
    return sums


def largest(sums: Mapping[Key, float], most: int) -> set[Key]:
    """What serves nothing is never hidden among the others; of equal ones the older, so that a band and its records agree."""
    return set(sorted(sums, key=lambda key: (key != NOTHING, -round(sums[key], 6), key))[:most])
