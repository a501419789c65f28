"""Decisions: what is asked, what was chosen and why, and when it is looked at again."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, Day, body, words
from tandem.governance.actions import decisions
from tandem.governance.models import Decision
from tandem.kit import clock

router = Router(tags=["governance"])
_FIELDS = "question context criteria evidence owner due_on"
_OPTIONS = {"options": (Annotated[list[words(300, 1)], Field(max_length=8)], OPTIONAL)}  # type: ignore[valid-type]

NOUN = Noun(
    path="decisions",
    model=Decision,
    word="decision",
    shows=(
        "id space_id question context options criteria evidence owner_id due_on state chosen why effect decided_on decided_by_id revisit_on change_request_id"
        " replaced_by_id version created_at"
    ),
    filters="space_id owner_id state change_request_id",
    narrows={"is_due": (bool, lambda rows, value: rows.coming_due(clock.today()) if value else rows)},
)


class DecisionVerdict(Body):
    """`chosen` is one of the options where there are any; `revisit_on`: when it is looked at again."""

    chosen: words(300, 1)  # type: ignore[valid-type]
    why: words(5000, 1)  # type: ignore[valid-type]
    effect: words(2000) = OPTIONAL  # type: ignore[valid-type]
    revisit_on: Day = OPTIONAL


class DecisionRevisit(Body):
    """It stands; without `next_on` it is looked at no more."""

    note: words(500, 1)  # type: ignore[valid-type]
    next_on: Day = OPTIONAL


def _revisit(*, actor: Any, decision: Decision, version: int, note: str, next_on: Any = None) -> Decision:
    return decisions.revisit(actor=actor, decision=decision, version=version, note=note, next_on=next_on)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("DecisionCreate", Decision, f"space {_FIELDS}", **_OPTIONS), decisions.create)
generic.changes(router, NOUN, body("DecisionChange", Decision, _FIELDS, partial=True, **_OPTIONS), decisions.change)
generic.removes(router, NOUN, decisions.remove)
generic.acts(router, NOUN, "verdicts", DecisionVerdict, decisions.decide)
generic.acts(router, NOUN, "replacements", DecisionVerdict, decisions.replace)
generic.acts(router, NOUN, "revisits", DecisionRevisit, _revisit)
