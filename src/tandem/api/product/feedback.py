"""Feedback, its links to features, merging and votes."""

from typing import Any

from ninja import Router
from pydantic import StrictBool, create_model

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.nouns import Values
from tandem.api.product.traces import add_trace
from tandem.api.shapes import Body, Reference, body
from tandem.people.access import Permission, spaces_where
from tandem.product.actions import feedback, feedback_links, feedback_merges, feedback_votes, portals
from tandem.product.models import Feedback, FeedbackLink

router = Router(tags=["product"])
_FIELDS = (
    "title text state answer source url language labels customer giver giver_name giver_email wants_word is_public given_on"
    " outside_votes outside_comments"
)


def _without_addresses(user: Any, rows: list[Values]) -> None:
    """E-mail addresses are for those who decide about the feedback."""
    known = spaces_where(user, Permission.EDIT_PRODUCT)
    for row in rows:
        if row["space_id"] not in known:
            row["giver_email"] = ""


NOUN = Noun(
    path="feedback",
    model=Feedback,
    word="feedback",
    shows=(
        "id space_id product_id title text state answer source url language labels customer_id giver_id giver_name giver_email wants_word"
        " is_public is_waiting given_on outside_votes outside_comments votes merged_into_id version created_at"
    ),
    filters="space_id product_id customer_id state source language is_public is_waiting merged_into_id",
    masks=_without_addresses,
)
LINKS = Noun(
    path="feedback-quotes",
    model=FeedbackLink,
    word="link",
    shows="id space_id feedback_id feature_id quote linked_by_id version created_at",
    filters="feedback_id feature_id",
)
_Nothing = create_model("FeedbackVoting", __base__=Body)


def _create(*, actor: Any, **values: Any) -> Feedback:
    return feedback.create(actor=actor, **{"source": Feedback.Source.API, **values})


def _decide(*, actor: Any, feedback: Feedback, version: int | None, is_shown: bool) -> Feedback:
    return portals.decide(actor=actor, feedback=feedback, is_shown=is_shown)


def _merge(*, actor: Any, feedback: Feedback, version: int | None, into: Feedback) -> Feedback:
    feedback_merges.merge(actor=actor, feedback=feedback, version=version, into=into)
    return feedback


def _unmerge(*, actor: Any, feedback: Feedback, version: int | None) -> Feedback:
    return feedback_merges.undo(actor=actor, feedback=feedback, version=version)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("FeedbackCreate", Feedback, f"product {_FIELDS}"), _create)
generic.changes(router, NOUN, body("FeedbackChange", Feedback, _FIELDS, partial=True), feedback.change)
generic.removes(router, NOUN, feedback.remove)
generic.parts(router, NOUN, "links", LINKS, lambda user, row: LINKS.of(user).filter(feedback=row))
generic.adds(router, NOUN, "links", body("FeedbackLinkCreate", FeedbackLink, "feature quote"), feedback_links.link, gives=LINKS)
generic.acts(router, NOUN, "merges", body("FeedbackMerge", Feedback, "", into_id=Reference(Feedback, "into")), _merge)
generic.acts(router, NOUN, "separations", _Nothing, _unmerge)
generic.adds(router, NOUN, "votes", _Nothing, feedback_votes.vote)
generic.adds(router, NOUN, "withdrawals", _Nothing, feedback_votes.unvote)

generic.acts(router, NOUN, "portal-verdicts", create_model("FeedbackVerdict", __base__=Body, is_shown=(StrictBool, ...)), _decide)
add_trace(router, NOUN, "feedback")

links = Router(tags=["product"])
generic.reads(links, LINKS, history=False)
generic.removes(links, LINKS, feedback_links.unlink)
