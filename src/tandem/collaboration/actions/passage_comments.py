"""Remarks on a passage of a page: said, answered, settled."""

from typing import Any

from django.db import transaction

from tandem.collaboration import mentions, passages
from tandem.collaboration.models import Document, PassageComment
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people import writing
from tandem.people.access import Permission, may, require

_DO = Permission.COMMENT
MOST = 300


def add(*, actor: Any, document: Document, quote: str, body: str) -> PassageComment:
    """On words that stand in the page now; whoever may comment may remark."""
    require(actor, _DO, document.space_id)
    quote = passages.plain(quote)
    if len(quote) < 2:
        raise Refused("passage_missing", field="quote")
    if len(quote) > 500:
        raise Refused("text_too_long", field="quote", most=500)
    if not passages.holds(document.body, quote):
        raise Refused("passage_unknown", field="quote")
    return _write(actor, document, body, quote=quote, edition=document.edition)


def answer(*, actor: Any, passage_comment: PassageComment, body: str) -> PassageComment:
    """Below the first one; an answer to an answer stands there too."""
    first = passage_comment.answers or passage_comment
    require(actor, _DO, first.space_id)
    return _write(actor, first.document, body, quote=first.quote, edition=first.edition, answers=first)


def settle(*, actor: Any, passage_comment: PassageComment, version: int | None, is_settled: bool = True) -> PassageComment:
    """Whoever wrote it, or may edit the page, says that it is dealt with; or that it is not."""
    row = passage_comment.answers or passage_comment
    require(actor, _DO if row.is_by(actor) else Permission.EDIT_WORK, row.space_id)
    if bool(row.settled_at) == is_settled:
        return row
    with transaction.atomic():
        row.write(expected=version, settled_at=clock.now() if is_settled else None, settled_by=actor if is_settled else None)
        record("passage_comment.settled" if is_settled else "passage_comment.reopened", row, actor=actor, changes={"document": [None, row.document_id]})
    return row


def remove(*, actor: Any, passage_comment: PassageComment, version: int | None = None) -> None:
    """The author, or who manages access to the space; answers go with it, each on record. What others answered only goes with whoever
    manages access: the author settles it."""
    is_manager = may(actor, Permission.MANAGE_ACCESS, passage_comment.space_id)
    if not passage_comment.is_by(actor) and not is_manager:
        require(actor, Permission.VIEW, passage_comment.space_id)
        raise Denied(_DO)
    with transaction.atomic():
        list(PassageComment.objects.select_for_update().filter(pk=passage_comment.pk))  # no answer comes in between
        answers = list(PassageComment.objects.filter(answers=passage_comment.pk))
        if not is_manager and any(not one.is_by(actor) for one in answers):
            raise Refused("passage_answered")
        needed = _DO if passage_comment.is_by(actor) else Permission.MANAGE_ACCESS
        for one in answers:
            writing.remove(one, actor=actor, permission=needed, verb="passage_comment.removed")
        writing.remove(passage_comment, actor=actor, permission=needed, verb="passage_comment.removed", version=version)


def _write(actor: Any, document: Document, body: str, **values: Any) -> PassageComment:
    body = body.strip()
    if not body:
        raise Refused("comment_empty", field="body")
    mentions.check(document.space_id, body)
    # house: reads — counted for whoever remarks
    if PassageComment.objects.filter(document=document).count() >= MOST:
        raise Refused("passages_too_many", most=MOST)
    with transaction.atomic():
        row = PassageComment(space_id=document.space_id, document=document, author=actor, body=body, **values)
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        record("passage_comment.added", row, actor=actor, changes={"document": [None, document.pk]}, text={"body": [None, body]})
    return row
