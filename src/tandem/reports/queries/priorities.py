"""The features of a product in the order of a scoring model: what each score is made of, and how firm the order is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce

from tandem.compute.errors import Uncomputable
from tandem.compute.priority import Formula, Ranked, Ranking, quadrants, rank
from tandem.compute.priority.evaluate import evaluate
from tandem.compute.priority.explain import factors
from tandem.kit.errors import Refused
from tandem.product import scoring
from tandem.product.models import Feature, Product, Score, ScoringModel
from tandem.product.scoring import Input, Values

TRIED, TOP, SWING, DRAWS = 60, 10, 0.2, 100
"""How firm the first `TOP` are is tried among the best `TRIED`: each weight alone and all together vary by `SWING`."""


@dataclass
class Priorities:
    """`best` are the first, with the parts of their scores; `ranges` say between which places one lies when weights vary."""

    model: ScoringModel
    inputs: list[Input]
    unit: str = ""
    best: list[Score] = field(default_factory=list)
    ranking: Ranking | None = None
    parts: dict[int, Ranked] = field(default_factory=dict)
    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    points: list["Point"] = field(default_factory=list)
    axes: tuple[str, str] | None = None
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """A feature in the picture: what stands below the line of the formula, what above it, and the field it lies in."""

    score: Score
    x: float
    y: float
    corner: str | None


def models(user: Any, product: Product) -> list[ScoringModel]:
    """Those that the product follows, its own first, then those above; the newest first."""
    found = ScoringModel.objects.visible_to(user).followed_in(product.space_id)
    return sorted(found, key=lambda one: (one.space_id != product.space_id, -one.pk))


def scores(user: Any, product: Product, model: ScoringModel) -> Any:
    """Of the features that are still to be chosen from."""
    return Score.objects.visible_to(user).filter(model=model, feature__product=product).to_choose().select_related("feature")


def unscored(user: Any, product: Product, model: ScoringModel) -> Any:
    known = Score.objects.visible_to(user).filter(model=model, feature__product=product, value__isnull=False).values("feature")
    rows = Feature.objects.visible_to(user).filter(product=product).exclude(pk__in=known)
    return rows.exclude(state__in=(Feature.State.SHIPPED, Feature.State.DECLINED)).order_by("rank", "id")


def read(user: Any, product: Product, model: ScoringModel) -> Priorities:
    """The best, in order, with the sensitivity of that order. One query."""
    found = Priorities(model, scoring.stored(model.inputs))
    try:
        formula = scoring.checked(model.formula, found.inputs)
    except Refused:
        found.is_broken = True
        return found
    found.unit = str(formula.type)
    found.best = list(scores(user, product, model).filter(value__isnull=False).order_by("-value", "id")[:TRIED])
    if not found.best:
        return found
    said = [row.inputs for row in found.best]
    columns = scoring.columns_of(formula, found.inputs, said)
    names = [str(row.feature_id) for row in found.best]
    try:
        found.ranking = rank(formula, names, columns, top=TOP, swing=SWING, draws=DRAWS)
    except Uncomputable:
        return found
    found.parts = {int(one.item): one for one in found.ranking.rows}
    found.ranges = _ranges(found.ranking)
    found.axes, found.points = _points(formula, found, columns)
    return found


def with_places(user: Any, product: Product, rows: Any) -> Any:
    """Scores of the product's features, each with how many are better by the same model (`better`)."""
    above = Score.objects.visible_to(user).filter(model=OuterRef("model"), feature__product=product, value__gt=OuterRef("value")).to_choose()
    count = above.order_by().values("model").annotate(n=Count("pk")).values("n")
    return rows.annotate(better=Coalesce(Subquery(count), 0))


def place_of(user: Any, product: Product, model: ScoringModel, value: float) -> int:
    """1 and the number of better ones; equal scores share the better place."""
    return int(scores(user, product, model).filter(value__gt=value).count()) + 1


def explained(model: ScoringModel, said: Values) -> Ranked | None:
    """What one feature's score is made of."""
    try:
        inputs = scoring.stored(model.inputs)
        formula = scoring.checked(model.formula, inputs)
        return rank(formula, ["1"], scoring.columns_of(formula, inputs, [said]), swing=0).rows[0]
    except (Refused, Uncomputable):
        return None


def _ranges(ranking: Ranking) -> dict[int, tuple[int, int]]:
    firm = ranking.sensitivity
    if firm is None:
        return {}
    orders = [firm.top, *(order for swing in firm.swings for order in (swing.down, swing.up))]
    found = {}
    for item in firm.top:
        places = [order.index(item) + 1 if item in order else len(order) + 1 for order in orders]
        found[int(item)] = (min(places), max(places))
    return found


def _points(formula: Formula, found: Priorities, columns: dict[str, list[float | None]]) -> tuple[tuple[str, str] | None, list[Point]]:
    """Where the whole score is a quotient: what is divided upwards, what it is divided by to the right."""
    last = len(formula.steps) - 1
    parts = factors(formula, last)
    over, under = ([at for at, power in parts if power == sign] for sign in (1, -1))
    if not over or not under:
        return None, []
    steps = evaluate(formula, columns, len(found.best))
    ys, xs = (_products(steps, places, len(found.best)) for places in (over, under))
    corners = quadrants(ys, xs)
    axes = (" · ".join(formula.text(at) for at in under), " · ".join(formula.text(at) for at in over))
    rows = zip(found.best, xs, ys, corners, strict=True)
    return axes, [Point(row, x, y, corner) for row, x, y, corner in rows if x is not None and y is not None]


def _products(steps: Sequence[Any], places: list[int], count: int) -> list[float | None]:
    found: list[float | None] = []
    for at in range(count):
        product = 1.0
        values = [steps[place][at] for place in places]
        if not all(isinstance(value, float) for value in values):
            found.append(None)
            continue
        for value in values:
            product *= value
        found.append(product)
    return found
