"""Thanking somebody for something on record, and taking it back."""

from typing import Any

from django.db import models, transaction

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification, Thanks
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import User

MOST_A_DAY, LONGEST = 10, 500


def give(*, actor: Any, subject: models.Model, receiver: User, words: str) -> Thanks:
    """To somebody else who sees the record, once for each record, and ten times a day at most; they are told."""
    space, words = subject.space, " ".join(words.split())  # type: ignore[attr-defined]
    require(actor, Permission.COMMENT, space.pk)
    if not 0 < len(words) <= LONGEST:
        raise Refused("thanks_words", field="words", most=LONGEST)
    if receiver.pk == actor.pk:
        raise Refused("thanks_to_oneself", field="receiver")
    if receiver.is_placeholder or not may(receiver, Permission.VIEW, space.pk):
        raise Refused("thanks_unseen", field="receiver", name=receiver.name)
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)  # one after the other, so that the count holds
        # house: reads — one's own
        own = Thanks.objects.filter(sender=actor)
        if own.on(subject).to(receiver).exists():
            raise Refused("thanks_given", field="receiver", name=receiver.name)
        if own.since(clock.today()).count() >= MOST_A_DAY:
            raise Refused("thanks_too_many", most=MOST_A_DAY)
        row = writing.create(
            Thanks, actor=actor, permission=Permission.COMMENT, verb="thanks.given", personal=("words",), space=space, sender=actor, receiver=receiver,
            subject_kind=subject._meta.label_lower, subject_id=subject.pk, words=words,
        )  # fmt: skip
        if not clock.is_replay():
            # the same mark when it is taken back and given again: nobody is told twice
            mark = f"thanks:{actor.pk}:{row.subject_kind}:{row.subject_id}"
            notifications.tell([News(receiver.pk, Notification.Kind.MENTIONED, row.about, space.pk, mark, facts={"thanks": row.words, "who": actor.name})])
    return row


def take_back(*, actor: Any, thanks: Thanks, version: int | None = None) -> None:
    """By who gave it, or who got it and does not want it there; or by who manages access, as with comments. The news of it goes too."""
    needed = Permission.VIEW if actor.pk in (thanks.sender_id, thanks.receiver_id) else Permission.MANAGE_ACCESS
    mark = f"thanks:{thanks.sender_id}:{thanks.subject_kind}:{thanks.subject_id}"
    receiver = thanks.receiver_id
    with transaction.atomic():
        writing.remove(thanks, actor=actor, permission=needed, verb="thanks.taken_back", version=version)
        # emptied, not removed: given again, it is no news
        Notification.objects.filter(user=receiver, mark=mark).update(facts={"thanks": "", "who": ""}, done_at=clock.now())
