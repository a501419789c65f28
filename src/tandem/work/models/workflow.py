"""The types of work in a space, the states it passes through, and every passage."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class TypeQuerySet(ScopedQuerySet):
    def active(self) -> Self:
        """Not retired: a retired type stays on the items that have it, and is offered no more."""
        return self.filter(retired_at=None)


class WorkItemType(Scoped):
    """`level` orders the tree: 3 epic, 2 story and task, 1 sub-task; imports keep the source's own names. A type with a
    workflow of its own passes through `state_ids` alone and begins in `start`; without any it passes through all states
    of its space."""

    name = models.CharField(_("name"), max_length=100)
    level = models.PositiveSmallIntegerField(default=2)
    rank = models.PositiveSmallIntegerField(default=0)
    state_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("states"))
    start = models.ForeignKey("work.State", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("begins in"))
    # the type of a space above that this one follows
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = TypeQuerySet.as_manager()

    class Meta:
        ordering = ["-level", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="one_type_per_name"),
            models.UniqueConstraint(fields=["space", "origin"], name="one_following_type_per_space"),
        ]

    def __str__(self) -> str:
        return self.name

    def uses(self, state_id: int) -> bool:
        return not self.state_ids or state_id in self.state_ids


class StateQuerySet(ScopedQuerySet):
    def active(self) -> Self:
        """Not retired: a retired state holds no items and stays in the history."""
        return self.filter(retired_at=None)

    def in_order(self) -> Self:
        return self.order_by("rank", "id")


class State(Scoped):
    class Category(models.TextChoices):
        TO_DO = "to_do", _("To do")
        IN_PROGRESS = "in_progress", _("In progress")
        DONE = "done", _("Done")

    name = models.CharField(_("name"), max_length=100)
    category = models.CharField(_("category"), max_length=12, choices=Category.choices)
    rank = models.PositiveSmallIntegerField(default=0)
    column = models.ForeignKey(
        "work.Column", models.SET_NULL, null=True, blank=True, related_name="states", verbose_name=_("column")
    )
    # of a split column: its done half, where work waits to be pulled on
    is_waiting = models.BooleanField(_("waits to be pulled on"), default=False)
    # cancelled, declined, a duplicate: what ends here is over and was not made, so that it says nothing of a team's pace
    is_given_up = models.BooleanField(_("closed without a result"), default=False)
    # the state of a space above that this one follows
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = StateQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "name"], name="one_state_per_name"),
            models.UniqueConstraint(fields=["space", "origin"], name="one_following_state_per_space"),
            models.CheckConstraint(condition=models.Q(is_given_up=False) | models.Q(category="done"), name="given_up_is_over"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_done(self) -> bool:
        return self.category == self.Category.DONE


class StateChange(models.Model):
    """A work item passed from one state to another; flow figures and forecasts read this table."""

    space = models.ForeignKey("people.Space", models.PROTECT, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="state_changes")
    from_state = models.ForeignKey("work.State", models.PROTECT, null=True, related_name="+")
    to_state = models.ForeignKey("work.State", models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["item", "at"], name="state_change_item"),
            models.Index(fields=["space", "at"], name="state_change_space"),
        ]

    def __str__(self) -> str:
        return f"{self.item_id}: {self.from_state_id} → {self.to_state_id}"
