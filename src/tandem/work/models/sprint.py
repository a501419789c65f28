"""A time box of a Scrum team, who is in it how much, and every change of what it holds."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class SprintQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        """Planned or running: what can still be filled."""
        return self.exclude(state=Sprint.State.CLOSED)

    def running(self) -> Self:
        return self.filter(state=Sprint.State.ACTIVE)

    def closed(self) -> Self:
        return self.filter(state=Sprint.State.CLOSED)

    def in_order(self) -> Self:
        """Running ones first, then planned ones as they are dated; those without dates in the order they were made."""
        first = models.Case(
            models.When(state="active", then=0), models.When(state="future", then=1), default=2
        )
        return self.order_by(first, models.F("starts_at").asc(nulls_last=True), "id")


class Sprint(Scoped):
    class State(models.TextChoices):
        FUTURE = "future", _("Planned")
        ACTIVE = "active", _("Running")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.FUTURE)
    # as planned; whole days in UTC, the last one included
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    goal = models.TextField(_("goal"), blank=True)
    # as it happened; imports know only the plan
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    is_goal_met = models.BooleanField(_("goal met"), null=True, blank=True)
    review = models.TextField(_("review"), blank=True)

    objects = SprintQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["space", "state", "starts_at"], name="sprint_of_space")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.state != self.State.CLOSED

    @property
    def began(self) -> datetime | None:
        """When it really began; of an imported one the day on which it should have."""
        return self.started_at or (None if self.state == self.State.FUTURE else self.starts_at)

    @property
    def ended(self) -> datetime | None:
        return (self.closed_at or self.ends_at) if self.state == self.State.CLOSED else None


class SprintMember(models.Model):
    """Somebody in a sprint: the share of their attention, and the days on which they are away."""

    sprint = models.ForeignKey(Sprint, models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    share = models.PositiveSmallIntegerField(
        _("share"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    days_off = models.FloatField(
        _("days off"), default=0, validators=[MinValueValidator(0), MaxValueValidator(366)]
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sprint", "user"], name="one_place_in_a_sprint")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.sprint_id}"


class SprintChange(models.Model):
    """A work item came into a sprint or left it. `is_dated` false: an import or an older program brought it and knows
    no moment; `points` are those of that moment. Never edited."""

    space = models.ForeignKey("people.Space", models.PROTECT, related_name="+")
    sprint = models.ForeignKey(Sprint, models.CASCADE, related_name="scope_changes")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="sprint_changes")
    is_added = models.BooleanField()
    is_dated = models.BooleanField(default=True)
    points = models.FloatField(null=True)
    # the sprint that could not finish it
    carried_from = models.ForeignKey(Sprint, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["sprint", "at"], name="sprint_change_sprint")]

    def __str__(self) -> str:
        return f"{self.item_id} {'into' if self.is_added else 'out of'} {self.sprint_id}"

    @classmethod
    def of(cls, item: Any, sprint: Any, *, is_added: bool, by: Any, **more: Any) -> "SprintChange":
        return cls(
            space_id=sprint.space_id,
            sprint=sprint,
            item=item,
            is_added=is_added,
            by=by,
            points=item.estimate_points,
            **more,
        )
