"""Who has to say yes to a change: one line of a table that holds in its space and below. The first line that fits decides."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import HandedDown
from tandem.portfolio.models import Portfolio

_VOICES = [MinValueValidator(0), MaxValueValidator(5)]


class ApprovalRule(HandedDown):
    class Kind(models.TextChoices):
        SCOPE = "scope", pgettext_lazy("kind of change", "Scope")
        DATES = "dates", pgettext_lazy("kind of change", "Dates of work")
        PEOPLE = "people", pgettext_lazy("kind of change", "People")
        MONEY = "money", pgettext_lazy("kind of change", "Money")
        PROMISE = "promise", pgettext_lazy("kind of change", "Promise")
        ROADMAP = "roadmap", pgettext_lazy("kind of change", "Roadmap")

    rank = models.PositiveSmallIntegerField(_("place in the table"))
    # all that the change touches is among these; empty: whatever it touches
    kinds = models.JSONField(_("kinds of change"), default=list, blank=True)
    # nothing moves by more, and no more money is asked for; empty: however much
    days_most = models.PositiveIntegerField(_("days at most"), null=True, blank=True)
    money_most = models.PositiveIntegerField(_("money at most"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES, default="EUR")
    product_voices = models.PositiveSmallIntegerField(_("voices of the product side"), default=1, validators=_VOICES)
    pmo_voices = models.PositiveSmallIntegerField(_("voices of the PMO side"), default=1, validators=_VOICES)

    class Meta:
        ordering = ["space", "rank"]
        constraints = [
            models.UniqueConstraint(fields=["space", "rank"], name="one_approval_rule_per_place"),
            models.CheckConstraint(condition=Q(product_voices__gt=0) | Q(pmo_voices__gt=0), name="somebody_approves"),
        ]

    def __str__(self) -> str:
        return f"{self.space_id} {self.rank}"
