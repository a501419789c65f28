"""A meeting that comes again, or once: what for, who answers for it, who is asked, and by which rhythm."""

from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet


class MeetingSeriesQuerySet(ScopedQuerySet):
    def running(self) -> Self:
        return self.filter(state=MeetingSeries.State.RUNNING)

    def of_person(self, user: Any) -> Self:
        """Owned by the person, or with them among those who are asked."""
        asked = MeetingAttendee.objects.filter(user=user.pk).values("series")
        return self.filter(models.Q(owner=user.pk) | models.Q(pk__in=asked))


class MeetingSeries(Scoped):
    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("of a series of meetings", "Running")
        ENDED = "ended", pgettext_lazy("of a series of meetings", "Ended")

    title = models.CharField(_("meeting"), max_length=200)
    # what shall be different afterwards: without it nobody meets
    purpose = models.CharField(_("purpose"), max_length=500)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner"))
    # RFC 5545, days only; empty: once
    rule = models.CharField(_("rhythm"), max_length=200, blank=True)
    starts_on = models.DateField(_("first day"))
    at = models.TimeField(_("begins at"))
    zone = models.CharField(_("time zone"), max_length=64)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=60, validators=[MinValueValidator(5), MaxValueValidator(600)])
    place = models.CharField(_("place or link"), max_length=300, blank=True)
    # the agenda gathers what has come up, so many days before
    is_gathered = models.BooleanField(_("the agenda fills itself"), default=True)
    gather_days = models.PositiveSmallIntegerField(_("days before"), default=3, validators=[MaxValueValidator(30)])
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.RUNNING)

    # while it has ended: who had said of which meeting that they stay away, [day, begins, ends, people] each
    answers = models.JSONField(default=list, blank=True)

    objects = MeetingSeriesQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        verbose_name = "meeting series"

    def __str__(self) -> str:
        return self.title


class MeetingAttendee(models.Model):
    """Who is asked to come; without whom it can be held, too."""

    series = models.ForeignKey(MeetingSeries, models.CASCADE, related_name="attendees")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    is_needed = models.BooleanField(_("needed"), default=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["series", "user"], name="one_seat_each")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.series_id}"
