"""Feedback and the features that answer it: each link carries the sentence that proves it."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.product.actions import feedback_answers as answers
from tandem.product.actions import feedback_families as families
from tandem.product.models import Feature, Feedback, FeedbackLink

_DO = Permission.EDIT_PRODUCT


def link(*, actor: Any, feedback: Feedback, feature: Feature, quote: str = "") -> FeedbackLink:
    """The quote stands in the entry, blanks and lines apart; without one it is the title. Said again, the quote changes."""
    require(actor, _DO, feedback.space_id)
    if feature.product_id != feedback.product_id:
        raise Refused("other_product", field="feature_id")
    quote = families.flat(quote)[:1000] or feedback.title
    if families.flat(quote) not in families.words(feedback.title, feedback.text):
        raise Refused("quote_not_found", field="quote")
    with transaction.atomic():
        Feedback.objects.select_for_update().get(pk=feedback.pk)
        row = FeedbackLink.objects.filter(feedback=feedback, feature=feature).first()
        before = row.quote if row else None
        if row is not None and before == quote:
            return row
        if row is None:
            row = FeedbackLink.objects.create(
                space_id=feedback.space_id, feedback=feedback, feature=feature, quote=quote, linked_by=actor
            )
        else:
            row.write(expected=None, quote=quote)
        changes = {"feature": [feature.pk if before else None, feature.pk]}
        record("feedback.linked", feedback, actor=actor, changes=changes, text={"quote": [before, quote]})
        answers.follow(actor=actor, ids=[feedback.pk])
    return row


def unlink(*, actor: Any, link: FeedbackLink) -> None:
    """The state is then that of the features that remain; with none it stays as it is and is said by hand."""
    require(actor, _DO, link.space_id)
    with transaction.atomic():
        record("feedback.unlinked", link.feedback, actor=actor, changes={"feature": [link.feature_id, None]}, text={"quote": [link.quote, None]})
        link.delete()
        answers.follow(actor=actor, ids=[link.feedback_id])
