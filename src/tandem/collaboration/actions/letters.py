"""Which letters are due, and that none goes out twice: what a letter tells is marked as mailed *before* it is sent. A
machine that dies between the two costs one letter, whose content still stands in the inbox; the other order would
send it again."""

from collections.abc import Iterator

from django.db import transaction

from tandem.collaboration.models import Notification, NotificationRules
from tandem.collaboration.models.notification_rules import local_time
from tandem.kit import clock
from tandem.people.models import User

MOST_IN_ONE = 200
_Mail = Notification.Mail


def waiting() -> Iterator[User]:
    """Everybody with news for a letter. One query; the rows come from an index of what is not mailed."""
    rows = Notification.objects.filter(mailed_at=None, done_at=None).exclude(mail=_Mail.NONE)
    yield from User.objects.active().filter(is_placeholder=False, pk__in=rows.values("user"))


def claim(user: User, mail: str) -> list[Notification]:
    """What the letter will tell, marked as mailed from here on; nothing when it is not the time, when the person wants no
    letters, or when another worker was faster."""
    with transaction.atomic():
        NotificationRules.objects.get_or_create(user=user)
        rules = NotificationRules.objects.select_for_update().get(user=user)
        here = local_time(user)
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


def give_back(user: User, mail: str, rows: list[Notification]) -> None:
    """The mail server did not take it: the letter is due again."""
    with transaction.atomic():
        Notification.objects.filter(user=user, pk__in=[row.pk for row in rows]).update(mailed_at=None)
        if mail == _Mail.DIGEST:
            NotificationRules.objects.filter(pk=user.pk).update(digest_on=None)


def stop(*, user: User) -> None:
    """No letters any more, by the link in one of them; the inbox goes on."""
    NotificationRules.objects.get_or_create(user=user)
    NotificationRules.objects.filter(pk=user.pk).update(has_mail=False)
