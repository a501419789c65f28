"""Does the work serve what was decided? Work that serves nothing, objectives that nothing serves, effort against intent."""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Case, Q, Value, When

from tandem.kit import clock
from tandem.kit.dates import months_on
from tandem.people.models import Space
from tandem.planning.models import Effort
from tandem.portfolio.models import Portfolio, Programme, Project
from tandem.product.models import Product
from tandem.reports.queries import kept_effort
from tandem.strategy.models import Objective

LOGGED, ESTIMATED, POINTS, ITEMS = "logged", "estimated", "points", "items"
MEASURES = (LOGGED, ESTIMATED, POINTS, ITEMS)
_COVERAGE = {LOGGED: "with_logged", ESTIMATED: "with_estimate", POINTS: "with_points"}
NEEDED_ITEMS = 10
"""Of less work no share is judged."""
COVERED = 0.5
"""Hours, estimates and points count where at least this share of the items has them."""
MUCH, LITTLE, FITS, UNKNOWN = "much", "little", "fits", "unknown"
TOLERATED_POINTS, TOLERATED_SHARE = 0.05, 0.25


@dataclass(slots=True)
class Sums:
    """The same work in each measure, and on how many items each is known."""

    items: float = 0.0
    logged: float = 0.0
    estimated: float = 0.0
    points: float = 0.0
    with_logged: float = 0.0
    with_estimate: float = 0.0
    with_points: float = 0.0

    def add(self, values: Sequence[float]) -> None:
        self.items += values[0]
        self.logged += values[1]
        self.estimated += values[2]
        self.points += values[3]
        self.with_logged += values[4]
        self.with_estimate += values[5]
        self.with_points += values[6]

    def of(self, measure: str) -> float:
        return float(getattr(self, measure))

    def covered(self, measure: str) -> float:
        return 1.0 if measure == ITEMS else float(getattr(self, _COVERAGE[measure])) / self.items if self.items else 0.0


@dataclass
class Line:
    """An objective with what it got: `share` of the work that is looked at, its parts' included. Of a part of the work
    nothing was intended: what an objective says is its share of all work."""

    objective: Objective
    share: float | None
    amount: float
    state: str
    by_month: list[float | None] = field(default_factory=list)
    depth: int = 0
    is_part: bool = False

    @property
    def intended(self) -> float | None:
        return self.objective.intended_share / 100 if self.objective.intended_share and not self.is_part else None

    @property
    def off_by(self) -> float | None:
        return self.share - self.intended if self.share is not None and self.intended is not None else None


@dataclass
class Scored:
    """A project, product, programme or portfolio: how much of its work serves an objective."""

    kind: str
    pk: int
    name: str
    space_id: int
    amount: float
    served: float
    items: float

    @property
    def score(self) -> float | None:
        return self.served / self.amount if round(self.items, 3) >= NEEDED_ITEMS and self.amount else None


@dataclass
class Alignment:
    measure: str
    coverage: float
    whole: Sums
    served: float
    lines: list[Line]
    scored: list[Scored]
    months: list[date]
    hidden: float
    computed_at: datetime | None
    is_part: bool = False
    objectives: list[Objective] = field(default_factory=list)
    own: dict[int, float] = field(default_factory=dict)
    "By objective, without its parts."
    version: Hashable = None
    "That of the effort it was read from."

    @property
    def amount(self) -> float:
        return self.whole.of(self.measure)

    @property
    def is_enough(self) -> bool:
        return round(self.whole.items, 3) >= NEEDED_ITEMS and self.amount > 0

    @property
    def score(self) -> float | None:
        return self.served / self.amount if self.is_enough else None

    @property
    def as_intended(self) -> float | None:
        """How much of the intended distribution is there: each objective counts up to its intended share."""
        said: list[tuple[float, float]] = []
        above: int | None = None
        for line in self.lines:  # depth first: what stands below one that counts is in it already
            above = None if above is not None and line.depth <= above else above
            if above is None and line.intended is not None:
                said.append((line.intended, line.share or 0.0))
                above = line.depth
        whole = sum(intended for intended, _share in said)
        return sum(min(pair) for pair in said) / whole if said and self.is_enough else None

    def wrong(self, state: str) -> list[Line]:
        return [line for line in self.lines if line.state == state]


_SUMS = ("items", "logged", "estimated", "points", "with_logged", "with_estimate", "with_points")


def read(
    user: Any, *, since: date | None, to_come: bool = False, within: set[int] | None = None, product: int | None = None, months: int = 12,
    with_scores: bool = True,
) -> Alignment:  # fmt: skip
    """`since` a month (none: from the beginning), or the work that is still `to_come`; `within` some spaces, of a
    `product`. Eight queries, however much there is; three without the
    scores of projects, programmes, portfolios and products."""
    first = months_on(clock.today(), 1 - months)
    wanted = Q(month=None) if to_come else Q(month__gte=since) if since else Q(month__isnull=False)
    rows = effort(user, within, product).filter(wanted | Q(month__gte=first))
    whole, by_objective, computed_at, at = Sums(), defaultdict(Sums), None, kept_effort.version()
    by_space: dict[tuple[int, bool], Sums] = defaultdict(Sums)
    by_product: dict[tuple[int, bool], Sums] = defaultdict(Sums)
    by_month: dict[tuple[date, int | None], Sums] = defaultdict(Sums)
    for by, month, objective, space, of_product, is_served, is_wanted, newest, *values in _grouped(rows.annotate(is_wanted=_is(wanted)), at):
        if by == _MONTH:
            if month and month >= first:
                by_month[month, objective].add(values)
            computed_at = max(filter(None, (computed_at, newest)))
            if is_wanted:
                whole.add(values)
                by_objective[objective].add(values)
        elif is_wanted and by == _SPACE:
            by_space[space, is_served].add(values)
        elif is_wanted and of_product:
            by_product[of_product, is_served].add(values)
    measure = _measure(whole)
    objectives = list(Objective.objects.visible_to(user).select_related("theme", "owner").order_by("starts_on", "id"))
    timeline = _months(first)
    found = Alignment(
        measure, whole.covered(measure), whole, sum(s.of(measure) for pk, s in by_objective.items() if pk is not None), [], [], timeline, 0.0,
        computed_at, within is not None or product is not None,
    )  # fmt: skip
    found.objectives, found.version = objectives, at
    found.own = {pk: sums.of(measure) for pk, sums in by_objective.items() if pk is not None}
    found.lines = _lines(found, objectives, by_objective, by_month)
    known = {o.pk for o in objectives}
    found.hidden = sum(s.of(measure) for pk, s in by_objective.items() if pk is not None and pk not in known)
    if with_scores:
        found.scored = _scored(user, measure, by_space, by_product)
    return found


_MONTH, _SPACE = 0b0011, 0b1101  # which columns a row is not grouped by, as bits: see `GROUPING` of PostgreSQL


def _is(condition: Q) -> Any:
    return Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


def _grouped(rows: Any, at: Hashable) -> list[tuple[Any, ...]]:
    """Sums by month and objective, by space, and by product, in one walk over the rows: however many there are, only what the
    page says comes out of the database."""
    inner, params = rows.order_by().values("space_id", "objective_id", "product_id", "month", "is_wanted", "computed_at", *_SUMS).query.sql_with_params()
    sums = ", ".join(f"sum({name})" for name in _SUMS)
    asked = f"""
        SELECT GROUPING(month, objective_id, space_id, product_id), month, objective_id, space_id, product_id, is_served, is_wanted, max(computed_at), {sums}
        FROM (SELECT *, objective_id IS NOT NULL AS is_served FROM ({inner}) AS asked) AS work
        GROUP BY GROUPING SETS ((month, objective_id, is_wanted), (space_id, is_served, is_wanted), (product_id, is_served, is_wanted))
    """  # noqa: S608  names of ours; what was asked for goes as parameters
    return kept_effort.fetched(asked, params, at=at)


def effort(user: Any, within: set[int] | None = None, product: int | None = None) -> Any:
    rows = Effort.objects.visible_to(user)
    if within is not None:
        rows = rows.in_spaces(within)
    return rows.filter(product=product) if product else rows


def _measure(whole: Sums) -> str:
    """The first in which at least half of the items are known; items are always."""
    return next(m for m in MEASURES if (whole.covered(m) >= COVERED and whole.of(m) > 0) or m == ITEMS)


def since(months: int) -> date:
    """The first day of the month so many months ago, this one counted."""
    return months_on(clock.today(), 1 - months)


def _months(first: date) -> list[date]:
    found, at = [], first
    while at <= clock.today():
        found.append(at)
        at = months_on(at, 1)
    return found


def _lines(found: Alignment, objectives: list[Objective], by_objective: dict[Any, Sums], by_month: dict[Any, Sums]) -> list[Line]:
    """Depth first. What serves a part serves the objective above it."""
    known = {o.pk: o for o in objectives}
    reached: dict[int, set[int]] = {pk: {pk} for pk in known}
    for pk in known:
        at, seen = known[pk].parent_id, {pk}
        while at in known and at not in seen:
            reached[at].add(pk)
            seen.add(at)
            at = known[at].parent_id
    below: dict[int | None, list[Objective]] = defaultdict(list)
    for o in objectives:
        if o.state == Objective.State.OPEN or by_objective.keys() & reached[o.pk]:
            below[o.parent_id if o.parent_id in known else None].append(o)
    measure, lines = found.measure, []
    monthly: dict[date, float] = defaultdict(float)
    for (month, _o), sums in by_month.items():
        monthly[month] += sums.of(measure)

    def walk(parent: int | None, depth: int) -> None:
        for o in below.get(parent, []):
            amount = sum(by_objective[pk].of(measure) for pk in reached[o.pk] if pk in by_objective)
            share = amount / found.amount if found.is_enough else None
            state = UNKNOWN if found.is_part else judged(share, o.intended_share)
            line = Line(o, share, amount, state, depth=depth, is_part=found.is_part)
            for month in found.months:
                part = sum(by_month[month, pk].of(measure) for pk in reached[o.pk] if (month, pk) in by_month)
                line.by_month.append(part / monthly[month] if monthly[month] else None)
            lines.append(line)
            walk(o.pk, depth + 1)

    walk(None, 0)
    return lines


def judged(share: float | None, intended: int | None) -> str:
    """More, or less, than intended: by more than five points and by more than a quarter of what was intended."""
    if share is None or not intended:
        return UNKNOWN
    off = share - intended / 100
    if abs(off) <= TOLERATED_POINTS or abs(off) <= TOLERATED_SHARE * intended / 100:
        return FITS
    return MUCH if off > 0 else LITTLE


def _scored(user: Any, measure: str, by_space: dict[tuple[int, bool], Sums], by_product: dict[tuple[int, bool], Sums]) -> list[Scored]:
    above = dict(Space.objects.visible_to(user).values_list("pk", "parent_id"))
    reached: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for (space, is_served), sums in by_space.items():
        at: int | None = space
        while at is not None:
            _count(reached[at], sums, measure, is_served)
            at = above.get(at)
    found = []
    for model in (Portfolio, Programme, Project):
        for pk, name, space in model._default_manager.visible_to(user).values_list("pk", "name", "space_id"):  # type: ignore[attr-defined]
            if space in reached:
                found.append(Scored(model._meta.label_lower, pk, name, space, *reached[space]))
    products: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for (pk, is_served), sums in by_product.items():
        _count(products[pk], sums, measure, is_served)
    for pk, name, space in Product.objects.visible_to(user).values_list("pk", "name", "space_id"):
        if pk in products:
            found.append(Scored("product.product", pk, name, space, *products[pk]))
    return sorted(found, key=lambda s: (s.score is None, s.score or 0, -s.amount, s.name))


def _count(row: list[float], sums: Sums, measure: str, is_served: bool) -> None:
    row[0] += sums.of(measure)
    row[1] += sums.of(measure) if is_served else 0.0
    row[2] += sums.items


def below(user: Any, space_id: int) -> set[int]:
    """The space and those below it, as far as the user sees them."""
    parents = dict(Space.objects.visible_to(user).values_list("pk", "parent_id"))
    found = {space_id}
    grown = True
    while grown:
        more = {pk for pk, parent in parents.items() if parent in found} - found
        found |= more
        grown = bool(more)
    return found
