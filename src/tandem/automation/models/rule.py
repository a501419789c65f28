"""A rule that somebody wrote: when something happens to a work item and a filter finds it, then this is done."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class RuleQuerySet(ScopedQuerySet):
    def on(self) -> Self:
        return self.filter(is_on=True)


class Rule(Scoped):
    class Trigger(models.TextChoices):
        CREATED = "created", _("is created")
        MOVED = "moved", _("is moved")
        CHANGED = "changed", _("has a field changed")
        BLOCKED = "blocked", _("becomes blocked")
        UNBLOCKED = "unblocked", _("is no longer blocked")
        COMMENTED = "commented", _("gets a comment")
        DUE = "due", _("is past its due date")
        MERGED = "merged", _("has a merge request merged")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    trigger = models.CharField(_("when a work item"), max_length=10, choices=Trigger.choices)
    # what of the trigger: {"state": 12} into which state, {"field": "priority"}, {"days": 3} after the due date
    facts = models.JSONField(default=dict, blank=True)
    condition = models.CharField(_("and the filter finds it"), max_length=1000, blank=True)
    # what is done, in order: {"do": "move", "state": 13}, {"do": "comment", "text": "…"}
    steps = models.JSONField(_("then"), default=list)
    is_on = models.BooleanField(_("on"), default=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["space"], name="rule_on", condition=models.Q(is_on=True))]

    def __str__(self) -> str:
        return self.name
