"""Time that somebody worked on a work item: who, on which day, how long, at what. Time sheets read these rows."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class TimeEntryQuerySet(ScopedQuerySet):
    def present(self) -> Self:
        """Not removed. Removed entries stay for undo and count nowhere."""
        return self.filter(removed_at=None)

    def newest_first(self) -> Self:
        return self.order_by("-day", "-id")


class TimeEntry(Scoped):
    DAY_MINUTES = 24 * 60

    item = models.ForeignKey(
        "work.WorkItem", models.CASCADE, related_name="time_entries", verbose_name=_("work item")
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("person"))
    day = models.DateField(_("day"))
    minutes = models.PositiveIntegerField(
        _("time spent"), validators=[MinValueValidator(1), MaxValueValidator(DAY_MINUTES)]
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    # who wrote it down: somebody else where it was logged on behalf
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    # of `minutes` those at night, where a clock measured them; None: by day only. In no event: when somebody works is told to few
    night_minutes = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    objects = TimeEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(minutes__gte=1, minutes__lte=24 * 60), name="time_within_a_day")
        ]
        indexes = [
            models.Index(fields=["item", "-day"], name="time_item", condition=models.Q(removed_at__isnull=True)),
            models.Index(fields=["user", "day"], name="time_user", condition=models.Q(removed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.minutes} min"
