"""The small steps of a work item: each with an owner and a day if wanted, ticked when done."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class ChecklistEntryQuerySet(ScopedQuerySet):
    def present(self) -> Self:
        """Not removed, and not turned into a work item of its own. Removed entries stay for undo."""
        return self.filter(removed_at=None)

    def open(self) -> Self:
        return self.present().filter(is_done=False)

    def acceptance(self) -> Self:
        """Those that say what must hold."""
        return self.filter(is_acceptance=True)

    def in_order(self) -> Self:
        return self.order_by("rank", "id")


class ChecklistEntry(Scoped):
    MOST = 200

    item = models.ForeignKey(
        "work.WorkItem", models.CASCADE, related_name="checklist", verbose_name=_("work item")
    )
    text = models.CharField(_("text"), max_length=500)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    due_on = models.DateField(_("due"), null=True, blank=True)
    is_done = models.BooleanField(_("done"), default=False)
    # something to be shown to hold before the item is accepted, not a step of the work
    is_acceptance = models.BooleanField(_("acceptance check"), default=False)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    rank = models.FloatField(default=0)
    # the work item that it became; such an entry is removed
    became = models.ForeignKey("work.WorkItem", models.SET_NULL, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = ChecklistEntryQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        indexes = [
            models.Index(
                fields=["item", "rank"], name="checklist_item", condition=models.Q(removed_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        return self.text
