"""After how many days finished work of a space is put away, and what was put away by that rule."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet

LEAST_DAYS, MOST_DAYS = 1, 3650


class ArchivingRule(Scoped):
    """Above projects it holds in every project below that has none of its own; `days` None keeps a project's work where it is.
    Items are put away in the name of the owner, who set it last."""

    days = models.PositiveSmallIntegerField(
        _("days after it was done"), null=True, blank=True, validators=[MinValueValidator(LEAST_DAYS), MaxValueValidator(MOST_DAYS)]
    )
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["space"], name="one_archiving_rule_per_space")]

    def __str__(self) -> str:
        return str(self.days or "")


class ArchivingQuerySet(ScopedQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-at", "-id")


class Archiving(Scoped):
    """One time that the rule put items of a project away: `run` names the events."""

    rule = models.ForeignKey(ArchivingRule, models.SET_NULL, null=True, blank=True, related_name="+")
    run = models.UUIDField(unique=True)
    at = models.DateTimeField()
    count = models.PositiveIntegerField()
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = ArchivingQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d}: {self.count}"
