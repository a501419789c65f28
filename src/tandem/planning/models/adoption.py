"""The decision for a scenario: who, when, why, and what it did to each proposal and project."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class Adoption(Scoped):
    class Others(models.TextChoices):
        """What becomes of the proposals that were not chosen."""

        HOLD = "on_hold", _("Put them on hold")
        DECLINE = "declined", _("Decline them")
        KEEP = "keep", _("Leave them in the queue")

    scenario = models.ForeignKey("planning.Scenario", models.PROTECT, related_name="adoptions")
    solution = models.ForeignKey("planning.Solution", models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=clock.now)
    reason = models.TextField(_("reason"))
    others = models.CharField(max_length=10, choices=Others.choices, default=Others.HOLD)
    point = models.PositiveSmallIntegerField(null=True, blank=True)
    inputs_hash = models.CharField(max_length=64)
    # [{"proposal", "before", "reason", "after", "project", "project_before", "version", "benefits"}]
    outcome = models.JSONField(default=list)
    # the question as it was answered: `selection.kept`; empty where an older version of Tandem decided
    decided = models.JSONField(default=dict, blank=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["scenario"], condition=models.Q(undone_at=None), name="one_adoption_holds")
        ]

    def __str__(self) -> str:
        return self.reason[:80]

    def touched(self, name: str) -> list[Any]:
        """The numbers of the proposals or projects that it touched."""
        return [one[name] for one in self.outcome if one.get(name)]
