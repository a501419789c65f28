"""Comments on a record of any noun."""

from typing import Any

from ninja import Router

from tandem.api import generic, subjects
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment
from tandem.kit.types import Id

router = Router(tags=["collaboration"])

NOUN = Noun(
    path="comments",
    model=Comment,
    word="comment",
    shows="id space_id subject_kind subject_id author_id body created_at edited_at version",
    filters="space_id subject_kind subject_id author_id",
)


def _add(*, actor: Any, subject_kind: str, subject_id: int, body: str) -> Comment:
    return comments.add(actor=actor, subject=subjects.find(actor, subject_kind, subject_id), body=body)


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("CommentCreate", Comment, "body", subject_kind=subjects.SubjectKind, subject_id=Id),
    _add,
)
generic.changes(
    router,
    NOUN,
    body("CommentChange", Comment, "body"),
    comments.change,
)
generic.removes(router, NOUN, comments.remove)
