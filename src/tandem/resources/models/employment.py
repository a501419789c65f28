"""A term in which somebody works here: from joining to leaving, how much of a week, by which calendar, for whom.

Who goes from full time to three days has two terms, one after the other."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import HandedDown, HandedDownQuerySet


class EmploymentQuerySet(HandedDownQuerySet):
    def during(self, first: date, last: date) -> Self:
        """Terms that touch these days."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=first), starts_on__lte=last)

    def answering(self, manager: Any, asked_at: Any, ends_on: Any) -> Self:
        """Terms by which the manager answers for a time off: being the manager gives no look at what was over, and asked
        for, before it was written down."""
        told = models.Q(manager_since__lte=asked_at) | models.Q(manager_since__date__lte=ends_on)
        return self.filter(told, manager=manager)


class Employment(HandedDown):
    class Kind(models.TextChoices):
        STAFF = "staff", _("Staff")
        EXTERNAL = "external", _("External")

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="employments", verbose_name=_("person")
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices, default=Kind.STAFF)
    starts_on = models.DateField(_("from"))
    # the last day; none while nobody knows of an end
    ends_on = models.DateField(_("to"), null=True, blank=True)
    percent = models.PositiveSmallIntegerField(
        _("share of a full week"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # none: the default calendar of the space
    calendar = models.ForeignKey(
        "work.WorkingCalendar", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("calendar")
    )
    department = models.ForeignKey(
        "resources.Department", models.PROTECT, null=True, blank=True, related_name="employments", verbose_name=_("department")
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("reports to")
    )
    # when the manager was written down, whatever days the term is about
    manager_since = models.DateTimeField(default=clock.now)

    objects = EmploymentQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "id"]
        indexes = [models.Index(fields=["person", "starts_on"], name="employment_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")), name="employment_in_order"
            ),
            models.CheckConstraint(condition=models.Q(percent__gte=1, percent__lte=100), name="employment_share"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}"
