"""When everything that is open in a project, or in all projects of a programme or portfolio, will be done: the range of one network."""

from typing import Self

from django.db import models

from tandem.people.scoping import Scoped, ScopedQuerySet


class PlanRangeQuerySet(ScopedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class PlanRange(Scoped):
    """The last one of each day stays, so that one sees how the end has moved."""

    run = models.ForeignKey("planning.Run", models.CASCADE, related_name="+")
    as_of = models.DateField()
    p50 = models.DateField(null=True)
    p80 = models.DateField(null=True)
    p95 = models.DateField(null=True)
    # why there is no range, as a code with figures: {"code": "not_enough", "found": 3, "needed": 8}
    refusal = models.JSONField(default=dict, blank=True)
    # what it rests on, the trials by days, and what moves the end most: see `network_ranges.told`
    detail = models.JSONField(default=dict, blank=True)

    objects = PlanRangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["space", "-id"], name="plan_range_of_space")]

    def __str__(self) -> str:
        return f"{self.space_id}: {self.p50}–{self.p80}"
