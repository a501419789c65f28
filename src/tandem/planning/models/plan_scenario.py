"""A branch of the plan: what would be otherwise, written down by several people, computed, and merged by a decision or not."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet, ids_of


class PlanScenarioQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state=PlanScenario.State.OPEN)


class PlanScenario(Scoped):
    """Not a scenario of selection: it chooses nothing, it changes people, dates, scope and priorities of what is planned."""

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ASKED = "asked", pgettext_lazy("plan scenario", "In a change request")
        MERGED = "merged", pgettext_lazy("plan scenario", "Merged")
        DISCARDED = "discarded", pgettext_lazy("plan scenario", "Discarded")

    name = models.CharField(_("plan scenario"), max_length=200)
    description = models.TextField(_("description"), blank=True, max_length=5000)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # what the last computation came to, of which changes (their digest), and the job that computes it or did last
    outcome = models.JSONField(null=True, blank=True)
    computed_of = models.CharField(max_length=64, blank=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    job = models.ForeignKey("collaboration.Job", models.SET_NULL, null=True, blank=True, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(_("reason"), blank=True, max_length=2000)

    objects = PlanScenarioQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name


class PlanChangeQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """Who sees both: what is changed, and the scenario that would change it. Money also by who may see costs there, who judges
        it for the product, and who wrote it."""
        rows = super().visible_to(user).filter(scenario__space_id__among=ids_of(user.visible_space_ids()))
        priced = models.Q(space_id__among=ids_of(_told_of_money(user))) | models.Q(scenario__space_id__among=ids_of(_judging(user))) | models.Q(by=user.pk)
        return rows.filter(~models.Q(kind__in=PlanChange.OF_MONEY) | priced)


def _told_of_money(user: Any) -> frozenset[int]:
    return spaces_where(user, Permission.SEE_COSTS)


def _judging(user: Any) -> frozenset[int]:
    return spaces_where(user, Permission.SIGN_FOR_PRODUCT)


class PlanChange(Scoped):
    """One change, in the space of what it changes. `subject` says what: of each thing a scenario knows one change of a kind, so
    that nobody overwrites another's unseen. `seen`: the values that stood there when it was written."""

    class Kind(models.TextChoices):
        ITEM = "item", _("Work item changed")
        ADD = "add", _("Work item added")
        DROP = "drop", _("Work item dropped")
        PROJECT = "project", _("Project changed")
        AWAY = "away", _("Person away")
        BOOK = "book", _("Booking added")
        BOOKING = "booking", _("Booking changed")
        UNBOOK = "unbook", _("Booking taken out")
        PROMISE = "promise", _("Promise revised")
        FEATURE = "feature", _("Feature on the roadmap moved")
        RELEASE = "release", _("Release moved")
        COST = "cost", _("Cost added")
        BUDGET = "budget", _("Budget changed")
        TRANSFER = "transfer", _("Budget moved")

    # the others are only asked for in change requests: who may edit a plan does not revise promises with it
    OF_PLAN = (Kind.ITEM, Kind.ADD, Kind.DROP, Kind.PROJECT, Kind.AWAY, Kind.BOOK, Kind.BOOKING, Kind.UNBOOK)
    OF_PRODUCT = (Kind.PROMISE, Kind.FEATURE, Kind.RELEASE)
    OF_MONEY = (Kind.COST, Kind.BUDGET, Kind.TRANSFER)

    scenario = models.ForeignKey(PlanScenario, models.CASCADE, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject = models.BigIntegerField()
    values = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    objects = PlanChangeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["scenario", "kind", "subject"], name="one_change_of_a_thing",
                condition=models.Q(kind__in=("item", "drop", "project", "booking", "unbook", "promise", "feature", "release")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"

    def is_seen_by(self, user: Any) -> bool:
        if not (super().is_seen_by(user) and self.scenario.is_seen_by(user)):
            return False
        is_told = self.space_id in _told_of_money(user) or self.scenario.space_id in _judging(user) or self.by_id == user.pk
        return self.kind not in PlanChange.OF_MONEY or is_told
