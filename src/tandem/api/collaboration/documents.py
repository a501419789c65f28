"""Documents: the pages of spaces, their versions, and remarks on passages."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body, words
from tandem.collaboration.actions import documents, passage_comments
from tandem.collaboration.models import Document, DocumentVersion, PassageComment
from tandem.kit.types import Id

router = Router(tags=["collaboration"])
versions = Router(tags=["collaboration"])
remarks = Router(tags=["collaboration"])

NOUN = Noun(
    path="documents", model=Document, word="document",
    shows="id space_id title body parent_id rank edition author_id edited_by_id edited_at version created_at", filters="space_id parent_id author_id",
    narrows={"q": (words(200, 1), lambda rows, text: rows.matching(text))},
)  # fmt: skip
VERSIONS = Noun(
    path="document-versions", model=DocumentVersion, word="document_version",
    shows="id space_id document_id number title body note author_id created_at", filters="space_id document_id number",
)  # fmt: skip
REMARKS = Noun(
    path="passage-comments", model=PassageComment, word="passage_comment",
    shows="id space_id document_id quote edition lost_in body author_id answers_id settled_at settled_by_id version created_at", filters="space_id document_id author_id",
)  # fmt: skip
_NOTE = {"note": (words(200), "")}


def _restore(*, actor: Any, document: Document, version: int | None, number: int) -> Document:
    return documents.restore(actor=actor, document=document, version=version, number=number)


def _answer(*, actor: Any, passage_comment: PassageComment, body: str) -> PassageComment:
    return passage_comments.answer(actor=actor, passage_comment=passage_comment, body=body)


def _settle(*, actor: Any, passage_comment: PassageComment, version: int | None, is_settled: bool = True) -> PassageComment:
    return passage_comments.settle(actor=actor, passage_comment=passage_comment, version=version, is_settled=is_settled)


def _take(*, actor: Any, passage_comment: PassageComment) -> None:
    passage_comments.remove(actor=actor, passage_comment=passage_comment)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("DocumentCreate", Document, "space title body parent", **_NOTE), documents.create)
generic.changes(router, NOUN, body("DocumentChange", Document, "title body parent", partial=True, **_NOTE), documents.change)
generic.removes(router, NOUN, documents.remove)
generic.acts(router, NOUN, "moves", body("DocumentMove", Document, "", is_up=bool), documents.move)
generic.acts(router, NOUN, "restorations", body("DocumentRestoration", Document, "", number=Id), _restore)
generic.parts(router, NOUN, "versions", VERSIONS, lambda user, row: VERSIONS.of(user).filter(document=row))
generic.parts(router, NOUN, "passages", REMARKS, lambda user, row: REMARKS.of(user).filter(document=row))
generic.adds(router, NOUN, "passages", body("PassageCommentCreate", PassageComment, "quote body"), passage_comments.add, gives=REMARKS)

generic.reads(versions, VERSIONS, history=False)

generic.reads(remarks, REMARKS)
generic.removes(remarks, REMARKS, _take)
generic.adds(remarks, REMARKS, "answers", body("PassageAnswerCreate", PassageComment, "body"), _answer)
generic.acts(remarks, REMARKS, "settlements", body("PassageSettlement", PassageComment, "", is_settled=(bool, True)), _settle)
