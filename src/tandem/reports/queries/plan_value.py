"""What a plan scenario does to money that is to be gained: planned benefits of the projects and promises that end otherwise.

A benefit that is still only planned comes as many days later (or earlier) as the project that brings it ends, or as the last
promise of its features. Later: what falls behind the last quarter of its plan is lost. Earlier: so many days more of its last quarter.
Benefits that nobody has planned in money, by quarter and from a day on, say nothing here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

from tandem.kit.dates import months_on
from tandem.portfolio.models import Benefit

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class ValueLine:
    """`days` later (negative: earlier); `change` is what its plan brings more by that, negative where less."""

    benefit: Benefit
    days: int
    change: Decimal


def lines(user: Any, by_space: dict[int, int], by_promise: Iterable[tuple[Any, int]]) -> list[ValueLine]:
    """The largest change first. `by_space`: days by which projects end later; `by_promise`: promises, with theirs."""
    planned = Benefit.objects.visible_to(user).filter(kind=Benefit.Kind.MONEY, state=Benefit.State.PLANNED, starts_on__isnull=False)
    moved = {row.pk: (row, by_space[row.space_id]) for row in planned.filter(space_id__in=by_space) if by_space[row.space_id]}
    of_features: dict[int, int] = {}
    for promise, days in by_promise:
        if promise.feature_id and promise.feature.benefit_id:
            of_features[promise.feature.benefit_id] = max(days, of_features.get(promise.feature.benefit_id, days))
    for row in planned.filter(pk__in=of_features.keys() - moved.keys()):
        moved[row.pk] = (row, of_features[row.pk])
    found = [ValueLine(row, days, change(row.profile, row.starts_on, days)) for row, days in moved.values() if row.profile and row.starts_on and days]
    return sorted((line for line in found if line.change), key=lambda line: (-abs(line.change), line.benefit.pk))


def sums(found: Iterable[ValueLine]) -> dict[str, Decimal]:
    """By currency."""
    of: dict[str, Decimal] = {}
    for line in found:
        of[line.benefit.currency] = of.get(line.benefit.currency, Decimal(0)) + line.change
    return of


def change(profile: Sequence[int], first: date, days: int) -> Decimal:
    """What a plan by quarter brings more when it comes so many days later; evenly within a quarter."""
    edges = [first, *(months_on(first, 3 * n) for n in range(1, len(profile) + 1))]
    lengths = [(last - begin).days for begin, last in pairwise(edges)]
    if days < 0:
        return (Decimal(profile[-1]) * -days / lengths[-1]).quantize(_CENT)
    left, lost = days, Decimal(0)
    for amount, length in zip(reversed(profile), reversed(lengths), strict=True):
        part = min(left, length)
        lost += Decimal(amount) * part / length
        left -= part
    return -lost.quantize(_CENT)
