"""How one knows that an objective is reached: a figure that goes from a start to a target, and what was said of it."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.strategy.models.kpi import Kpi
from tandem.strategy.models.unit import Confidence, Unit, amount


class KeyResultQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        """What was not scored yet."""
        return self.filter(score=None)


class KeyResult(Scoped):
    class Source(models.TextChoices):
        """Where its value comes from. What is computed cannot be typed over."""

        HAND = "hand", _("Check-ins")
        KPI = "kpi", _("A KPI")
        WORK = "work", _("Share of the work done that serves the objective")

    objective = models.ForeignKey(
        "strategy.Objective", models.PROTECT, related_name="key_results", verbose_name=_("objective")
    )
    title = models.CharField(_("key result"), max_length=300)
    unit = models.CharField(_("unit"), max_length=10, choices=Unit.choices, default=Unit.NUMBER)
    unit_name = models.CharField(_("name of the unit"), max_length=20, blank=True)
    start_value = amount(_("from"))
    target_value = amount(_("to"))
    source = models.CharField(_("value from"), max_length=5, choices=Source.choices, default=Source.HAND)
    kpi = models.ForeignKey(
        Kpi, models.PROTECT, null=True, blank=True, related_name="key_results", verbose_name=_("KPI")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    starts_on = models.DateField(_("period from"))
    ends_on = models.DateField(_("period to"))
    cadence_days = models.PositiveSmallIntegerField(
        _("days between check-ins"), default=14, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    carried_from = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="carried_to")
    score = models.DecimalField(_("score"), max_digits=2, decimal_places=1, null=True, blank=True)
    learned = models.TextField(_("what was learned"), blank=True)
    scored_on = models.DateField(_("scored on"), null=True, blank=True)

    objects = KeyResultQuerySet.as_manager()

    class Meta:
        ordering = ["objective_id", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gt=models.F("starts_on")), name="key_result_period_in_order"),
            models.CheckConstraint(condition=~models.Q(start_value=models.F("target_value")), name="key_result_goes_somewhere"),
            models.CheckConstraint(
                condition=models.Q(source="kpi", kpi__isnull=False) | ~models.Q(source="kpi") & models.Q(kpi__isnull=True),
                name="key_result_names_its_kpi",
            ),
            models.CheckConstraint(condition=models.Q(score=None) | models.Q(score__range=(0, 1)), name="score_from_0_to_1"),
            models.CheckConstraint(condition=models.Q(weight__range=(1, 100)), name="key_result_weight_is_a_share"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.title

    @property
    def is_computed(self) -> bool:
        return self.source != self.Source.HAND

    @property
    def is_open(self) -> bool:
        return self.score is None

    @property
    def is_asked(self) -> bool:
        """Whether somebody should check in: not where it has its score or its objective is closed."""
        return self.is_open and self.objective.state != "closed"


class CheckInQuerySet(ScopedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-on", "-id")


class CheckIn(Scoped):
    """What somebody said of a key result on a day; of a computed one the value is not theirs to say."""

    key_result = models.ForeignKey(KeyResult, models.CASCADE, related_name="check_ins")
    on = models.DateField(_("day"))
    value = amount(_("value"), is_optional=True)
    confidence = models.CharField(_("confidence"), max_length=5, choices=Confidence.choices)
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "check-in", "check-ins"
        ordering = ["on", "id"]
        constraints = [models.UniqueConstraint(fields=["key_result", "on"], name="one_check_in_a_day")]

    def __str__(self) -> str:
        return f"{self.on}: {self.get_confidence_display()}"
