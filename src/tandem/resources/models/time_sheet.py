"""The week of a person: what they worked, sent in, approved or sent back. The hours themselves are time entries of `work`;
while the week is sent in or approved, a lock there keeps them as they are."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.resources.models.employment import Employment
from tandem.work.models import TimeEntry


class TimeSheetQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, and those that one decides."""
        return self.filter(models.Q(person=user) | self._decided_by(user)) if user.is_active else self.none()

    def decided_by(self, user: Any) -> Self:
        """Never one's own: of the people who report to one, of all where one manages resources, and of who worked that week
        only in projects that one plans."""
        return self.filter(self._decided_by(user)).exclude(person=user) if user.is_active else self.none()

    def submitted(self) -> Self:
        return self.filter(state=TimeSheet.State.SUBMITTED)

    def waiting_for(self, user: Any) -> Self:
        """Sent in, and by somebody else than who would answer."""
        sent = TimeSheetStep.objects.filter(sheet=models.OuterRef("pk"), kind=TimeSheetStep.Kind.SUBMITTED).order_by("-id").values("by")[:1]
        return self.submitted().decided_by(user).annotate(sent_in_by=models.Subquery(sent)).exclude(sent_in_by=user.pk)

    @staticmethod
    def _decided_by(user: Any) -> models.Q:
        reports = Employment.objects.filter(
            models.Q(ends_on=None) | models.Q(ends_on__gte=models.OuterRef("week")), person=models.OuterRef("person"), manager=user,
            starts_on__lte=models.OuterRef("ends_on"),
        )  # fmt: skip
        found = models.Q(models.Exists(reports))
        if managed := spaces_where(user, Permission.MANAGE_RESOURCES):
            found |= models.Q(space_id__among=managed)
        if planned := spaces_where(user, Permission.EDIT_PLAN):
            worked = TimeEntry.objects.present().filter(user=models.OuterRef("person"), day__range=(models.OuterRef("week"), models.OuterRef("ends_on")))
            inside = models.Q(space_id__among=planned)
            found |= models.Q(models.Exists(worked.filter(inside))) & ~models.Q(models.Exists(worked.filter(~inside)))
        return found


class TimeSheet(Scoped):
    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("time sheet", "Open")
        SUBMITTED = "submitted", pgettext_lazy("time sheet", "Sent in")
        APPROVED = "approved", pgettext_lazy("time sheet", "Approved")
        RETURNED = "returned", pgettext_lazy("time sheet", "Sent back")

    STANDING = (State.SUBMITTED, State.APPROVED)

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="time_sheets", verbose_name=_("person"))
    # its Monday and its Sunday
    week = models.DateField(_("week"))
    ends_on = models.DateField(_("to"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)

    objects = TimeSheetQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "time sheet", "time sheets"
        ordering = ["-week", "-id"]
        indexes = [models.Index(fields=["state", "week"], name="time_sheet_state")]
        constraints = [
            models.UniqueConstraint(fields=["person", "week"], name="one_time_sheet_a_week"),
            models.CheckConstraint(condition=models.Q(week__iso_week_day=1), name="time_sheet_begins_on_monday"),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.week}"

    @property
    def is_standing(self) -> bool:
        return self.state in self.STANDING

    def is_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()


class TimeSheetRow(models.Model):
    """An item that stands in somebody's week also while there is no time on it."""

    sheet = models.ForeignKey(TimeSheet, models.CASCADE, related_name="rows")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "item"], name="an_item_once_a_week")]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.item_id}"


class TimeSheetStep(models.Model):
    """What became of a week, when, by whom and why; never changed. `minutes` is what stood there at that moment."""

    class Kind(models.TextChoices):
        SUBMITTED = "submitted", pgettext_lazy("time sheet", "sent in")
        WITHDRAWN = "withdrawn", pgettext_lazy("time sheet", "taken back")
        APPROVED = "approved", pgettext_lazy("time sheet", "approved")
        RETURNED = "returned", pgettext_lazy("time sheet", "sent back")
        REOPENED = "reopened", pgettext_lazy("time sheet", "reopened")

    sheet = models.ForeignKey(TimeSheet, models.CASCADE, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    minutes = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.sheet_id}: {self.kind}"


def last_day(week: date) -> date:
    return date.fromordinal(week.toordinal() + 6)
