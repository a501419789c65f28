"""A question of selection: which proposals, from which quarter on, under which limits. Its solutions stand beside it."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.dates import months_on
from tandem.people.scoping import Scoped, ScopedQuerySet

MOST_QUARTERS = 16


class Scenario(Scoped):
    class Aim(models.TextChoices):
        NPV = "npv", _("Net present value")
        FIT = "fit", _("Strategic fit")
        BOTH = "both", _("Half each")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        ADOPTED = "adopted", _("Adopted")

    name = models.CharField(_("scenario"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    starts_on = models.DateField(_("first quarter"))
    quarters = models.PositiveSmallIntegerField(
        _("quarters"), default=4, validators=[MinValueValidator(1), MaxValueValidator(MOST_QUARTERS)]
    )
    aim = models.CharField(_("what counts"), max_length=5, choices=Aim.choices, default=Aim.NPV)
    # by quarter, whole units; empty: money is no limit
    budget = models.JSONField(_("budget by quarter"), default=list, blank=True)
    is_carried_over = models.BooleanField(_("what is left may be spent later"), default=False)
    # otherwise what runs is in every set
    may_hold = models.BooleanField(_("running projects may be put on hold"), default=False)
    capacity = models.JSONField(_("capacity by role"), default=dict, blank=True)
    # [{"group": "kind:run", "bound": "least" | "most", "percent": 20}]
    shares = models.JSONField(_("shares"), default=list, blank=True)
    # {proposal number: "in" | "out"}
    locks = models.JSONField(_("locks"), default=dict, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "name", "id"]

    def __str__(self) -> str:
        return self.name

    def quarter(self, number: int) -> date:
        """The first day of a quarter, counted from 0."""
        return months_on(self.starts_on, 3 * number)


class SolutionQuerySet(ScopedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class Solution(Scoped):
    """What a run of the solver came to, from the first answer on. `starts` says in which quarter each chosen one starts."""

    class State(models.TextChoices):
        SEARCHING = "searching", _("Searching")
        DONE = "done", _("Done")
        STOPPED = "stopped", _("Stopped")
        IMPOSSIBLE = "impossible", _("Impossible")
        FAILED = "failed", _("Failed")

    scenario = models.ForeignKey(Scenario, models.CASCADE, related_name="solutions")
    job = models.ForeignKey("collaboration.Job", models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.SEARCHING)
    inputs_hash = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=clock.now)
    seconds = models.FloatField(default=0)
    value = models.BigIntegerField(null=True)
    bound = models.BigIntegerField(null=True)
    starts = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    prices = models.JSONField(default=list)
    frontier = models.JSONField(default=list)
    must_give = models.JSONField(default=list)

    objects = SolutionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["scenario", "-id"], name="solution_newest")]

    def __str__(self) -> str:
        return f"{self.scenario_id}: {self.value}"

    @property
    def gap(self) -> float | None:
        """How much better a choice could be at most, as a part of the value."""
        if self.value is None or self.bound is None:
            return None
        return max(0, self.bound - self.value) / max(1, abs(self.value))

    def chosen(self, point: int | None) -> dict[str, Any]:
        """The best set, or that of a point of the frontier."""
        if point is None:
            return dict(self.starts)
        return dict(self.frontier[point]["starts"]) if 0 <= point < len(self.frontier) else {}
