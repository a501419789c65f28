"""Where the work goes: of each project, month by month, what served which objective, and through what."""

from django.db import models

from tandem.kit import clock
from tandem.people.scoping import ScopedQuerySet


class Effort(models.Model):
    """Computed. `month` is the first day of the month in which the work was done; none: it is still to come. Without an
    objective it serves nothing. An item that serves several objectives is divided by their weights."""

    space = models.ForeignKey("people.Space", models.CASCADE, related_name="+")
    objective = models.ForeignKey("strategy.Objective", models.CASCADE, null=True, related_name="+")
    product = models.ForeignKey("product.Product", models.CASCADE, null=True, related_name="+")
    # the record whose contribution it was
    via_kind = models.CharField(max_length=60, blank=True)
    via_id = models.BigIntegerField(null=True)
    month = models.DateField(null=True)
    items = models.FloatField(default=0)
    # minutes logged in that month; estimates, points and counts are those of the items finished in it, or still open
    logged = models.FloatField(default=0)
    estimated = models.FloatField(default=0)
    points = models.FloatField(default=0)
    # of so many items there is a time logged, an estimate, a number of points
    with_logged = models.FloatField(default=0)
    with_estimate = models.FloatField(default=0)
    with_points = models.FloatField(default=0)
    computed_at = models.DateTimeField(default=clock.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["space", "month"], name="effort_of_space")]

    def __str__(self) -> str:
        return f"{self.space_id} → {self.objective_id} {self.month}: {self.items}"
