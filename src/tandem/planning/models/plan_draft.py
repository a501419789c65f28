"""A way out of a conflict that somebody proposed for a project: dates that wait for the yes of who answers for its plan."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet


class PlanDraftQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """A way out of leave that was only asked for is shown to them, to who proposed it and to who plans the project, as the leave is."""
        asked = models.Q(conflict__kind="leave", conflict__detail__asked=True)
        told = models.Q(space_id__among=spaces_where(user, Permission.EDIT_PLAN)) | models.Q(conflict__detail__user=user.pk) | models.Q(proposed_by=user.pk)
        return super().visible_to(user).filter(~asked | told)

    def open(self) -> Self:
        return self.filter(state=PlanDraft.State.OPEN)

    def accepted_of(self, plan_id: int) -> Self:
        """What has been accepted since that plan was computed, with what was accepted of the same conflict before."""
        since = self.filter(state=PlanDraft.State.ACCEPTED, stood_id=plan_id)
        return self.filter(state=PlanDraft.State.ACCEPTED, conflict__in=since.values("conflict")).order_by("id")


class PlanDraft(Scoped):
    class State(models.TextChoices):
        OPEN = "open", _("Waits for a yes")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    conflict = models.ForeignKey("planning.PlanConflict", models.CASCADE, related_name="drafts")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # the way as it was computed: code, whom it is about, cost, effect on each project
    way = models.JSONField(default=dict)
    # {item number: [start, finish, version of the item]}
    dates = models.JSONField(default=dict)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=clock.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    # the plan that stood when it was accepted: the next one puts the work where the draft has it
    stood_id = models.BigIntegerField(null=True, blank=True)

    objects = PlanDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.conflict_id}: {self.way.get('code')}"
