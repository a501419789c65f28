"""Which letters are due, and that none goes out twice: what a letter tells is marked as mailed *before* it is sent. A
machine that dies between the two costs one letter, whose content still stands in the inbox; the other order would
send it again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from tandem.collaboration.actions import subscriptions
from tandem.collaboration.models import Notification, NotificationRules, Subscription
from tandem.collaboration.models.notification_rules import local_time
from tandem.kit import clock
from tandem.people.models import User

MOST_IN_ONE = 200
_Mail = Notification.Mail


@dataclass
class Claimed:
    """What one letter will tell: news, and what saved views show."""

    news: list[Notification] = field(default_factory=list)
    views: list[Subscription] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.news or self.views)


def waiting() -> Iterator[User]:
    """Everybody with news for a letter, and who wants letters of a view. One query; the rows come from an index of what is
    not mailed."""
    rows = Notification.objects.filter(mailed_at=None, done_at=None).exclude(mail=_Mail.NONE)
    people = Q(pk__in=rows.values("user")) | Q(pk__in=Subscription.objects.values("user"))
    yield from User.objects.active().filter(people, is_placeholder=False)


def claim(user: User, mail: str) -> Claimed:
    """What the letter will tell, marked as mailed from here on; nothing when it is not the time, when the person wants no
    letters, or when another worker was faster. What a view shows goes with the digest, and without it at its own hour."""
    with transaction.atomic():
        NotificationRules.objects.get_or_create(user=user)
        rules = NotificationRules.objects.select_for_update().get(user=user)
        here = local_time(user)
        found = Claimed(_news(user, rules, mail, here))
        if mail == _Mail.DIGEST and rules.has_mail:
            found.views = subscriptions.due(user, here)
            Subscription.objects.filter(pk__in=[one.pk for one in found.views]).update(sent_on=here.date())
    return found


def _news(user: User, rules: NotificationRules, mail: str, here: datetime) -> list[Notification]:
    is_time = rules.is_digest_due(here) if mail == _Mail.DIGEST else not rules.is_quiet(here)
    if not rules.has_mail or not is_time:
        return []
    found = Notification.objects.visible_to(user).to_mail(mail)
    if mail == _Mail.DIGEST:  # what came after its hour waits for the next one
        hour = here.replace(hour=rules.digest_hour, minute=0, second=0, microsecond=0)
        found = found.filter(created_at__lte=hour)
    ids = list(found.values_list("pk", flat=True))
    if not ids:
        return []
    rows = list(Notification.objects.visible_to(user).filter(pk__in=ids).order_by("-id")[:MOST_IN_ONE])
    if mail == _Mail.DIGEST:
        NotificationRules.objects.filter(pk=user.pk).update(digest_on=here.date())
    # what is beyond the most of one letter is told by its link to the inbox
    Notification.objects.filter(user=user, pk__in=ids).update(mailed_at=clock.now())
    return rows


def give_back(user: User, mail: str, claimed: Claimed) -> None:
    """The mail server did not take it: the letter is due again."""
    with transaction.atomic():
        Notification.objects.filter(user=user, pk__in=[row.pk for row in claimed.news]).update(mailed_at=None)
        Subscription.objects.filter(user=user, pk__in=[one.pk for one in claimed.views]).update(sent_on=None)
        if mail == _Mail.DIGEST and claimed.news:
            NotificationRules.objects.filter(pk=user.pk).update(digest_on=None)


def stop(*, user: User) -> None:
    """No letters any more, by the link in one of them; the inbox goes on."""
    NotificationRules.objects.get_or_create(user=user)
    NotificationRules.objects.filter(pk=user.pk).update(has_mail=False)
