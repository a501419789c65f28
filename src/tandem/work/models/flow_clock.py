"""Between which states of a space its cycle time runs, and whether it counts working days alone."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class FlowClock(Scoped):
    """The clock runs from `start` on and stops at `stop`, or at a state behind it; without them by the categories: from in
    progress to done. A space without a row measures by the categories, in days of the clock."""

    start = models.ForeignKey("work.State", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("starts in"))
    stop = models.ForeignKey("work.State", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("stops in"))
    counts_working_days = models.BooleanField(_("counts working days"), default=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["space"], name="one_flow_clock_per_space")]

    def __str__(self) -> str:
        return f"{self.start_id or '*'} → {self.stop_id or '*'}"
