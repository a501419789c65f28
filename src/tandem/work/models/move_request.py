"""A move that waits for others to approve it: who asked, who said what, how it ended."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class MoveRequestQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        """Undecided, of an item that is there."""
        return self.filter(state=MoveRequest.State.WAITING, item__removed_at=None)


class MoveRequest(Scoped):
    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    item = models.ForeignKey(
        "work.WorkItem", models.CASCADE, related_name="move_requests", verbose_name=_("work item")
    )
    from_state = models.ForeignKey("work.State", models.PROTECT, related_name="+", verbose_name=_("from state"))
    to_state = models.ForeignKey("work.State", models.PROTECT, related_name="+", verbose_name=_("to state"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MoveRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["item"], condition=models.Q(state="waiting"), name="one_waiting_move_per_item")
        ]
        indexes = [models.Index(fields=["space"], name="move_request_waiting", condition=models.Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.from_state_id} → {self.to_state_id}?"


class MoveVerdict(models.Model):
    """What one of the approvers said; a no ends the request."""

    request = models.ForeignKey("work.MoveRequest", models.CASCADE, related_name="verdicts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_yes = models.BooleanField()
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["request", "by"], name="one_verdict_per_person")]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.by_id} {self.is_yes}"
