"""Two entries that say the same become one. Nothing is thrown away, so that it can be undone: votes, givers and links
stay where they are and count for the one that stands."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.product.actions import feedback_answers as answers
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feedback

_DO = Permission.EDIT_PRODUCT


def merge(*, actor: Any, feedback: Feedback, version: int | None, into: Feedback) -> Feedback:
    """`feedback` goes into `into`, with all that was merged into it before. Returns the entry that stands."""
    require(actor, _DO, feedback.space_id)
    require(actor, _DO, into.space_id)
    if into.product_id != feedback.product_id:
        raise Refused("other_product", field="into_id")
    if into.pk == feedback.pk:
        raise Refused("merge_with_itself", field="into_id")
    with transaction.atomic():
        # both in the order of their numbers, so that two merges at once do not wait for each other
        held = {row.pk: row for row in Feedback.objects.select_for_update(of=("self",)).filter(pk__in=[feedback.pk, into.pk]).order_by("id")}
        if held[feedback.pk].merged_into_id or held[into.pk].merged_into_id:
            raise Refused("feedback_merged", field="into_id")
        feedback.write(expected=version, merged_into=into)
        record("feedback.merged", feedback, actor=actor, changes={"merged_into": [None, into.pk]})
        families.recount(into)
        _settle(actor, into)
    into.refresh_from_db()
    return into


def undo(*, actor: Any, feedback: Feedback, version: int | None = None) -> Feedback:
    """The entry stands for itself again, with its votes, givers and links."""
    require(actor, _DO, feedback.space_id)
    with transaction.atomic():
        Feedback.objects.select_for_update(of=("self",)).get(pk=feedback.pk)
        if feedback.merged_into_id is None:
            raise Refused("not_merged")
        above = families.root_of(feedback)
        before = feedback.merged_into_id
        feedback.write(expected=version, merged_into=None)
        record("feedback.unmerged", feedback, actor=actor, changes={"merged_into": [before, None]})
        families.recount(above)
        families.recount(feedback)
        answers.follow(actor=actor, ids=[above.pk, feedback.pk])
    feedback.refresh_from_db()
    return feedback


def _settle(actor: Any, root: Feedback) -> None:
    """The state that follows from all links; without any, that of the entry that stands."""
    if not answers.follow(actor=actor, ids=[root.pk]):
        answers.spread(actor=actor, root=Feedback.objects.get(pk=root.pk))
