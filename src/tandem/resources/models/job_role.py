"""What somebody does in projects, such as “Architect”: asked for before a name is known, and priced."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class JobRole(HandedDown):
    name = models.CharField(_("job role"), max_length=100)
    description = models.TextField(_("description"), max_length=5000, blank=True)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "job role", "job roles"
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_job_role_of_a_name")]

    def __str__(self) -> str:
        return self.name
