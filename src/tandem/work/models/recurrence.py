"""What a new work item begins with, and the rule by which one is made of it again and again."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.work.models.work_item import WorkItem


class ItemTemplate(Scoped):
    name = models.CharField(_("name"), max_length=100)
    title = models.CharField(_("title"), max_length=1000)
    description = models.TextField(_("description"), max_length=100_000, blank=True)
    type = models.ForeignKey(
        "work.WorkItemType", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("type")
    )
    priority = models.PositiveSmallIntegerField(
        _("priority"), choices=WorkItem.Priority.choices, null=True, blank=True
    )
    labels = ArrayField(models.CharField(max_length=200), default=list, blank=True, verbose_name=_("labels"))
    estimate_points = models.FloatField(_("points"), null=True, blank=True)
    estimate_minutes = models.PositiveIntegerField(_("estimate"), null=True, blank=True)
    checklist = models.TextField(_("checklist"), max_length=20_000, blank=True)  # an entry a line

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_template_per_name")]

    def __str__(self) -> str:
        return self.name


class RecurrenceQuerySet(ScopedQuerySet):
    def running(self) -> Self:
        return self.filter(state=Recurrence.State.ACTIVE)


class Recurrence(Scoped):
    class State(models.TextChoices):
        ACTIVE = "active", _("Running")
        PAUSED = "paused", _("Paused")
        ENDED = "ended", pgettext_lazy("of a recurrence", "Ended")

    template = models.ForeignKey(
        ItemTemplate, models.PROTECT, related_name="recurrences", verbose_name=_("template")
    )
    # RFC 5545, days only: FREQ=WEEKLY;BYDAY=MO
    rule = models.CharField(_("rule"), max_length=200)
    starts_on = models.DateField(_("starts"))
    due_after = models.PositiveSmallIntegerField(
        _("due after days"), null=True, blank=True, validators=[MaxValueValidator(365)]
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("assignee")
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ACTIVE)
    # items are made in the name of this person, on their day
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    # the last date for which one was made, or that was passed over
    last_on = models.DateField(null=True, blank=True)
    # why the last attempt made none: the code of a refusal
    problem = models.CharField(max_length=60, blank=True)

    objects = RecurrenceQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["state"], name="recurrence_state")]

    def __str__(self) -> str:
        return self.rule


class Recurred(models.Model):
    """The item that was made for a date: one for each."""

    recurrence = models.ForeignKey(Recurrence, models.CASCADE, related_name="made")
    on = models.DateField()
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["-on"]
        constraints = [models.UniqueConstraint(fields=["recurrence", "on"], name="one_item_per_date")]

    def __str__(self) -> str:
        return f"{self.recurrence_id} on {self.on}"
