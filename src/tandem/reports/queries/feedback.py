"""Feedback as a reader sees it: what stands behind a feature, whose word it is, and what was merged into an entry."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce, Lower

from tandem.product.actions import feedback_families as families
from tandem.product.models import Customer, Feedback, FeedbackLink, FeedbackVote

SHOWN, AT_ONCE = 20, 100


@dataclass
class Asked:
    """Who asked for a feature. `weight` is the sum over distinct customers that the reader sees, each counted once."""

    count: int = 0
    votes: int = 0
    customers: int = 0
    weight: Decimal = Decimal(0)
    nameless: int = 0  # entries that name no customer: they add votes, no weight
    links: list[FeedbackLink] = field(default_factory=list)
    names: list[tuple[str, Decimal]] = field(default_factory=list)


def asked(user: Any, feature: Any) -> Asked:
    """A fixed number of queries, however many entries there are."""
    links = FeedbackLink.objects.visible_to(user).filter(feature=feature)
    shown = list(links.select_related("feedback").order_by("-feedback__votes", "-feedback_id")[: AT_ONCE + 1])
    if not shown:
        return Asked()
    is_all = len(shown) <= AT_ONCE
    entries = {one.feedback_id: one.feedback.merged_into_id for one in shown} if is_all else dict(links.values_list("feedback_id", "feedback__merged_into_id"))
    stand = families.roots(entries) if any(entries.values()) else set(entries)
    every = [pk for family in families.members(stand).values() for pk in family]
    sums = Feedback.objects.visible_to(user).filter(pk__in=every).aggregate(
        count=Count("pk"), outside=Coalesce(Sum("outside_votes"), 0), nameless=Count("pk", filter=Q(customer=None)),
        named=ArrayAgg("customer", distinct=True, filter=Q(customer__isnull=False), default=[]),
    )  # fmt: skip
    by = FeedbackVote.objects.visible_to(user).filter(feedback__in=every).exclude(confirmed_at=None)
    voters = by.values("user_id", address=Lower("email")).distinct().count()
    customers = list(Customer.objects.visible_to(user).filter(pk__in=sums["named"]).select_related("segment"))
    return Asked(
        count=sums["count"], votes=sums["outside"] + voters, customers=len(customers), weight=sum((c.counts_as for c in customers), Decimal(0)),
        nameless=sums["nameless"],
        links=shown[:SHOWN],
        names=sorted(((c.name, c.counts_as) for c in customers), key=lambda one: (-one[1], one[0])),
    )  # fmt: skip


def family(user: Any, row: Feedback) -> list[Feedback]:
    """What was merged into it, directly or by way of another."""
    ids = families.members([row.pk])[row.pk][1:]
    return list(Feedback.objects.visible_to(user).filter(pk__in=ids).select_related("giver").order_by("id"))


def links_of(user: Any, rows: Iterable[Feedback]) -> list[FeedbackLink]:
    found = FeedbackLink.objects.visible_to(user).filter(feedback__in=[row.pk for row in rows])
    return list(found.select_related("feature", "feedback").order_by("id"))


def has_voted(user: Any, row: Feedback) -> bool:
    ids = families.members([row.pk])[row.pk]
    return FeedbackVote.objects.visible_to(user).filter(feedback__in=ids, user=user).exists()


def people(user: Any, row: Feedback) -> int:
    """How many people we could name or write to: givers and voters of the family, each once."""
    ids = families.members([row.pk])[row.pk]
    rows = Feedback.objects.visible_to(user).filter(pk__in=ids)
    gave = {(giver, "" if giver else email.lower() or name.lower()) for giver, email, name in rows.values_list("giver_id", "giver_email", "giver_name")}
    return len((gave | families.voters(ids)) - {(None, "")})
