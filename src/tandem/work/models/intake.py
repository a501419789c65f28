"""Forms that anybody with the link may fill in, and what was sent: it waits until somebody of the project or portfolio decides."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class IntakeFormQuerySet(ScopedQuerySet):
    def working(self) -> Self:
        return self.filter(revoked_at=None)


class IntakeForm(Scoped):
    """Its token is kept as it is, for those who share the form want its address again; it lets nobody read anything."""

    token = models.CharField(max_length=64, unique=True)
    title = models.CharField(_("title"), max_length=200)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True)
    # what an accepted submission becomes in a project; none: the usual one. In a portfolio it becomes a proposal
    type = models.ForeignKey(
        "work.WorkItemType", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("type")
    )
    # one question more, whose answers lead to projects: [{"answer": "A crane", "space": 12, "type": 31}]; none: all stays here
    question = models.CharField(_("question"), max_length=200, blank=True)
    routes = models.JSONField(_("where answers lead"), default=list, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = IntakeFormQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.title


class SubmissionQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(state=Submission.State.WAITING)

    def decided(self) -> Self:
        return self.exclude(state=Submission.State.WAITING)

    def since(self, moment: datetime) -> Self:
        return self.filter(created_at__gte=moment)


class Submission(Scoped):
    """It stands where its answer led, else where the form does; there it is decided."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Declined")

    form = models.ForeignKey(IntakeForm, models.CASCADE, related_name="submissions", verbose_name=_("form"))
    title = models.CharField(_("title"), max_length=200)
    description = models.TextField(_("description"), max_length=5000, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    answer = models.CharField(_("answer"), max_length=200, blank=True)
    # what it becomes if nothing else is said; where its answer led
    type = models.ForeignKey(
        "work.WorkItemType", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("type")
    )
    # a digest of the sender's address, to count by; not to find anybody
    sender = models.CharField(max_length=64, editable=False)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    item = models.ForeignKey("work.WorkItem", models.SET_NULL, null=True, blank=True, related_name="+")
    proposal = models.ForeignKey("portfolio.Proposal", models.SET_NULL, null=True, blank=True, related_name="+")

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="waiting", decided_at=None) | (~Q(state="waiting") & Q(decided_at__isnull=False)),
                name="decided_submission_has_its_moment",
            )
        ]
        indexes = [
            models.Index(fields=["space", "state", "id"], name="submission_triage"),
            models.Index(fields=["form", "created_at"], name="submission_rate"),
        ]

    def __str__(self) -> str:
        return self.title
