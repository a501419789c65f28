"""Asking stakeholders what comes first: the ballot, who may vote, and what each said. One vote each, kept by the database."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet

HEAVIEST = 100


class BallotQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at=None, closes_at__gt=clock.now())

    def closed(self) -> Self:
        return self.filter(Q(closed_at__isnull=False) | Q(closes_at__lte=clock.now()))


class Ballot(Scoped):
    class Method(models.TextChoices):
        MONEY = "money", _("Spend a budget")
        RANKING = "ranking", _("Rank")
        PAIRS = "pairs", _("Compare pairs")
        MOSCOW = "moscow", _("MoSCoW: must, should, could")
        KANO = "kano", _("Kano: with it and without it")

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="ballots")
    title = models.CharField(_("ballot"), max_length=200)
    intro = models.TextField(_("what it is about"), max_length=2000, blank=True)
    method = models.CharField(_("method"), max_length=8, choices=Method.choices, default=Method.MONEY)
    budget = models.PositiveIntegerField(
        _("budget of each"), default=100, validators=[MinValueValidator(1), MaxValueValidator(1_000_000)]
    )
    features = models.ManyToManyField("product.Feature", related_name="ballots", verbose_name=_("features"))
    closes_at = models.DateTimeField(_("open until"))
    is_secret = models.BooleanField(_("secret until it closes"), default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    # the decision: the features in their order, why, and what was said on single points (feature id → text)
    decided_order = models.JSONField(default=list, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    notes = models.JSONField(default=dict, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    run = models.UUIDField(null=True, blank=True)

    objects = BallotQuerySet.as_manager()

    class Meta:
        ordering = ["-closes_at", "id"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.closed_at is None and clock.now() < self.closes_at

    @property
    def is_decided(self) -> bool:
        return self.decided_at is not None

    @property
    def shows_results(self) -> bool:
        """An open ballot shows how it stands; a secret one only when it is closed."""
        return not self.is_secret or not self.is_open


class VoterQuerySet(ScopedQuerySet):
    def invited(self) -> Self:
        return self.filter(withdrawn_at=None)

    def waiting_for(self, user: Any) -> Self:
        """Where this person may vote and has not yet."""
        return self.invited().filter(user=user, vote=None, ballot__closed_at=None, ballot__closes_at__gt=clock.now())


class Voter(Scoped):
    """Somebody who may vote: a person with an account, or whoever holds the personal link (kept as a digest)."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="voters")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=200, blank=True)
    digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    # how many votes this one counts as; everybody who sees the ballot sees it
    weight = models.PositiveSmallIntegerField(_("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(HEAVIEST)])

    objects = VoterQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ballot", "user"], name="one_voter_per_person"),
            models.CheckConstraint(
                condition=Q(user__isnull=False, digest__isnull=True) | Q(user__isnull=True, digest__isnull=False), name="voter_by_account_or_link"
            ),
            models.CheckConstraint(condition=Q(weight__range=(1, HEAVIEST)), name="voter_weighs_something"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.user.name if self.user else self.name


class Vote(Scoped):
    """`answer`: {"gifts": {id: amount}}, {"places": {id: place}}, {"pairs": {"a-b": "first" | "second" | "equal"}},
    {"classes": {id: "must" | "should" | "could" | "wont"}} or {"kano": {id: [with it, without it]}}."""

    ballot = models.ForeignKey(Ballot, models.CASCADE, related_name="votes")
    voter = models.OneToOneField(Voter, models.PROTECT, related_name="vote")
    answer = models.JSONField(default=dict)
    cast_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.ballot_id}: {self.voter_id}"
