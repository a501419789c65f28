"""The levelled plan of the whole organisation, as it was computed each time, and the dates that it gives to each open item."""

from typing import Self

from django.db import models

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class LevelledPlanQuerySet(ScopedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-id")

    def without_inputs(self) -> Self:
        """What pages read: the arrays stay where they are."""
        return self.defer("kept")


class LevelledPlan(Scoped):
    """`kept` holds what it was computed from and every start: the last plans of each day, to say what moved and why."""

    run = models.ForeignKey("planning.Run", models.CASCADE, related_name="+")
    as_of = models.DateField()
    made_at = models.DateTimeField(default=clock.now)
    inputs_hash = models.CharField(max_length=64)
    # what it is judged by, all to be small; bound: proven to remain of the tardiness
    broken = models.BigIntegerField(default=0)
    tardiness = models.BigIntegerField(default=0)
    bound = models.BigIntegerField(null=True)
    makespan = models.IntegerField(default=0)
    evaluations = models.IntegerField(default=0)
    seconds = models.FloatField(default=0)
    # items, how many of them nobody gave a length, links left out as they close a circle
    items = models.IntegerField(default=0)
    assumed = models.IntegerField(default=0)
    dropped = models.JSONField(default=list)
    # {space number: [first start, last finish, items]}
    ends = models.JSONField(default=dict)
    # what moved since the last plan of an earlier day: [{"item", "space", "before", "after", "days", "cause": {...}}]
    moves = models.JSONField(default=list)
    moved_since = models.DateField(null=True)
    kept = models.BinaryField(null=True)

    objects = LevelledPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["as_of", "-id"], name="levelled_by_day")]

    def __str__(self) -> str:
        return f"{self.as_of}: {self.items}"


class LevelledDates(models.Model):
    item = models.OneToOneField("work.WorkItem", models.CASCADE, primary_key=True, related_name="levelled")
    space = models.ForeignKey("people.Space", models.CASCADE, related_name="+")
    plan = models.ForeignKey(LevelledPlan, models.CASCADE, related_name="dates")
    start = models.DateTimeField()
    finish = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["space", "finish"], name="levelled_space")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.start}–{self.finish}"
