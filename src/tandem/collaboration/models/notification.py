"""One thing that one person should hear of: what happened, why they are told, and whether they are done with it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.collaboration.models.watch import BY_SPACE, Watch
from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class NotificationQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, of spaces that one still sees."""
        return super().visible_to(user).filter(user=user)

    def unread(self) -> Self:
        return self.filter(done_at=None).filter(
            models.Q(snoozed_until=None) | models.Q(snoozed_until__lte=clock.now())
        )

    def later(self) -> Self:
        return self.filter(done_at=None, snoozed_until__gt=clock.now())

    def done(self) -> Self:
        return self.filter(done_at__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-id")

    def to_mail(self, mail: str) -> Self:
        """What waits for a letter and was not looked after meanwhile."""
        return self.unread().filter(mail=mail, mailed_at=None)


class Notification(Scoped):
    class Kind(models.TextChoices):
        MENTIONED = "mentioned", _("I am mentioned")
        ASSIGNED = "assigned", _("Something is given to me")
        COMMENT = "comment", _("A comment on what I watch")
        STATE = "state", _("A new state of what I watch")
        PROMISE = "promise", _("A promise slips or is revised")
        DUE = "due", _("My work is due or overdue")
        JOB = "job", _("A job or import of mine ends")
        MEETING = "meeting", _("My meetings: agenda, minutes, another time")
        CHANGE = "change", _("Any other change of what I watch")

    class Mail(models.TextChoices):
        NONE = "", _("no letter")
        AT_ONCE = "at_once", _("at once")
        DIGEST = "digest", _("digest")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    # what it tells of, once per person: `event:12`, `due:work.workitem:3:2027-02-12`
    mark = models.CharField(max_length=120)
    event = models.ForeignKey("history.Event", models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict, blank=True)
    why = models.CharField(
        max_length=10, choices=[*Watch.Why.choices, (BY_SPACE, _("you watch its space"))], blank=True
    )
    happened_at = models.DateTimeField(default=clock.now)
    done_at = models.DateTimeField(null=True, blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)
    mail = models.CharField(max_length=8, choices=Mail.choices, default=Mail.NONE, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["user", "mark"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_user"),
            models.Index(fields=["user", "-id"], name="notification_open", condition=models.Q(done_at=None)),
            models.Index(
                fields=["mail", "user"],
                name="notification_mail",
                condition=models.Q(mailed_at=None) & ~models.Q(mail=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind}:{self.subject_id} → {self.user_id}"


class Told(models.Model):
    """How far along the chain of seals people were told. One row."""

    sequence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"told up to seal {self.sequence}"
