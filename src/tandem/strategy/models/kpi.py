"""A figure that the organisation watches: what it is, who answers for it, how often it is measured, what is good."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.strategy.models.unit import Unit, amount


class Kpi(Scoped):
    class Direction(models.TextChoices):
        UP = "up", _("Higher is better")
        DOWN = "down", _("Lower is better")

    class Cadence(models.IntegerChoices):
        """The days between two measurements."""

        DAILY = 1, _("Every day")
        WEEKLY = 7, _("Every week")
        FORTNIGHTLY = 14, _("Every two weeks")
        MONTHLY = 31, _("Every month")
        QUARTERLY = 92, _("Every quarter")
        YEARLY = 366, _("Every year")

    class Computed(models.TextChoices):
        """What Tandem measures by itself, from the work and promises of the space and those below it."""

        PROMISES = "promises", _("Share of promises kept as told, of the last year, in per cent")
        CYCLE_TIME = "cycle_time", _("Cycle time P85 of the last 90 days, in days")
        THROUGHPUT = "throughput", _("Items finished in a week, mean of the last 12 weeks")
        ALIGNED = "aligned", _("Share of the work that serves an objective, of the last 3 months, in per cent")

    name = models.CharField(_("KPI"), max_length=200)
    definition = models.TextField(_("definition"), blank=True)
    formula = models.CharField(_("formula"), max_length=500, blank=True)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices, default=Unit.NUMBER)
    unit_name = models.CharField(_("name of the unit"), max_length=20, blank=True)
    direction = models.CharField(_("direction"), max_length=5, choices=Direction.choices, default=Direction.UP)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    cadence_days = models.PositiveSmallIntegerField(_("measured"), choices=Cadence.choices, default=Cadence.MONTHLY)
    computed_from = models.CharField(_("measured by Tandem"), max_length=12, choices=Computed.choices, blank=True)
    # with whose eyes: only what this person sees is counted
    measured_as = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    target = amount(_("target"), is_optional=True)
    risk_beyond = amount(_("at risk beyond"), is_optional=True)
    off_beyond = amount(_("off track beyond"), is_optional=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "KPI", "KPIs"
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_computed(self) -> bool:
        return bool(self.computed_from)


class MeasurementQuerySet(ScopedQuerySet):
    def in_order(self) -> Self:
        return self.order_by("kpi_id", "on")


class Measurement(Scoped):
    """What the KPI was on a day: one value for each day."""

    class Way(models.TextChoices):
        HAND = "hand", _("By hand")
        FILE = "file", _("From a file")
        API = "api", _("By the API")
        OWN = "own", _("By Tandem")

    kpi = models.ForeignKey(Kpi, models.CASCADE, related_name="measurements")
    on = models.DateField(_("day"))
    value = amount(_("value"))
    note = models.CharField(_("note"), max_length=300, blank=True)
    way = models.CharField(max_length=5, choices=Way.choices, default=Way.HAND)
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = MeasurementQuerySet.as_manager()

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["kpi", "on"], name="one_measurement_a_day")]

    def __str__(self) -> str:
        return f"{self.on}: {self.value.normalize():f}"
