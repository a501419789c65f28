"""A change that is asked for: its content is a branch of the plan, and both sides say yes to that very content before it is carried out."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet


class Side(models.TextChoices):
    PRODUCT = "product", _("Product side")
    PMO = "pmo", _("PMO side")


class ChangeRequestQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        """What is not decided yet, whoever has to do something."""
        return self.filter(state__in=(*ChangeRequest.WAITING, ChangeRequest.State.DRAFT, ChangeRequest.State.RETURNED))

    def waiting(self) -> Self:
        """For a verdict."""
        return self.filter(state__in=ChangeRequest.WAITING)

    def unspoken_by(self, user: Any) -> Self:
        """On which the person has said nothing since both sides were asked last, and of which they wrote nothing."""
        spoken = Verdict.objects.not_taken_back().filter(by=user.pk, request=models.OuterRef("pk"), round=models.OuterRef("round"))
        wrote = Q(author=user.pk) | Q(applied_by=user.pk) | Q(scenario__changes__by=user.pk) | Q(writers__contains=[user.pk])
        return self.filter(~models.Exists(spoken)).exclude(pk__in=ChangeRequest.objects.filter(wrote).values("pk"))


class ChangeRequest(Scoped):
    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("change request", "Being written")
        SUBMITTED = "submitted", pgettext_lazy("change request", "Waits for both sides")
        RETURNED = "returned", pgettext_lazy("change request", "A way out is asked for")
        APPLIED = "applied", pgettext_lazy("change request", "Accepted and carried out")
        URGENT = "urgent", pgettext_lazy("change request", "Carried out, approval due")
        REJECTED = "rejected", pgettext_lazy("change request", "Rejected")
        WITHDRAWN = "withdrawn", pgettext_lazy("change request", "Withdrawn")

    class Source(models.TextChoices):
        TEAM = "team", pgettext_lazy("source of a change", "The team")
        CUSTOMER = "customer", pgettext_lazy("source of a change", "A customer")
        CONFLICT = "conflict", pgettext_lazy("source of a change", "A conflict of the plan")
        PROMISE = "promise", pgettext_lazy("source of a change", "A promise")
        LAW = "law", pgettext_lazy("source of a change", "Law and rules")
        OTHER = "other", pgettext_lazy("source of a change", "Other")

    WAITING = (State.SUBMITTED, State.URGENT)
    WRITABLE = (State.DRAFT, State.SUBMITTED, State.RETURNED)

    title = models.CharField(_("change request"), max_length=200)
    reason = models.TextField(_("why it is needed"), max_length=5000)
    source = models.CharField(_("comes from"), max_length=10, choices=Source.choices, default=Source.TEAM)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    # the content: its changes, their picture and the digest of what the picture shows
    scenario = models.OneToOneField("planning.PlanScenario", models.PROTECT, related_name="+")
    conflict = models.ForeignKey("planning.PlanConflict", models.SET_NULL, null=True, blank=True, related_name="+")
    promise = models.ForeignKey("product.Promise", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("promise"))
    # numbers of all who wrote any part of it, also what somebody wrote over or took out since
    writers = ArrayField(models.BigIntegerField(), default=list, blank=True)
    # both sides are asked anew whenever the content changes: a verdict counts in its round only
    round = models.PositiveIntegerField(default=0)
    asked_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    # why it was rejected or withdrawn, or which way out is asked for
    answer = models.TextField(_("answer"), blank=True, max_length=2000)
    # why what both had accepted could not be carried out: the code of the rule, and of which change
    trouble = models.JSONField(null=True, blank=True)
    # what a newer picture shows otherwise than the one on which somebody had said yes: that yes was asked for again
    redrawn = models.JSONField(null=True, blank=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # of what was carried out first: until when both sides say what they think of it
    due_on = models.DateField(_("approval due"), null=True, blank=True)
    # of the events by which it was carried out
    run = models.UUIDField(null=True, blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["space", "state"], name="change_request_state")]
        constraints = [
            models.CheckConstraint(condition=~Q(state="applied") | Q(applied_at__isnull=False), name="applied_change_has_its_day"),
            models.CheckConstraint(condition=~Q(state__in=("rejected", "withdrawn", "returned")) | ~Q(answer=""), name="change_keeps_its_reason"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_waiting(self) -> bool:
        return self.state in ChangeRequest.WAITING

    @property
    def is_writable(self) -> bool:
        return self.state in ChangeRequest.WRITABLE

    @property
    def was_first(self) -> bool:
        """Carried out before anybody had said yes."""
        return self.due_on is not None


class VerdictQuerySet(ScopedQuerySet):
    def not_taken_back(self) -> Self:
        """Said with a voice of one's own, or with one that was lent and is not taken back."""
        return self.filter(Q(delegation=None) | Q(delegation__withdrawn_at=None), voided_at=None)


class Verdict(Scoped):
    """What one person said for one side to one content. Its words never change: what is asked anew is answered anew."""

    class Answer(models.TextChoices):
        YES = "yes", pgettext_lazy("verdict", "Yes")
        NO = "no", pgettext_lazy("verdict", "No")
        REVISE = "revise", pgettext_lazy("verdict", "Asks for a way out")

    request = models.ForeignKey(ChangeRequest, models.CASCADE, related_name="verdicts")
    round = models.PositiveIntegerField()
    side = models.CharField(_("side"), max_length=8, choices=Side.choices)
    # the first, second … voice of its side in this round
    voice = models.PositiveSmallIntegerField(default=1)
    answer = models.CharField(_("verdict"), max_length=8, choices=Answer.choices)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # in whose place, and by which delegation
    for_whom = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("in the place of"))
    delegation = models.ForeignKey("governance.Delegation", models.PROTECT, null=True, blank=True, related_name="+")
    # of which content, on which picture of it, and since when the side had been asked
    digest = models.CharField(max_length=64)
    picture = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    # said with a lent voice that counted no more by the time that its owner, or whoever had said it, spoke again
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["request", "round", "side", "voice"], name="one_verdict_per_side"),
            models.UniqueConstraint(fields=["request", "round", "by"], condition=Q(voided_at=None), name="one_side_per_person"),
            models.UniqueConstraint(fields=["request", "round", "for_whom"], condition=Q(voided_at=None), name="one_voice_is_lent_once"),
            models.CheckConstraint(condition=Q(for_whom=None, delegation=None) | Q(for_whom__isnull=False, delegation__isnull=False), name="lent_voice_says_by_what"),
            models.CheckConstraint(condition=Q(answer="yes") | ~Q(reason=""), name="verdict_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.request_id} {self.side}: {self.answer}"

    @property
    def voice_of(self) -> Any:
        """Whose voice it is: the one of who spoke, or the one that was lent to them."""
        return self.for_whom if self.for_whom_id is not None else self.by
