"""What is to be gained from a project, programme, product or proposal, and what was measured of it after delivery.

A benefit belongs to the space of what brings it; one of a proposal stands in the portfolio until the proposal becomes a project.
Money is planned by quarter and measured in all up to a day; a measure goes from its baseline to its target."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models.portfolio import Portfolio
from tandem.strategy.models import Kpi
from tandem.strategy.models.unit import amount


class BenefitQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        """Still to be measured."""
        return self.filter(state__in=Benefit.OPEN)

    def owned_by(self, user: models.Model) -> Self:
        return self.filter(owner=user)


class Benefit(Scoped):
    class Kind(models.TextChoices):
        MONEY = "money", _("Money")
        MEASURE = "measure", _("A measure")

    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        REALISING = "realising", _("Being realised")
        REALISED = "realised", _("Realised")
        MISSED = "missed", _("Not realised")
        DROPPED = "dropped", _("Given up")

    OPEN = (State.PLANNED, State.REALISING)

    title = models.CharField(_("benefit"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MONEY)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES, default="EUR")
    unit_name = models.CharField(_("unit"), max_length=20, blank=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Kpi.Direction.choices, default=Kpi.Direction.UP)
    baseline = amount(_("baseline"), is_optional=True)
    target = amount(_("target"), is_optional=True)
    target_on = models.DateField(_("target day"), null=True, blank=True)
    # money by quarter, whole units; the first quarter begins on `starts_on`
    profile = models.JSONField(_("planned by quarter"), default=list, blank=True)
    starts_on = models.DateField(_("begins on"), null=True, blank=True)
    cadence_days = models.PositiveSmallIntegerField(_("measured"), choices=Kpi.Cadence.choices, default=Kpi.Cadence.QUARTERLY)
    kpi = models.ForeignKey("strategy.Kpi", models.SET_NULL, null=True, blank=True, related_name="benefits", verbose_name=_("KPI"))
    objective = models.ForeignKey(
        "strategy.Objective", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("objective")
    )
    proposal = models.ForeignKey(
        "portfolio.Proposal", models.SET_NULL, null=True, blank=True, related_name="planned_benefits", verbose_name=_("proposal")
    )

    objects = BenefitQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["space", "state"], name="benefit_state"), models.Index(fields=["owner", "state"], name="benefit_owner")
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state in Benefit.OPEN

    @property
    def is_money(self) -> bool:
        return self.kind == Benefit.Kind.MONEY


class BenefitMeasurement(Scoped):
    """What was there on a day: one value for each day. Money in all up to then; a measure as it stood."""

    class Way(models.TextChoices):
        HAND = "hand", _("By hand")
        API = "api", _("By the API")

    benefit = models.ForeignKey(Benefit, models.CASCADE, related_name="measurements")
    on = models.DateField(_("day"))
    value = amount(_("value"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    way = models.CharField(max_length=5, choices=Way.choices, default=Way.HAND)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["on", "id"]
        constraints = [models.UniqueConstraint(fields=["benefit", "on"], name="one_benefit_measurement_a_day")]

    def __str__(self) -> str:
        return f"{self.on}: {self.value.normalize():f}"
