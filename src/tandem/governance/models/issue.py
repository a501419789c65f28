"""A risk that has happened, foreseen or not: how severe it is, who answers for it until when, what it blocks, and who was told when
nothing moved."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class IssueQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state=Issue.State.OPEN)

    def overdue(self, on: date) -> Self:
        return self.open().filter(due_on__lt=on)

    def owned_by(self, user: Any) -> Self:
        return self.filter(owner=user)


class Issue(Scoped):
    class Severity(models.TextChoices):
        CRITICAL = "critical", pgettext_lazy("severity", "Critical")
        HIGH = "high", pgettext_lazy("severity", "High")
        MEDIUM = "medium", pgettext_lazy("severity", "Medium")
        LOW = "low", pgettext_lazy("severity", "Low")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of an issue", "Open")
        RESOLVED = "resolved", pgettext_lazy("state of an issue", "Resolved")
        CANCELLED = "cancelled", pgettext_lazy("state of an issue", "No issue")

    title = models.CharField(_("issue"), max_length=200)
    description = models.TextField(_("what happened"), blank=True)
    severity = models.CharField(_("severity"), max_length=8, choices=Severity.choices, default=Severity.MEDIUM)
    # the risk that happened; nothing: nobody had foreseen it
    risk = models.ForeignKey("governance.Risk", models.PROTECT, null=True, blank=True, related_name="issues", verbose_name=_("risk"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner"))
    due_on = models.DateField(_("due"), null=True, blank=True)
    # working days by which each item that it blocks is held up, as somebody expects it
    delay_days = models.PositiveSmallIntegerField(_("holds up by working days"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.OPEN)
    resolution = models.CharField(_("what became of it"), max_length=500, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    # the clock of the escalation runs from here
    progress_at = models.DateTimeField(_("last progress"), default=clock.now)
    # what the hold-up does to the end of the project, in working days; nothing while it is not computed
    plan_days = models.DecimalField(_("effect on the plan"), max_digits=8, decimal_places=2, null=True, blank=True)
    plan_of = models.CharField(max_length=64, blank=True)

    objects = IssueQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["space", "state"], name="issue_state"),
            models.Index(fields=["progress_at"], name="issue_clock", condition=models.Q(state="open")),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        return self.state == Issue.State.OPEN


class IssueItem(Scoped):
    """A work item that the issue blocks, with the block that was begun for it; stands in the space of the issue."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="blocked")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+")
    block = models.ForeignKey("work.Block", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["issue", "item"], name="one_issue_item")]

    def __str__(self) -> str:
        return f"{self.issue_id} blocks {self.item_id}"


class IssueEscalation(Scoped):
    """Who was told that nothing moved: one row for each step since the last progress, never edited."""

    issue = models.ForeignKey(Issue, models.CASCADE, related_name="escalations")
    since = models.DateTimeField(_("last progress"))
    level = models.PositiveSmallIntegerField(_("step"))
    # the space whose people were told
    told_in = models.ForeignKey("people.Space", models.PROTECT, related_name="+")
    told = models.JSONField(_("told"), default=list)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["issue", "since", "level"], name="one_escalation_step")]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.level}"
