"""What was decided, between which options, by what, by whom and why; and when it is looked at again."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet


class DecisionQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state=Decision.State.OPEN)

    def standing(self) -> Self:
        """Decided, and no other has taken its place."""
        return self.filter(state=Decision.State.DECIDED)

    def overdue(self, on: date) -> Self:
        """Not decided by its day."""
        return self.open().filter(due_on__lt=on)

    def to_revisit(self, on: date) -> Self:
        return self.standing().filter(revisit_on__lte=on)

    def coming_due(self, on: date) -> Self:
        """Those that ask for somebody: the question is late, or the answer is to be looked at again."""
        return self.filter(Q(state=Decision.State.OPEN, due_on__lt=on) | Q(state=Decision.State.DECIDED, revisit_on__lte=on))

    def owned_by(self, user: Any) -> Self:
        return self.filter(owner=user)


class Decision(Scoped):
    """Once decided its words stay; who thinks otherwise later writes one that takes its place."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a decision", "Open")
        DECIDED = "decided", pgettext_lazy("state of a decision", "Decided")
        REPLACED = "replaced", pgettext_lazy("state of a decision", "Replaced")

    # what was chosen where a change was not accepted: words of ours, told in the reader's language
    AS_PLANNED, NOT_AFTERWARDS = "Leave it as planned", "Carried out first, not approved afterwards"

    question = models.CharField(_("question"), max_length=300)
    context = models.TextField(_("what it is about"), blank=True, max_length=5000)
    # at least two, in words
    options = models.JSONField(_("options"), default=list, blank=True)
    criteria = models.TextField(_("by what it is decided"), blank=True, max_length=2000)
    evidence = models.TextField(_("evidence"), blank=True, max_length=5000)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who decides"))
    due_on = models.DateField(_("to be decided by"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    chosen = models.CharField(_("chosen"), max_length=300, blank=True)
    why = models.TextField(_("why"), blank=True, max_length=5000)
    effect = models.TextField(_("what it changes"), blank=True, max_length=2000)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("decided by"))
    revisit_on = models.DateField(_("looked at again on"), null=True, blank=True)
    # the change that it decided, whose content and effect stand there
    change_request = models.OneToOneField("governance.ChangeRequest", models.PROTECT, null=True, blank=True, related_name="decision", verbose_name=_("change request"))
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaces", verbose_name=_("replaced by"))

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["space", "state"], name="decision_state")]
        constraints = [
            models.CheckConstraint(condition=Q(state="open") | (~Q(chosen="") & ~Q(why="") & Q(decided_on__isnull=False)), name="decision_says_what_and_why"),
            models.CheckConstraint(condition=~Q(state="replaced") | Q(replaced_by__isnull=False), name="replaced_decision_has_another"),
        ]

    def __str__(self) -> str:
        return self.question

    def worded(self, option: str) -> str:
        """An option as a reader is told it."""
        known = {Decision.AS_PLANNED: _("Leave it as planned"), Decision.NOT_AFTERWARDS: _("Carried out first, not approved afterwards")}
        return str(known.get(option, option)) if self.change_request_id is not None else option

    @property
    def chosen_worded(self) -> str:
        return self.worded(self.chosen)

    @property
    def is_open(self) -> bool:
        return self.state == Decision.State.OPEN
