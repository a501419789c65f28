"""A temporary effort with a plan. Owns one space; its work items stand there."""

from datetime import date, timedelta
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import ScopedQuerySet
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

    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.RUNNING)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    # the date to which the history of an import reaches; forecasts are read as of it
    as_of = models.DateField(_("as of"), null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta(OwnsSpace.Meta):
        indexes = [models.Index(fields=["state"], name="project_state")]

    def ended_on(self, today: date) -> date | None:
        """The last day of a history that ended long ago: its pages are read as of it."""
        return self.as_of if self.as_of and today - self.as_of > LONG_AGO else None
