"""A stage gate: what must hold before the next phase, who looks at it, the verdicts, and the money that it releases."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models import Portfolio
from tandem.portfolio.models.cost_line import Secret, SecretQuerySet, money_field


class GateQuerySet(ScopedQuerySet):
    def in_force(self) -> Self:
        """Not left out."""
        return self.filter(is_left_out=False)

    def open(self) -> Self:
        return self.in_force().filter(state__in=(Gate.State.OPEN, Gate.State.HELD))

    def open_or_left_out(self) -> Self:
        """Nothing is decided at them."""
        return self.filter(state__in=(Gate.State.OPEN, Gate.State.HELD))

    def overdue(self, on: object) -> Self:
        return self.open().filter(due_on__lt=on)


class Gate(Scoped):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a gate", "Open")
        PASSED = "passed", pgettext_lazy("state of a gate", "Passed")
        HELD = "held", pgettext_lazy("state of a gate", "On hold")
        KILLED = "killed", pgettext_lazy("state of a gate", "Stopped")

    project = models.ForeignKey("portfolio.Project", models.CASCADE, related_name="gates", verbose_name=_("project"))
    # the industry pack that adds it; empty: of the method
    pack = models.SlugField(pgettext_lazy("industry", "pack"), max_length=40, blank=True)
    key = models.SlugField(max_length=60)
    name = models.CharField(pgettext_lazy("stage gate", "gate"), max_length=200)
    # the phase that it ends: its key in the method; without a method the stage
    phase = models.SlugField(max_length=40)
    rank = models.PositiveSmallIntegerField(default=0)
    due_on = models.DateField(_("due"))
    # the milestone of the plan
    item = models.ForeignKey("work.WorkItem", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("milestone"))
    # roles of the method whose people review; while nobody has one of them: whoever may change the portfolio
    reviewers = ArrayField(models.SlugField(max_length=60), default=list, blank=True, verbose_name=_("reviewers"))
    state = models.CharField(_("state"), max_length=6, choices=State.choices, default=State.OPEN)
    passed_at = models.DateTimeField(_("passed"), null=True, blank=True)
    is_left_out = models.BooleanField(_("left out"), default=False)

    objects = GateQuerySet.as_manager()

    class Meta:
        ordering = ["project", "rank", "id"]
        indexes = [models.Index(fields=["space", "state"], name="gate_state"), models.Index(fields=["due_on"], name="gate_due", condition=Q(state="open"))]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="one_gate_key"),
            models.CheckConstraint(condition=Q(state="passed", passed_at__isnull=False) | (~Q(state="passed") & Q(passed_at=None)), name="gate_passed_at"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state in (Gate.State.OPEN, Gate.State.HELD)


class GateCriterion(Scoped):
    """One thing that must hold: computed from records, or judged by somebody with evidence."""

    class Kind(models.TextChoices):
        JUDGED = "judged", _("Judged by a person")
        DELIVERABLES = "deliverables", _("Deliverables of the phase are finished")
        CHECKLISTS = "checklists", _("Checklists of the phase are ticked")
        PROMISES = "promises", _("Promises are on track")
        RISKS = "risks", _("High threats that are open")
        ISSUES = "issues", _("Severe issues that are open")
        BUDGET = "budget", _("Used of the budget, in per cent")
        CHARTER = "charter", _("The charter is signed by both sides")

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="criteria")
    key = models.SlugField(max_length=40)
    text = models.CharField(_("criterion"), max_length=300)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.JUDGED)
    # at most so many, or so many per cent
    limit = models.PositiveSmallIntegerField(_("limit"), default=0)
    rank = models.PositiveSmallIntegerField(default=0)
    # of a judged one: nothing while nobody has said
    is_met = models.BooleanField(_("met"), null=True, blank=True)
    evidence = models.CharField(_("evidence"), max_length=500, blank=True)
    link = models.CharField(_("link"), max_length=500, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("judged by"))
    judged_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["gate", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["gate", "key"], name="one_gate_criterion"),
            models.CheckConstraint(condition=Q(is_met=None) | (Q(kind="judged", judged_by__isnull=False) & ~Q(evidence="")), name="judged_with_evidence"),
        ]

    def __str__(self) -> str:
        return self.text


class GateVerdict(Scoped):
    """What was decided at a gate, on exactly this content. One person gives it, another one seconds it where two are needed; never changed
    once it counts."""

    class Verdict(models.TextChoices):
        GO = "go", pgettext_lazy("verdict at a gate", "Go")
        HOLD = "hold", pgettext_lazy("verdict at a gate", "Hold")
        RECYCLE = "recycle", pgettext_lazy("verdict at a gate", "Recycle")
        KILL = "kill", pgettext_lazy("verdict at a gate", "Kill")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("state of a verdict", "Waits for a second")
        GIVEN = "given", pgettext_lazy("state of a verdict", "Given")
        WITHDRAWN = "withdrawn", pgettext_lazy("state of a verdict", "Withdrawn")

    gate = models.ForeignKey(Gate, models.CASCADE, related_name="verdicts")
    number = models.PositiveSmallIntegerField(_("review"))
    verdict = models.CharField(_("verdict"), max_length=7, choices=Verdict.choices)
    reason = models.TextField(_("reason"), max_length=2000)
    # [{"title", "owner", "due_on"}]; once it counts each has its work item: "item"
    conditions = models.JSONField(_("conditions"), default=list, blank=True)
    digest = models.CharField(max_length=64)
    # the criteria as they stood: [{"text", "kind", "is_met", "said"}]
    content = models.JSONField(default=list)
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.WAITING)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by"))
    seconded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("seconded by"))
    given_at = models.DateTimeField(_("given"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["gate", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["gate", "number"], name="one_gate_verdict"),
            models.UniqueConstraint(fields=["gate"], condition=Q(state="waiting"), name="one_waiting_verdict"),
            models.CheckConstraint(condition=~Q(given_by=models.F("seconded_by")), name="seconded_by_another"),
        ]

    def __str__(self) -> str:
        return f"{self.gate}: {self.verdict}"


class GateRelease(Secret):
    """The part of a project's money that a gate releases: into its budget with the verdict go, once. Seen by who may see costs."""

    gate = models.OneToOneField(Gate, models.CASCADE, related_name="release")
    amount = money_field(_("amount"))
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES)
    entry = models.OneToOneField("portfolio.BudgetEntry", models.PROTECT, null=True, blank=True, related_name="+")

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["gate"]
        constraints = [models.CheckConstraint(condition=Q(amount__gt=0), name="gate_release_positive")]

    def __str__(self) -> str:
        return f"{self.gate_id}: {self.amount}"
