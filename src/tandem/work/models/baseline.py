"""The planned dates of a space as they stood on a day, under a name."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


class Baseline(Scoped):
    name = models.CharField(_("name"), max_length=200)
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["space", "number"], name="one_baseline_per_number")]

    def __str__(self) -> str:
        return self.name


class BaselineDate(models.Model):
    baseline = models.ForeignKey(Baseline, models.CASCADE, related_name="dates")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="baseline_dates")
    start = models.DateTimeField(null=True)
    finish = models.DateTimeField(null=True)
    duration_minutes = models.IntegerField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["baseline", "item"], name="one_baseline_date")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.baseline_id}"
