"""A place kept for work: a person, a job role or a team is wanted from when to when, for how much of their time.

Of a person it is a share of the time that they have: part time, holidays and time off make it less by themselves. Of a job
role or team it is a share of one full-time person; 250 asks for two and a half."""

from datetime import date
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet

SUBJECTS = ("portfolio.project", "portfolio.proposal", "product.feature")


class BookingQuerySet(ScopedQuerySet):
    def during(self, first: date, last: date) -> Self:
        return self.filter(starts_on__lte=last, ends_on__gte=first)

    def hard(self) -> Self:
        return self.filter(is_hard=True)

    def unfilled(self) -> Self:
        """Of a job role or a team: nobody's name stands there yet."""
        return self.filter(person=None)


class Booking(Scoped):
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="bookings", verbose_name=_("person")
    )
    # with a person: as what they were asked for
    job_role = models.ForeignKey(
        "resources.JobRole", models.PROTECT, null=True, blank=True, related_name="bookings", verbose_name=_("job role")
    )
    team = models.ForeignKey("people.Team", models.PROTECT, null=True, blank=True, related_name="bookings", verbose_name=_("team"))
    # for what: a project, a proposal or a feature; its space is the row's
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    percent = models.DecimalField(
        _("share"), max_digits=7, decimal_places=2, validators=[MinValueValidator(1), MaxValueValidator(10000)]
    )
    is_hard = models.BooleanField(pgettext_lazy("booking", "firm"), default=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    # why a person is booked firmly beyond all of their time
    override_reason = models.CharField(_("overbooked because"), max_length=300, blank=True)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = BookingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        indexes = [
            models.Index(fields=["person", "starts_on"], name="booking_of_person"),
            models.Index(fields=["job_role", "starts_on"], name="booking_of_role"),
            models.Index(fields=["subject_kind", "subject_id"], name="booking_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(ends_on__gte=models.F("starts_on")), name="booking_in_order"),
            models.CheckConstraint(condition=models.Q(percent__gt=0), name="booking_of_something"),
            models.CheckConstraint(condition=models.Q(person=None) | models.Q(percent__lte=100), name="booking_of_a_person_is_a_share"),
            models.CheckConstraint(
                condition=models.Q(person__isnull=False, team=None) | models.Q(person=None, job_role__isnull=False, team=None)
                | models.Q(person=None, job_role=None, team__isnull=False),
                name="booking_of_one",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person or self.job_role or self.team} {self.starts_on}"
