"""Portals: opening, changing and closing them, and deciding what is let through."""

from typing import Any

from ninja import Router
from pydantic import StrictBool, create_model

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.nouns import Values
from tandem.api.shapes import Body, body
from tandem.people.access import Permission, spaces_where
from tandem.product.actions import portals
from tandem.product.models import Portal, PortalComment

router, comments = Router(tags=["product"]), Router(tags=["product"])
_FIELDS = "intro is_indexed is_embeddable"


def _without_tokens(user: Any, rows: list[Values]) -> None:
    """The address is for those who may share the product."""
    known = spaces_where(user, Permission.SHARE)
    for row in rows:
        if row["space_id"] not in known:
            row["token"] = ""


NOUN = Noun(
    path="portals", model=Portal, word="portal", shows=f"id space_id product_id {_FIELDS} token created_by_id closed_at version created_at",
    filters="space_id product_id", masks=_without_tokens,
)  # fmt: skip
COMMENTS = Noun(
    path="portal-comments", model=PortalComment, word="comment", shows="id space_id feedback_id name body state version created_at",
    filters="space_id feedback_id state",
)  # fmt: skip
_Verdict: Any = create_model("PortalVerdict", __base__=Body, is_shown=(StrictBool, ...))


def _decide(*, actor: Any, comment: PortalComment, version: int | None, is_shown: bool) -> PortalComment:
    return portals.decide_comment(actor=actor, comment=comment, is_shown=is_shown)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("PortalOpening", Portal, f"product {_FIELDS}"), portals.open_portal)
generic.changes(router, NOUN, body("PortalChange", Portal, _FIELDS, partial=True), portals.change)
generic.acts(router, NOUN, "closings", create_model("PortalClosing", __base__=Body), portals.close)
generic.reads(comments, COMMENTS, history=False)
generic.acts(comments, COMMENTS, "verdicts", _Verdict, _decide)
