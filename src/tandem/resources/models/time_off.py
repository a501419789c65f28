"""Days on which somebody is away: asked for, then approved by their manager. Why is known to few; that they are away, to all
who plan with them."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.resources.models.employment import Employment


class TimeOffQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, that of the people who report to one, and all where one manages resources. Who was written down as
        the manager only later does not see what was over by then."""
        if not user.is_active:
            return self.none()
        reports = Employment.objects.filter(
            models.Q(ends_on=None) | models.Q(ends_on__gte=models.OuterRef("starts_on")), person=models.OuterRef("person"),
            starts_on__lte=models.OuterRef("starts_on"),
        ).answering(user, models.OuterRef("created_at"), models.OuterRef("ends_on"))  # fmt: skip
        managed = spaces_where(user, Permission.MANAGE_RESOURCES)
        return self.filter(models.Q(person=user) | models.Q(space_id__among=managed) | models.Exists(reports))

    def during(self, first: date, last: date) -> Self:
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def waiting(self) -> Self:
        return self.filter(state=TimeOff.State.ASKED)

    def approved(self) -> Self:
        return self.filter(state=TimeOff.State.APPROVED)


class TimeOff(Scoped):
    class Kind(models.TextChoices):
        HOLIDAY = "holiday", _("Annual leave")
        SICKNESS = "sickness", _("Sickness")
        PARENTAL = "parental", _("Parental leave")
        TRAINING = "training", _("Training")
        OTHER = "other", _("Other")

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("time off", "Asked for")
        APPROVED = "approved", pgettext_lazy("time off", "Approved")
        DECLINED = "declined", pgettext_lazy("time off", "Declined")
        WITHDRAWN = "withdrawn", pgettext_lazy("time off", "Withdrawn")

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="time_off", verbose_name=_("person"))
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.HOLIDAY)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    starts_half = models.BooleanField(_("only half of the first day"), default=False)
    ends_half = models.BooleanField(_("only half of the last day"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    answer = models.CharField(_("answer"), max_length=300, blank=True)

    objects = TimeOffQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "time off", "time off"
        ordering = ["-starts_on", "-id"]
        indexes = [models.Index(fields=["person", "starts_on"], name="time_off_of_person")]
        constraints = [models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="time_off_in_order")]

    def __str__(self) -> str:
        return f"{self.person} {self.starts_on}"

    def is_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()
