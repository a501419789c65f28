"""Where the work goes: each project's items divided among the objectives that they serve, month by month.

The nearest record that says what it serves counts: the item or one above it, the feature whose scope it is in, the
feature's release, the product, then the project, its programme, its portfolio. A weight is a share in per cent: what is
left to 100 serves nothing, more than 100 together is brought down to 100.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Sum, TextField, Value
from django.db.models.functions import TruncMonth

from tandem.kit import clock
from tandem.people.models import Space, SpaceKind
from tandem.planning.models import Effort
from tandem.portfolio.models import Portfolio, Programme, Project
from tandem.product.models import Feature, Product, Release, Scope
from tandem.strategy.models import Contribution, Objective
from tandem.work.models import State, TimeEntry, WorkItem

_LOCK = 0x7A60
FEATURE, RELEASE, ITEM, PRODUCT = "product.feature", "product.release", "work.workitem", "product.product"
_OWNERS: tuple[Any, ...] = (Portfolio, Programme, Project, Product)
Key = tuple[str, int]


class Part(NamedTuple):
    """A share of an item: which objective it serves (none: nothing), by whose contribution, for which product."""

    objective: int | None
    product: int | None
    via: Key | None
    share: float


@dataclass
class Serving:
    """Who serves what, in a few dictionaries: the whole organisation's at once."""

    said: dict[Key, list[tuple[int, int]]]
    owners: dict[int, Key]
    above: dict[int, int | None]
    features: dict[int, tuple[int, int | None, int]]
    releases: dict[int, tuple[int, int]]
    closed: frozenset[int] = frozenset()
    open: frozenset[int] = frozenset()
    known: dict[Any, list[Part]] = field(default_factory=dict)

    def open_alone(self) -> "Serving":
        """The same without the objectives that are closed."""
        said = {key: left for key, rows in self.said.items() if (left := [row for row in rows if row[0] not in self.closed])}
        return replace(self, said=said, known={})

    def of_space(self, space: int | None, product: int | None = None) -> list[Part]:
        """By the project, programme, portfolio or product that owns the space, or the first above it that says anything."""
        while space is not None:
            owner = self.owners.get(space)
            if owner and self.said.get(owner):
                return self._split(owner, product)
            space = self.above.get(space)
        return [Part(None, product, None, 1.0)]

    def of_feature(self, pk: int) -> list[Part]:
        product, release, space = self.features[pk]
        for key in ((FEATURE, pk), (RELEASE, release or 0)):
            if self.said.get(key):
                return self._split(key, product)
        return self.of_space(space, product)

    def of_release(self, pk: int) -> list[Part]:
        product, space = self.releases[pk]
        return self._split((RELEASE, pk), product) if self.said.get((RELEASE, pk)) else self.of_space(space, product)

    def of_scope(self, features: frozenset[int], releases: frozenset[int], space: int) -> list[Part]:
        """Of an item in the scope of several, an equal part for each; where they say nothing, the project does."""
        key = (features, releases, space)
        if key not in self.known:
            found = [self.of_feature(pk) for pk in sorted(features)] or [self.of_release(pk) for pk in sorted(releases)]
            parts: list[Part] = []
            for one in found:
                silent = one[0].via is None
                parts += self.of_space(space, one[0].product) if silent else one
            self.known[key] = [p._replace(share=p.share / len(found)) for p in parts] if found else self.of_space(space)
        return self.known[key]

    def of_item(self, pk: int) -> list[Part]:
        return self._split((ITEM, pk), None) if self.said.get((ITEM, pk)) else []

    def _split(self, key: Key, product: int | None) -> list[Part]:
        said = self.said[key]
        whole = max(100, sum(weight for _objective, weight in said))
        parts = [Part(objective, product, key, weight / whole) for objective, weight in said]
        left = 1 - sum(p.share for p in parts)
        return [*parts, Part(None, product, key, left)] if left > 1e-9 else parts


def serving(*, only_open: bool = False) -> Serving:
    """Six small reads of the whole organisation. A draft is no objective yet; a closed one was one."""
    return _served_by(Contribution.objects.all(), only_open, Feature.objects.all(), Release.objects.all(), None)


def serving_of_owners() -> Serving:
    """What projects, programmes, portfolios and products say, without features, releases and items: four small reads."""
    said = Contribution.objects.filter(subject_kind__in=[model._meta.label_lower for model in _OWNERS])
    return _served_by(said, False, Feature.objects.none(), Release.objects.none(), None)


def served() -> set[int]:
    """Open objectives to which anything contributes."""
    return set(Contribution.objects.filter(objective__state=Objective.State.OPEN).order_by().values_list("objective_id", flat=True).distinct())


def silent(features: Any) -> Any:
    """Those that contribute to no open objective, neither themselves nor their release."""
    said = Contribution.objects.filter(objective__state=Objective.State.OPEN)
    own = said.filter(subject_kind=FEATURE, subject_id=OuterRef("pk"))
    return features.exclude(Exists(own)).exclude(Exists(said.filter(subject_kind=RELEASE, subject_id=OuterRef("release_id"))))


def serving_of(
    *, features: Collection[int] = (), releases: Collection[int] = (), items: Collection[int] = (), spaces: Collection[int] = (), only_open: bool = False
) -> Serving:
    """The same for these records alone, with what stands above them: what a page about some of them needs."""
    own = Feature.objects.filter(pk__in=features)
    known = set(own.values_list("release_id", flat=True)) - {None} | set(releases)
    out = Release.objects.filter(pk__in=known)
    above = _above({*spaces, *own.values_list("space_id", flat=True), *out.values_list("space_id", flat=True)})
    said = Q(subject_kind=FEATURE, subject_id__in=features) | Q(subject_kind=RELEASE, subject_id__in=known) | Q(subject_kind=ITEM, subject_id__in=items)
    for model in _OWNERS:
        rows = model._default_manager.filter(space_id__in=above)
        said |= Q(subject_kind=model._meta.label_lower, subject_id__in=rows.values("pk"))
    return _served_by(Contribution.objects.filter(said), only_open, own, out, above)


def _served_by(contributions: Any, only_open: bool, features: Any, releases: Any, spaces: Collection[int] | None) -> Serving:
    states = {Objective.State.OPEN} if only_open else {Objective.State.OPEN, Objective.State.CLOSED}
    counted = dict(Objective.objects.filter(state__in=states).values_list("pk", "state"))
    said: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for kind, pk, objective, weight in contributions.order_by("id").values_list("subject_kind", "subject_id", "objective_id", "weight"):
        if objective in counted:
            said[kind, pk].append((objective, weight))
    return Serving(
        dict(said), _owners(spaces), dict(Space.objects.values_list("pk", "parent_id")),
        {pk: (product, release, space) for pk, product, release, space in features.values_list("pk", "product_id", "release_id", "space_id")},
        {pk: (product, space) for pk, product, space in releases.values_list("pk", "product_id", "space_id")},
        *(frozenset(pk for pk, state in counted.items() if state == one) for one in (Objective.State.CLOSED, Objective.State.OPEN)),
    )  # fmt: skip


def _owners(spaces: Collection[int] | None) -> dict[int, Key]:
    """By space; one query for all kinds of owners."""
    asked = []
    for model in _OWNERS:
        rows = model._default_manager.order_by() if spaces is None else model._default_manager.order_by().filter(space_id__in=spaces)
        asked.append(rows.values_list(Value(model._meta.label_lower, TextField()), "pk", "space_id"))
    return {space: (kind, pk) for kind, pk, space in asked[0].union(*asked[1:], all=True)}


def _above(spaces: set[int]) -> frozenset[int]:
    """These and what stands above them."""
    parents = dict(Space.objects.values_list("pk", "parent_id"))
    found: set[int] = set()
    for at in spaces:
        space: int | None = at
        while space is not None and space not in found:
            found.add(space)
            space = parents.get(space)
    return frozenset(found)


def compute_all(step: Callable[[str, int, int], Any] = lambda *_: None) -> None:
    """Every project, one after the other: each is replaced in a transaction of its own."""
    known = serving()
    spaces = list(Space.objects.filter(kind=SpaceKind.PROJECT).order_by("id").values_list("pk", flat=True))
    for number, space in enumerate(spaces):
        step("alignment", number, len(spaces))
        compute(space, known)


def compute(space: int, known: Serving | None = None) -> int:
    """Replaces what is kept of the project; returns how many rows there are now."""
    known = known or serving()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, space % 2**31])
        rows = _rows(space, known)
        Effort.objects.filter(space=space).delete()
        Effort.objects.bulk_create(rows, batch_size=1000)
    return len(rows)


_READ = (
    "pk", "parent_id", "state__category", "actual_finish", "created_at", "estimate_minutes", "estimate_points", "spent_minutes", "entered_minutes",
)  # fmt: skip
_SUMS = ("items", "logged", "estimated", "points", "with_logged", "with_estimate", "with_points")


def _rows(space: int, known: Serving) -> list[Effort]:
    items = list(WorkItem.objects.filter(space=space).present().order_by("pk").values_list(*_READ))
    parents = {row[0]: row[1] for row in items}
    inner = set(parents.values())
    part_of = _scopes(space, known, parents)
    logged = _logged(space)
    today = clock.today()
    sums: dict[tuple[Any, ...], list[float]] = defaultdict(lambda: [0.0] * len(_SUMS))
    for pk, _parent, category, finished, created, estimate, points, spent, entered in items:
        is_done = category == State.Category.DONE
        month = (finished or created).date().replace(day=1) if is_done else None
        for when, minutes in logged.get(pk, ()):
            _add(sums, part_of(pk), when, [0, minutes, 0, 0, 0, 0, 0])
        if spent:
            _add(sums, part_of(pk), month or today.replace(day=1), [0, spent, 0, 0, 0, 0, 0])
        if pk not in inner:
            values = [1, 0, estimate or 0, points or 0, bool(spent or entered), estimate is not None, points is not None]
            _add(sums, part_of(pk), month, values)
    now = clock.now()
    return [
        Effort(
            space_id=space, objective_id=objective, product_id=product, via_kind=via[0] if via else "", via_id=via[1] if via else None,
            month=month, computed_at=now, **{name: round(value, 6) for name, value in zip(_SUMS, values, strict=True)},
        )
        for (objective, product, via, month), values in sums.items()
    ]  # fmt: skip


def _add(sums: dict[tuple[Any, ...], list[float]], parts: Iterable[Part], month: date | None, values: list[float]) -> None:
    for part in parts:
        row = sums[part.objective, part.product, part.via, month]
        for n, value in enumerate(values):
            row[n] += value * part.share


def _logged(space: int) -> dict[int, list[tuple[date, int]]]:
    found: dict[int, list[tuple[date, int]]] = defaultdict(list)
    rows = TimeEntry.objects.present().filter(item__space=space).order_by().annotate(month=TruncMonth("day"))
    for item, month, minutes in rows.values_list("item_id", "month").annotate(Sum("minutes")):
        found[item].append((month, minutes))
    return found


def _scopes(space: int, known: Serving, parents: dict[int, int | None]) -> Callable[[int], list[Part]]:
    """What an item serves: by itself or the nearest above it that says so or is in a scope."""
    features: dict[int, set[int]] = defaultdict(set)
    releases: dict[int, set[int]] = defaultdict(set)
    for item, feature, release in Scope.objects.filter(item__space=space).values_list("item_id", "feature_id", "release_id"):
        if feature:
            features[item].add(feature)
        else:
            releases[item].add(release)
    found: dict[int, list[Part]] = {}

    def of(pk: int) -> list[Part]:
        way: list[int] = []
        at: int | None = pk
        while at is not None and at in parents and at not in found and at not in way:
            way.append(at)
            own = known.of_item(at)
            if own or at in features or at in releases:
                found[at] = own or known.of_scope(frozenset(features[at]), frozenset(releases[at]), space)
                break
            at = parents[at]
        parts = found[at] if at is not None and at in found else known.of_space(space)
        found.update(dict.fromkeys(way, parts))
        return parts

    return of
