"""Where people belong in the organisation: a tree, each with somebody who answers for it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class Department(HandedDown):
    name = models.CharField(_("department"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("head")
    )

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "parent", "name"], nulls_distinct=False, name="one_department_of_a_name")
        ]

    def __str__(self) -> str:
        return self.name
