"""One meeting: when it is, who was there, its points with their minutes, and what came of them."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.governance.models.meeting_series import MeetingAttendee, MeetingSeries
from tandem.people.scoping import Scoped, ScopedQuerySet, spaces_seen_by

LONGEST = 20_000


class MeetingQuerySet(ScopedQuerySet):
    def planned(self) -> Self:
        return self.filter(state=Meeting.State.PLANNED)

    def held(self) -> Self:
        return self.filter(state=Meeting.State.HELD)

    def between(self, first: datetime, last: datetime) -> Self:
        return self.filter(starts_at__lt=last, ends_at__gt=first)

    def of_person(self, user: Any) -> Self:
        return self.filter(series__in=MeetingSeries.objects.of_person(user).values("pk"))

    def to_gather(self, now: datetime) -> Self:
        """Whose agenda is to be filled by now."""
        rows = self.planned().filter(gathered_at=None, series__is_gathered=True, ends_at__gt=now)
        return rows.filter(starts_at__lte=now + timedelta(days=1) * models.F("series__gather_days"))


class Meeting(Scoped):
    class State(models.TextChoices):
        PLANNED = "planned", pgettext_lazy("state of a meeting", "Planned")
        HELD = "held", pgettext_lazy("state of a meeting", "Held")
        CANCELLED = "cancelled", pgettext_lazy("state of a meeting", "Cancelled")

    series = models.ForeignKey(MeetingSeries, models.PROTECT, related_name="meetings", verbose_name=_("series"))
    # the day that the rhythm gave it, wherever it was moved to
    on = models.DateField()
    starts_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.PLANNED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    held_at = models.DateTimeField(_("held"), null=True, blank=True)
    sent_at = models.DateTimeField(_("minutes sent"), null=True, blank=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["series", "on"], name="one_meeting_a_day"),
            models.CheckConstraint(condition=models.Q(ends_at__gt=models.F("starts_at")), name="meeting_has_a_length"),
        ]
        indexes = [models.Index(fields=["space", "starts_at"], name="meeting_when"), models.Index(fields=["state", "starts_at"], name="meeting_state")]

    def __str__(self) -> str:
        return f"{self.series} {self.starts_at:%Y-%m-%d}"

    @property
    def minutes(self) -> int:
        return round((self.ends_at - self.starts_at).total_seconds() / 60)

    @property
    def is_open(self) -> bool:
        return self.state == Meeting.State.PLANNED

    def seats(self) -> list[MeetingAttendee]:
        """Who is asked and still sees its space: whoever lost that keeps the seat, and is asked again with the right."""
        seats = list(self.series.attendees.select_related("user"))
        seen = spaces_seen_by(seat.user_id for seat in seats)
        return [seat for seat in seats if self.space_id in seen.get(seat.user_id, ())]


class MeetingPresence(models.Model):
    """Who was there, said when it was held."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="presences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="one_presence_each")]

    def __str__(self) -> str:
        return f"{self.user_id} was at {self.meeting_id}"


class MeetingAbsence(models.Model):
    """Who is asked and said that they do not come."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="absences")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "user"], name="one_absence_each")]

    def __str__(self) -> str:
        return f"{self.user_id} does not come to {self.meeting_id}"


class MeetingPointQuerySet(ScopedQuerySet):
    def standing(self) -> Self:
        """On the agenda: not taken off."""
        return self.filter(is_dropped=False)


class MeetingPoint(Scoped):
    class Why(models.TextChoices):
        SAID = "said", pgettext_lazy("why a point is on the agenda", "Put on by hand")
        ACTION = "action", pgettext_lazy("why a point is on the agenda", "Action of an earlier meeting")
        DECISION = "decision", pgettext_lazy("why a point is on the agenda", "Decision that is due")
        CHANGE = "change", pgettext_lazy("why a point is on the agenda", "Change request that waits")
        PROMISE = "promise", pgettext_lazy("why a point is on the agenda", "Promise that will be missed")
        CONFLICT = "conflict", pgettext_lazy("why a point is on the agenda", "Conflict of the plan")
        ISSUE = "issue", pgettext_lazy("why a point is on the agenda", "Open issue")
        RISK = "risk", pgettext_lazy("why a point is on the agenda", "New risk")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="points")
    title = models.CharField(_("point"), max_length=300)
    minutes = models.PositiveSmallIntegerField(_("minutes"), default=5, validators=[MinValueValidator(1), MaxValueValidator(240)])
    rank = models.FloatField(default=0)
    why = models.CharField(_("why"), max_length=8, choices=Why.choices, default=Why.SAID)
    # the record that it is about, as the first word of its address and its number or key
    slug = models.CharField(max_length=30, blank=True)
    at = models.CharField(max_length=30, blank=True)
    notes = models.TextField(_("minutes of the point"), max_length=LONGEST, blank=True)
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # taken off the agenda: what came by itself does not come again
    is_dropped = models.BooleanField(default=False)

    objects = MeetingPointQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [models.UniqueConstraint(fields=["meeting", "slug", "at"], condition=~models.Q(slug=""), name="one_point_for_a_record")]

    def __str__(self) -> str:
        return self.title

    @property
    def key(self) -> tuple[str, str] | None:
        return (self.slug, self.at) if self.slug else None


class MeetingOutcome(Scoped):
    """What was born from a point: a decision or a work item."""

    class Kind(models.TextChoices):
        DECISION = "decision", pgettext_lazy("outcome of a meeting", "Decision")
        ACTION = "action", pgettext_lazy("outcome of a meeting", "Action")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="outcomes")
    point = models.ForeignKey(MeetingPoint, models.SET_NULL, null=True, blank=True, related_name="outcomes")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    decision = models.ForeignKey("governance.Decision", models.CASCADE, null=True, blank=True, related_name="+")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="decision", decision__isnull=False, item__isnull=True) | models.Q(kind="action", decision__isnull=True, item__isnull=False),
                name="outcome_is_one_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.meeting_id}"
