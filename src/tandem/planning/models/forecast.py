"""When a feature, a release or a project will be done: the range, its data, its past accuracy."""

from typing import Self

from django.db import models

from tandem.people.scoping import Scoped, ScopedQuerySet


class ForecastQuerySet(ScopedQuerySet):
    def of(self, subject: models.Model) -> Self:
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)


class Forecast(Scoped):
    """One row per subject: the newest; older ones stand in `history` rows with is_current false."""

    run = models.ForeignKey("planning.Run", models.CASCADE, related_name="forecasts")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    is_current = models.BooleanField(default=True)
    as_of = models.DateField()
    remaining = models.PositiveIntegerField(null=True)
    p50 = models.DateField(null=True)
    p80 = models.DateField(null=True)
    p95 = models.DateField(null=True)
    # why there is no range, as a code with figures: {"code": "not_enough", "found": 3, "needed": 8}
    refusal = models.JSONField(default=dict, blank=True)
    # samples, window, throughput low/mean/high, warnings, back-test, histogram bins, causes, ways out
    detail = models.JSONField(default=dict, blank=True)

    objects = ForecastQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id"], condition=models.Q(is_current=True), name="one_current_forecast"
            )
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-id"], name="forecast_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id} {self.p50}–{self.p80}"
