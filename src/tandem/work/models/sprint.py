"""A time box of a Scrum team. Imported ones are kept; their pages come with sprint planning."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


class Sprint(Scoped):
    class State(models.TextChoices):
        FUTURE = "future", _("Planned")
        ACTIVE = "active", _("Running")
        CLOSED = "closed", _("Closed")

    name = models.CharField(_("name"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.FUTURE)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    goal = models.TextField(_("goal"), blank=True)

    class Meta:
        ordering = ["starts_at", "id"]

    def __str__(self) -> str:
        return self.name
