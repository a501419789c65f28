"""What the risks of a scope come to together, or what they do to the end of a project: one row for each day on which it was computed,
with the seed and the hash of what it was computed from."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class RiskRunQuerySet(ScopedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-as_of", "-id")


class RiskRun(Scoped):
    class Kind(models.TextChoices):
        EXPOSURE = "exposure", _("Exposure")
        NETWORK = "network", _("Effect on the end")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    as_of = models.DateField()
    made_at = models.DateTimeField()
    inputs_hash = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    trials = models.PositiveIntegerField()
    # how many risks went in, and how many could not
    risks = models.PositiveIntegerField(default=0)
    left_out = models.PositiveIntegerField(default=0)
    figures = models.JSONField(default=dict)

    objects = RiskRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["space", "kind", "as_of"], name="one_risk_run_a_day")]

    def __str__(self) -> str:
        return f"{self.space_id} {self.kind} {self.as_of}"
