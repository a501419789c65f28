"""Start, finish and slack of a work item as the network of its project gives them."""

from django.db import models

from tandem.people.scoping import ScopedQuerySet


class ComputedDates(models.Model):
    item = models.OneToOneField("work.WorkItem", models.CASCADE, primary_key=True, related_name="computed")
    space = models.ForeignKey("people.Space", models.PROTECT, related_name="+")
    run = models.ForeignKey("planning.Run", models.CASCADE, related_name="dates")
    start = models.DateTimeField()
    finish = models.DateTimeField()
    total_slack_minutes = models.IntegerField(null=True)
    free_slack_minutes = models.IntegerField(null=True)
    is_critical = models.BooleanField(default=False)
    # the predecessor whose link decides the start; none where a constraint, progress or the project's start does
    driven_by = models.ForeignKey("work.WorkItem", models.SET_NULL, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["space"], name="computed_space")]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.start}–{self.finish}"
