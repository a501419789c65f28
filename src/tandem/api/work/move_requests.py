"""Moves that wait for approval."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, body, words
from tandem.reports.queries import approvals
from tandem.work.actions import move_verdicts
from tandem.work.models import MoveRequest

router = Router(tags=["work"])


def _mine(rows: Any, is_mine: bool, user: Any) -> Any:
    ids = [row.pk for row in approvals.awaiting(user)]
    return rows.filter(pk__in=ids) if is_mine else rows.exclude(pk__in=ids)


NOUN = Noun(
    path="move-requests",
    model=MoveRequest,
    word="request",
    shows="id space_id item_id from_state_id to_state_id asked_by_id state ended_at version created_at",
    filters="space_id item_id asked_by_id state",
    asks={"awaiting_me": (bool, _mine)},
)

# what happened to it stands in the history of its work item
generic.reads(router, NOUN, history=False)
generic.acts(
    router, NOUN, "verdicts", body("MoveVerdictCreate", MoveRequest, "", is_yes=bool, reason=(words(500), generic.OPTIONAL)), move_verdicts.decide
)
generic.acts(router, NOUN, "withdrawals", Body, move_verdicts.withdraw)
