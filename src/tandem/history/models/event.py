"""One row for everything that happened. The database refuses to change or delete it (migration 0002)."""

from typing import Any

from django.conf import settings
from django.db import models

from tandem.kit import clock


class EventQuerySet(models.QuerySet["Event"]):
    def of(self, subject: models.Model) -> "EventQuerySet":
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)

    def newest_first(self) -> "EventQuerySet":
        return self.order_by("-id")

    def visible_to(self, user: Any, row: models.Model | None = None) -> "EventQuerySet":
        """Events of the spaces that the user may see, without what is private to others. `row`: one that the user is known to
        see, with what is private to who sees it."""
        return self.filter(user.visible_events(row))


class Event(models.Model):
    occurred_at = models.DateTimeField(default=clock.now)
    recorded_at = models.DateTimeField(default=clock.now)
    verb = models.CharField(max_length=60)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    space = models.ForeignKey("people.Space", models.PROTECT, null=True, related_name="+")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    changes = models.JSONField(default=dict)
    run = models.UUIDField(null=True)
    text_digest = models.CharField(max_length=64, blank=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id", "-id"], name="event_subject"),
            models.Index(fields=["space", "-id"], name="event_space"),
            models.Index(fields=["occurred_at"], name="event_moment"),
            models.Index(fields=["run"], name="event_run", condition=models.Q(run__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_kind}:{self.subject_id}"


class EventText(models.Model):
    """Personal text of an event. It may be erased; the event keeps its digest."""

    event = models.OneToOneField(Event, models.CASCADE, primary_key=True, related_name="text")
    changes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"text of event {self.event_id}"
