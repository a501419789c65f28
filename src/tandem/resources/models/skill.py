"""What somebody can do, such as “Customs law”, with a level of one to five."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class Skill(HandedDown):
    name = models.CharField(_("skill"), max_length=100)
    category = models.CharField(_("category"), max_length=100, blank=True)
    description = models.TextField(_("description"), max_length=5000, blank=True)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["category", "name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_skill_of_a_name")]

    def __str__(self) -> str:
        return self.name
