"""How one person wants to hear: by which way for each kind of news, when not, and when the digest comes."""

from datetime import datetime
from typing import Any, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.collaboration.models.notification import Notification
from tandem.kit import clock

_K = Notification.Kind


class Way(models.TextChoices):
    INBOX = "inbox", _("Inbox")
    AT_ONCE = "at_once", _("Inbox and a letter at once")
    DIGEST = "digest", _("Inbox and the digest")
    NOTHING = "nothing", _("Nothing")


# one letter a day, not a stream
USUAL: dict[str, str] = {
    _K.MENTIONED: Way.DIGEST, _K.ASSIGNED: Way.DIGEST, _K.COMMENT: Way.DIGEST, _K.STATE: Way.INBOX, _K.PROMISE: Way.DIGEST,
    _K.DUE: Way.DIGEST, _K.JOB: Way.INBOX, _K.CHANGE: Way.NOTHING, _K.MEETING: Way.DIGEST,
}  # fmt: skip


def _workdays() -> list[int]:
    return [0, 1, 2, 3, 4]


class NotificationRulesQuerySet(models.QuerySet["NotificationRules"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(user=user)


class NotificationRules(models.Model):
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="notification_rules"
    )
    ways = models.JSONField(default=dict, blank=True)
    has_mail = models.BooleanField(_("letters"), default=True)
    # hours of the person's day; from 22 to 7 goes over midnight, the same hour twice is none
    quiet_from = models.PositiveSmallIntegerField(_("quiet from"), default=20)
    quiet_until = models.PositiveSmallIntegerField(_("quiet until"), default=7)
    digest_hour = models.PositiveSmallIntegerField(_("hour of the digest"), default=8)
    # Monday is 0
    digest_days = ArrayField(
        models.PositiveSmallIntegerField(),
        default=_workdays,
        blank=True,
        verbose_name=_("days of the digest"),
    )
    digest_on = models.DateField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1)

    objects = NotificationRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("notification rules")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(quiet_from__lte=23, quiet_until__lte=23, digest_hour__lte=23),
                name="hours_of_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"rules of {self.user_id}"

    def way(self, kind: str) -> str:
        chosen = self.ways.get(kind)
        return chosen if chosen in Way.values else USUAL.get(kind, Way.INBOX)

    def mail(self, kind: str) -> str:
        """The letter in which news of this kind goes."""
        way = self.way(kind)
        return way if self.has_mail and way in (Way.AT_ONCE, Way.DIGEST) else ""

    def is_quiet(self, moment: datetime) -> bool:
        begin, end = self.quiet_from, self.quiet_until
        if begin == end:
            return False
        return begin <= moment.hour < end if begin < end else moment.hour >= begin or moment.hour < end

    def is_digest_due(self, moment: datetime) -> bool:
        """Once on each of the chosen days, from the chosen hour on."""
        if moment.weekday() not in self.digest_days or moment.hour < self.digest_hour:
            return False
        return self.digest_on is None or self.digest_on < moment.date()


def rules_of(user: Any) -> NotificationRules:
    """What the person chose, else the usual rules."""
    return NotificationRules.objects.filter(user=user).first() or NotificationRules(user=user)


def zone_of(user: Any) -> ZoneInfo:
    return ZoneInfo(user.time_zone or settings.TIME_ZONE)


def local_time(user: Any) -> datetime:
    """Now, on the person's clock."""
    return clock.now().astimezone(zone_of(user))
