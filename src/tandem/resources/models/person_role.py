"""Which job role somebody has, from when to when; one of them at a time is what they mainly do."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class PersonRoleQuerySet(HandedDownQuerySet):
    def during(self, first: date, last: date) -> Self:
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=first), starts_on__lte=last)


class PersonRole(HandedDown):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="person_roles", verbose_name=_("person")
    )
    job_role = models.ForeignKey(
        "resources.JobRole", models.PROTECT, related_name="holders", verbose_name=_("job role")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    is_primary = models.BooleanField(_("main role"), default=True)

    objects = PersonRoleQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        indexes = [models.Index(fields=["person", "starts_on"], name="role_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")), name="person_role_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.job_role}"
