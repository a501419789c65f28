"""Something that asks for a place in a portfolio, with its business case: what it costs, needs and brings by quarter.

Amounts are whole units of the portfolio's currency, effort is in person-days, both by quarter of the proposal's own course:
the first is the quarter in which it starts."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.history.models import Event
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models.investment import InvestmentHorizon, InvestmentKind


class ProposalQuerySet(ScopedQuerySet):
    def candidates(self) -> Self:
        """What may be chosen: sent in, and not decided against."""
        return self.filter(state__in=Proposal.CANDIDATES)

    def continuing(self) -> Self:
        """What asks to go on with a project that ran already: made with its project, and no case that was decided became one."""
        born = Event.objects.filter(
            subject_kind=Proposal._meta.label_lower, subject_id=models.OuterRef("pk"), verb="proposal.created", changes__has_key="project"
        )
        return self.filter(models.Exists(born), state=Proposal.State.PROJECT, benefits=[], effort={})


class Proposal(Scoped):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        SUBMITTED = "submitted", _("Submitted")
        ASSESSED = "assessed", _("In assessment")
        SELECTED = "selected", _("Selected")
        ON_HOLD = "on_hold", _("On hold")
        DECLINED = "declined", _("Declined")
        PROJECT = "project", _("Became a project")

    class Side(models.TextChoices):
        PMO = "pmo", _("PMO side")
        PRODUCT = "product", _("Product side")

    Kind, Horizon = InvestmentKind, InvestmentHorizon

    CANDIDATES = (State.SUBMITTED, State.ASSESSED, State.SELECTED, State.ON_HOLD)

    title = models.CharField(_("proposal"), max_length=200)
    description = models.TextField(_("what and why"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    side = models.CharField(_("side of the sponsor"), max_length=10, choices=Side.choices, default=Side.PRODUCT)
    kind = models.CharField(_("kind of investment"), max_length=10, choices=Kind.choices, blank=True)
    horizon = models.CharField(_("horizon"), max_length=5, choices=Horizon.choices, blank=True)
    is_mandatory = models.BooleanField(_("mandatory"), default=False)
    not_before = models.DateField(_("not before"), null=True, blank=True)
    costs = models.JSONField(_("costs by quarter"), default=list, blank=True)
    benefits = models.JSONField(_("benefits by quarter"), default=list, blank=True)
    effort = models.JSONField(_("effort by role"), default=dict, blank=True)
    risks = models.TextField(_("risks"), blank=True)
    project = models.OneToOneField(
        "portfolio.Project", models.SET_NULL, null=True, blank=True, related_name="proposal", verbose_name=_("project")
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [models.Index(fields=["space", "state"], name="proposal_state")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_decided(self) -> bool:
        return self.state in (Proposal.State.DECLINED, Proposal.State.PROJECT)


class ProposalTie(Scoped):
    """What one proposal has to do with another when a set is chosen."""

    class Kind(models.TextChoices):
        REQUIRES = "requires", _("Requires")
        EXCLUDES = "excludes", _("Excludes")

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="ties")
    other = models.ForeignKey(Proposal, models.CASCADE, related_name="tied_by")
    kind = models.CharField(max_length=10, choices=Kind.choices)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "other"], name="one_tie"),
            models.CheckConstraint(condition=~models.Q(proposal=models.F("other")), name="tie_of_two"),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id} {self.kind} {self.other_id}"
