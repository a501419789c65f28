"""Proposals as a reader sees them: what each business case comes to, which objectives it serves, what it is tied to."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q

from tandem.portfolio.business_case import Case, case
from tandem.portfolio.models import Portfolio, Proposal, ProposalTie
from tandem.strategy.models import Contribution

KIND = Proposal._meta.label_lower


@dataclass(frozen=True)
class Terms:
    """With what a portfolio computes."""

    rate: Decimal = Portfolio.DISCOUNT_RATE
    currency: str = "EUR"


def terms(user: Any, space_ids: set[int]) -> dict[int, Terms]:
    """By space; a space without a portfolio of its own computes with the usual rate."""
    rows = Portfolio.objects.visible_to(user).in_spaces(space_ids).values_list("space_id", "discount_rate", "currency")
    return {space: Terms(rate, currency) for space, rate, currency in rows}


def look_up(user: Any, rows: Sequence[Any]) -> None:
    """Sets `case`, `currency` and `fit` (the weights of its contributions) on each; two queries."""
    known = terms(user, {row.space_id for row in rows})
    weights: dict[int, int] = {}
    served = Contribution.objects.visible_to(user).filter(subject_kind=KIND, subject_id__in=[row.pk for row in rows])
    for subject, weight in served.values_list("subject_id", "weight"):
        weights[subject] = weights.get(subject, 0) + weight
    for row in rows:
        used = known.get(row.space_id, Terms())
        row.case, row.currency = case_of(row, used.rate), used.currency
        row.fit = weights.get(row.pk, 0)


def case_of(row: Proposal, rate: Decimal) -> Case:
    return case(row.costs, row.benefits, row.effort, rate)


def contributions(user: Any, row: Proposal) -> list[Contribution]:
    """What it serves, of the objectives that the reader sees; the heaviest first."""
    found = Contribution.objects.visible_to(user).of(row).filter(objective__space_id__among=user.visible_space_ids())
    return list(found.select_related("objective").order_by("-weight", "objective__title"))


def ties(user: Any, row: Proposal) -> list[ProposalTie]:
    found = ProposalTie.objects.visible_to(user).filter(Q(proposal=row) | Q(other=row))
    return list(found.select_related("proposal", "other"))


def counts(user: Any) -> dict[str, int]:
    """How many stand at each state of the queue."""
    rows = Proposal.objects.visible_to(user).order_by().values_list("state").annotate(Count("id"))
    return dict(rows)
