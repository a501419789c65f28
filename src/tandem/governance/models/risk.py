"""What may happen: a threat or a chance, with its cause, its event and its effect, how likely it is and what it would do in days and money.

Effects are three points each (at least, most likely, at most), always as positive amounts: of a chance they are what is gained."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models import Portfolio

_PERCENT = [MinValueValidator(1), MaxValueValidator(99)]


class RiskQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state=Risk.State.OPEN)

    def due_review(self, on: date) -> Self:
        """Open, and to be looked at by this day."""
        return self.open().filter(review_on__lte=on)

    def unanswered(self) -> Self:
        """Open, and nobody said what is done about it."""
        return self.open().filter(response="")

    def unowned(self) -> Self:
        return self.open().filter(owner=None)


class Risk(Scoped):
    class Kind(models.TextChoices):
        THREAT = "threat", pgettext_lazy("kind of risk", "Threat")
        CHANCE = "chance", pgettext_lazy("kind of risk", "Chance")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a risk", "Open")
        HAPPENED = "happened", pgettext_lazy("state of a risk", "Happened")
        CLOSED = "closed", pgettext_lazy("state of a risk", "Closed")

    class Area(models.TextChoices):
        SCOPE = "scope", _("Scope")
        SCHEDULE = "schedule", pgettext_lazy("area of a risk", "Schedule")
        MONEY = "money", _("Money")
        PEOPLE = "people", _("People")
        SUPPLIER = "supplier", _("Supplier")
        TECHNOLOGY = "technology", _("Technology")
        QUALITY = "quality", _("Quality")
        SECURITY = "security", _("Security")
        LAW = "law", _("Law and rules")
        MARKET = "market", _("Market")
        OTHER = "other", pgettext_lazy("area of a risk", "Other")

    class Response(models.TextChoices):
        AVOID = "avoid", pgettext_lazy("response to a risk", "Avoid")
        MITIGATE = "mitigate", pgettext_lazy("response to a risk", "Mitigate")
        TRANSFER = "transfer", pgettext_lazy("response to a risk", "Transfer")
        EXPLOIT = "exploit", pgettext_lazy("response to a risk", "Exploit")
        ENHANCE = "enhance", pgettext_lazy("response to a risk", "Enhance")
        SHARE = "share", pgettext_lazy("response to a risk", "Share")
        ACCEPT = "accept", pgettext_lazy("response to a risk", "Accept")

    RESPONSES: dict[str, tuple[str, ...]] = {
        Kind.THREAT: (Response.AVOID, Response.MITIGATE, Response.TRANSFER, Response.ACCEPT),
        Kind.CHANCE: (Response.EXPLOIT, Response.ENHANCE, Response.SHARE, Response.ACCEPT),
    }

    title = models.CharField(_("risk"), max_length=200)
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices, default=Kind.THREAT)
    area = models.CharField(_("area"), max_length=10, choices=Area.choices, default=Area.OTHER)
    cause = models.TextField(_("cause"), blank=True)
    event = models.TextField(_("event"), blank=True)
    effect = models.TextField(_("effect"), blank=True)
    probability = models.PositiveSmallIntegerField(_("probability"), validators=_PERCENT)
    # working days and whole money: at least, most likely, at most; empty: none
    days = models.JSONField(_("effect in working days"), default=list, blank=True)
    money = models.JSONField(_("effect in money"), default=list, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES, default="EUR")
    near_from = models.DateField(_("may happen from"), null=True, blank=True)
    near_until = models.DateField(_("may happen until"), null=True, blank=True)
    trigger = models.CharField(_("trigger"), max_length=500, blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner"))
    response = models.CharField(_("response"), max_length=10, choices=Response.choices, blank=True)
    response_plan = models.TextField(_("what is done"), blank=True)
    response_cost = models.PositiveIntegerField(_("cost of the response"), null=True, blank=True)
    # what is left once the response is carried out
    residual_probability = models.PositiveSmallIntegerField(_("probability after it"), validators=_PERCENT, null=True, blank=True)
    residual_days = models.JSONField(_("working days after it"), default=list, blank=True)
    residual_money = models.JSONField(_("money after it"), default=list, blank=True)
    is_responded = models.BooleanField(_("the response is carried out"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    ended_on = models.DateField(_("ended"), null=True, blank=True)
    review_on = models.DateField(_("next review"), null=True, blank=True)
    # probability × mean effect as it counts today, below zero for a chance: written with each change
    expected_days = models.DecimalField(_("expected days"), max_digits=9, decimal_places=2, default=0)
    expected_money = models.DecimalField(_("expected money"), max_digits=16, decimal_places=2, default=0)

    objects = RiskQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["space", "state"], name="risk_state"),
            models.Index(fields=["review_on"], name="risk_review", condition=Q(state="open")),
        ]
        constraints = [models.CheckConstraint(condition=Q(probability__range=(1, 99)), name="risk_is_uncertain")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == Risk.State.OPEN

    @property
    def sign(self) -> int:
        """Chances take away from what threats add."""
        return -1 if self.kind == Risk.Kind.CHANCE else 1


class RiskTie(Scoped):
    """What a risk touches, or the work item that carries its response out; stands in the space of the risk."""

    class Kind(models.TextChoices):
        TOUCHES = "touches", _("It touches")
        RESPONDS = "responds", _("It carries out the response")

    risk = models.ForeignKey(Risk, models.CASCADE, related_name="ties")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.TOUCHES)
    item = models.ForeignKey("work.WorkItem", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("work item"))
    feature = models.ForeignKey("product.Feature", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("feature"))
    project = models.ForeignKey("portfolio.Project", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("project"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["risk", "kind", "item", "feature", "project"], name="one_risk_tie", nulls_distinct=False),
            models.CheckConstraint(
                condition=Q(item__isnull=False, feature=None, project=None)
                | Q(item=None, feature__isnull=False, project=None, kind="touches")
                | Q(item=None, feature=None, project__isnull=False, kind="touches"),
                name="risk_tie_names_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.risk_id} {self.kind} {self.item_id or self.feature_id or self.project_id}"

    @property
    def subject(self) -> models.Model | None:
        return self.item or self.feature or self.project
