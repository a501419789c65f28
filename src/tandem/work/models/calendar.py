"""When people work: hours per weekday, holidays of a country, exceptions of one's own."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


def standard_week() -> dict[str, list[list[int]]]:
    """Monday to Friday, 8:00–12:00 and 13:00–17:00, as minutes of the day; keys are ISO weekdays."""
    return {str(day): [[480, 720], [780, 1020]] if day <= 5 else [] for day in range(1, 8)}


class WorkingCalendar(Scoped):
    name = models.CharField(_("name"), max_length=200)
    base = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("based on")
    )
    # a weekday that is missing here is the base's
    week = models.JSONField(default=standard_week)
    country = models.CharField(_("holidays of"), max_length=2, blank=True)
    # a part of the country with holidays of its own, such as BY for Bavaria; empty: those of the whole country
    region = models.CharField(_("region"), max_length=10, blank=True)
    is_default = models.BooleanField(_("default of the space"), default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["space"], condition=models.Q(is_default=True), name="one_default_calendar"
            )
        ]

    def __str__(self) -> str:
        return self.name


class CalendarException(models.Model):
    """Days that differ from the week: no hours means a day off."""

    calendar = models.ForeignKey(WorkingCalendar, models.CASCADE, related_name="exceptions")
    name = models.CharField(_("name"), max_length=200, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    hours = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="exception_in_order"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.starts_on}"
