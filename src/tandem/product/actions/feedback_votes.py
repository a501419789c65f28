"""Wanting the same: one vote per person and entry, given and taken back."""

from typing import Any

from django.db import transaction

from tandem.collaboration.models import Watch
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feedback, FeedbackVote


def vote(*, actor: Any, feedback: Feedback) -> Feedback:
    """Whoever may comment may vote; twice is once. Who votes hears what becomes of it."""
    require(actor, Permission.COMMENT, feedback.space_id)
    if feedback.merged_into_id:
        raise Refused("feedback_merged")
    with transaction.atomic():
        Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
        row, is_new = FeedbackVote.objects.get_or_create(
            feedback=feedback, user=actor, defaults={"space_id": feedback.space_id, "confirmed_at": clock.now()}
        )
        if is_new:
            record("feedback.voted", feedback, actor=actor, changes={"vote": [None, row.pk]})
            families.recount(feedback)
            Watch.objects.get_or_create(
                user=actor, subject_kind=feedback._meta.label_lower, subject_id=feedback.pk, defaults={"space_id": feedback.space_id}
            )
    return feedback


def unvote(*, actor: Any, feedback: Feedback) -> Feedback:
    """One's own vote, also one that came in by merging."""
    require(actor, Permission.COMMENT, feedback.space_id)
    with transaction.atomic():
        Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
        rows = FeedbackVote.objects.filter(feedback__in=families.members([feedback.pk])[feedback.pk], user=actor)
        ids = list(rows.values_list("pk", flat=True))
        if ids:
            rows.delete()
            record("feedback.unvoted", feedback, actor=actor, changes={"vote": [ids[0], None]})
            families.recount(families.root_of(feedback))
    return feedback
