"""A past baseline, and what the range of the plan would have said on its day: kept, so that what came can be held against it."""

from typing import Any, Self

from django.db import models

from tandem.people.scoping import Scoped, ScopedQuerySet


class RangeCaseQuerySet(ScopedQuerySet):
    def told(self) -> Self:
        """With a range: of the others too little was known on that day."""
        return self.exclude(p80=None)


class RangeCase(Scoped):
    baseline = models.OneToOneField("work.Baseline", models.CASCADE, related_name="range_case")
    as_of = models.DateField()
    items = models.PositiveIntegerField()
    p50 = models.DateField(null=True)
    p80 = models.DateField(null=True)
    p95 = models.DateField(null=True)
    # when the last of its work was done; None while some of it is open
    ended_on = models.DateField(null=True)
    # why there was none, as a code with its figures
    refusal = models.JSONField(default=dict, blank=True)

    objects = RangeCaseQuerySet.as_manager()

    class Meta:
        ordering = ["as_of", "id"]

    def __str__(self) -> str:
        return f"{self.baseline_id}: {self.p80} / {self.ended_on}"

    def held(self, today: Any) -> bool | None:
        """Whether the P80 held; None while neither is certain."""
        if self.p80 is None:
            return None
        if self.ended_on is not None:
            return self.ended_on <= self.p80
        return False if today > self.p80 else None
