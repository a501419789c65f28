"""A temporary effort with a plan. Owns one space; its work items stand there."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import ScopedQuerySet
from tandem.portfolio.models.investment import InvestmentHorizon, InvestmentKind
from tandem.portfolio.models.portfolio import OwnsSpace

LONG_AGO = timedelta(days=30)


class ProjectQuerySet(ScopedQuerySet):
    def running(self) -> Self:
        return self.filter(state=Project.State.RUNNING)


class Project(OwnsSpace):
    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        RUNNING = "running", _("Running")
        ON_HOLD = "on_hold", _("On hold")
        DONE = "done", _("Done")
        CANCELLED = "cancelled", _("Cancelled")

    class Priority(models.IntegerChoices):
        """What a day of delay of the whole project weighs in the levelled plan, against one of others; without one as medium."""

        URGENT = 1, _("Urgent")
        HIGH = 2, _("High")
        MEDIUM = 3, _("Medium")
        LOW = 4, _("Low")

    class Earning(models.TextChoices):
        """When work counts as earned: as far as it is said to be complete, only when it is done, or with the milestones reached."""

        PERCENT = "percent", _("As far as it is complete")
        FINISHED = "finished", _("Only when it is done")
        MILESTONES = "milestones", _("With the milestones reached")

    Kind, Horizon = InvestmentKind, InvestmentHorizon

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    priority = models.PositiveSmallIntegerField(_("priority"), choices=Priority.choices, null=True, blank=True)
    earning = models.CharField(_("value is earned"), max_length=10, choices=Earning.choices, default=Earning.PERCENT)
    # the date to which the history of an import reaches; forecasts are read as of it
    as_of = models.DateField(_("as of"), null=True, blank=True)

    kind = models.CharField(_("kind of investment"), max_length=10, choices=Kind.choices, blank=True)
    horizon = models.CharField(_("horizon"), max_length=5, choices=Horizon.choices, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta(OwnsSpace.Meta):
        indexes = [models.Index(fields=["state"], name="project_state")]
        constraints = [models.CheckConstraint(condition=models.Q(priority=None) | models.Q(priority__range=(1, 4)), name="project_priority_known")]

    def ended_on(self, today: date) -> date | None:
        """The last day of a history that ended long ago: its pages are read as of it."""
        return self.as_of if self.as_of and today - self.as_of > LONG_AGO else None
