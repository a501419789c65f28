"""What was expected beside what came of it: scores of features and values of proposals against their measured benefits, and
how well the one order foretold the other."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tandem.compute.priority.rank_correlation import NEEDED, Agreement, agreement
from tandem.people.models import Space
from tandem.portfolio.models import Benefit, Proposal
from tandem.product.models import Feature, Product, Score, ScoringModel
from tandem.reports.queries import benefits, proposals
from tandem.reports.queries.scope import below

__all__ = ["NEEDED", "Agreement", "Outcome", "Record"]
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Record:
    """One benefit with what was expected: `expected` is the score or the net present value, the latter in
    `expected_currency`; `share` what came of what was planned by the day of the measurement, `money` what came in all where
    it is money."""

    title: str
    kind: str  # feature or proposal
    id: int
    benefit_id: int
    benefit: str
    expected: float
    share: float | None
    money: float | None
    currency: str
    expected_currency: str = ""
    others: int = 0  # features that share the benefit, or further benefits of the proposal


@dataclass(frozen=True, slots=True)
class Outcome:
    """`by_share` compares the order with the share that came true, `by_money` with the money, in one currency alone.
    `expected_currency` is that of the compared net present values, `apart` how many are in another and stay out.
    `unmeasured`: have a benefit of which nothing is known yet; `without`: have none."""

    records: tuple[Record, ...]
    by_share: Agreement
    by_money: Agreement
    currency: str
    unmeasured: int
    without: int
    expected_currency: str = ""
    apart: int = 0
    most: int = 0  # so many were read and no more, where there are more

    @property
    def compared(self) -> tuple[Record, ...]:
        """What was expected of them can be put into one order."""
        return tuple(one for one in self.records if one.expected_currency == self.expected_currency)


def of_features(user: Any, product: Product, model: ScoringModel) -> Outcome:
    """Of a product's features with a score by the model. A benefit that several features share counts once, with the mean
    of their scores."""
    scores = Score.objects.visible_to(user).filter(model=model, feature__product=product, value__isnull=False)
    rows = list(scores.exclude(feature__benefit=None).select_related("feature").order_by("feature_id")[: _MOST + 1])
    most, rows = _cut(rows), rows[:_MOST]
    known = _known(user, {row.feature.benefit_id for row in rows})
    together: dict[int, list[Score]] = defaultdict(list)
    for row in rows:
        if row.feature.benefit_id in known:
            together[row.feature.benefit_id].append(row)
    records = []
    for benefit_id, group in together.items():
        first, mean = group[0].feature, sum(row.value or 0.0 for row in group) / len(group)
        records.append(_record([known[benefit_id]], first.title, "feature", first.pk, mean, "", len(group) - 1))
    scored = Feature.objects.visible_to(user).filter(product=product, scores__model=model, scores__value__isnull=False, benefit=None)
    return _outcome(records, scored.count(), most)


def of_proposals(user: Any, space: Space | None) -> Outcome:
    """Of proposals that became projects, in a place and below it (not of those that ask to go on with one): the net present value of the case against all that came
    of its benefits: their money added up, the mean of their shares."""
    rows = Proposal.objects.visible_to(user).filter(state=Proposal.State.PROJECT)
    rows = rows.exclude(pk__in=rows.continuing().values("pk"))
    if space is not None:
        rows = rows.filter(space_id__among=below(user, space.pk))
    cases: list[Any] = list(rows.order_by("id")[: _MOST + 1])
    most, cases = _cut(cases), cases[:_MOST]
    proposals.look_up(user, cases)
    planned = Benefit.objects.visible_to(user).filter(proposal__in=[row.pk for row in cases]).values_list("proposal_id", "pk")
    of_case: dict[int, list[int]] = defaultdict(list)
    for proposal_id, pk in planned:
        of_case[proposal_id].append(pk)
    known = _known(user, {pk for group in of_case.values() for pk in group})
    records = []
    for row in cases:
        if made := [known[pk] for pk in of_case.get(row.pk, []) if pk in known]:
            records.append(_record(made, row.title, "proposal", row.pk, float(row.case.npv), row.currency, len(made) - 1))
    return _outcome(records, sum(row.pk not in of_case for row in cases), most)


def _known(user: Any, ids: set[int | None]) -> dict[int, Any]:
    rows: list[Any] = list(Benefit.objects.visible_to(user).filter(pk__in=ids).exclude(state=Benefit.State.DROPPED).select_related("kpi"))
    benefits.look_up(user, rows)
    return {row.pk: row for row in rows}


def _record(rows: Sequence[Any], title: str, kind: str, id_: int, expected: float, expected_currency: str, others: int) -> Record:
    """Money of the currency of the expectation, or else of the first one that has any."""
    currencies = [row.currency for row in rows if row.is_money]
    currency = expected_currency if expected_currency in currencies else next(iter(currencies), "")
    shares = [row.realised.to_plan for row in rows if row.realised.to_plan is not None]
    paid = [float(row.realised.value) for row in rows if row.is_money and row.currency == currency and row.realised.value is not None]
    return Record(
        title, kind, id_, rows[0].pk, rows[0].title, expected, sum(shares) / len(shares) if shares else None, sum(paid) if paid else None, currency,
        expected_currency, others,
    )


def _outcome(records: Sequence[Record], without: int, most: int) -> Outcome:
    """What was expected in the currency that most are expected in, and the money of the currency that most of these are
    measured in; the others stay out of the comparison."""
    known = [one for one in records if one.share is not None or one.money is not None]
    of = _most(one.expected_currency for one in known)
    ordered = sorted(known, key=lambda one: (one.expected_currency != of, one.expected_currency, -one.expected, one.title, one.benefit_id))
    alike = [one for one in ordered if one.expected_currency == of]
    shared = [one for one in alike if one.share is not None]
    currency = _most(one.currency for one in alike if one.money is not None and of in ("", one.currency))
    paid = [one for one in alike if one.money is not None and one.currency == currency]
    return Outcome(
        tuple(ordered),
        agreement([one.expected for one in shared], [one.share or 0.0 for one in shared]),
        agreement([one.expected for one in paid], [one.money or 0.0 for one in paid]),
        currency, len(records) - len(known), without, of, len(ordered) - len(alike), most,
    )  # fmt: skip


def _cut(rows: Sequence[Any]) -> int:
    return _MOST if len(rows) > _MOST else 0


def _most(names: Iterable[str]) -> str:
    counts = Counter(names)
    return max(sorted(counts), key=lambda name: counts[name], default="")
