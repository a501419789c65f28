"""Proposals: the queue, its steps, and what proposals have to do with each other."""

from typing import Annotated, Any

from django.db.models import FloatField, IntegerField, Value
from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.nouns import Values
from tandem.api.shapes import OPTIONAL, Reference, body, words
from tandem.portfolio.actions import proposals
from tandem.portfolio.models import Proposal, ProposalTie
from tandem.reports.queries import proposals as reads

router = Router(tags=["portfolio"])
_FIELDS = "title description owner side kind horizon is_mandatory not_before risks"
Amount = Annotated[int, Field(ge=0, le=10**12)]
Row = Annotated[list[Amount], Field(max_length=40)]
_CASE = {
    "costs": (Row, OPTIONAL), "benefits": (Row, OPTIONAL),
    "effort": (Annotated[dict[words(60, 1), Row], Field(max_length=20)], OPTIONAL),
}  # fmt: skip


def _compute(user: Any, found: list[Values]) -> None:
    """What the business case comes to, with the discount rate of the portfolio."""
    known = reads.terms(user, {row["space_id"] for row in found})
    for row in found:
        used = known.get(row["space_id"], reads.Terms())
        made = reads.case_of(Proposal(costs=row["costs"], benefits=row["benefits"], effort=row["effort"]), used.rate)
        row |= {"npv": made.npv, "irr": made.irr, "payback_quarter": made.payback}


NOUN = Noun(
    path="proposals",
    model=Proposal,
    word="proposal",
    shows=(
        "id space_id title description state reason owner_id side kind horizon is_mandatory not_before costs benefits effort"
        " risks project_id version created_at"
    ),
    computes={
        "npv": (int, lambda user: Value(0, IntegerField())),
        "irr": (float | None, lambda user: Value(None, FloatField())),
        "payback_quarter": (int | None, lambda user: Value(None, IntegerField())),
    },
    filters="space_id owner_id state kind horizon",
    masks=_compute,
)
TIES = Noun(
    path="proposal-ties",
    model=ProposalTie,
    word="tie",
    shows="id space_id proposal_id other_id kind version created_at",
    filters="proposal_id other_id kind",
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ProposalCreate", Proposal, f"space {_FIELDS}", **_CASE), proposals.create)
generic.changes(router, NOUN, body("ProposalChange", Proposal, _FIELDS, partial=True, **_CASE), proposals.change)
generic.removes(router, NOUN, proposals.remove)
generic.acts(
    router, NOUN, "moves", body("ProposalMove", Proposal, "", state=generic.choice(Proposal.State), reason=(words(500), "")), proposals.move
)
generic.adds(
    router, NOUN, "ties", body("ProposalTieCreate", ProposalTie, "kind", other_id=Reference(Proposal, "other")), proposals.tie, gives=TIES
)

ties = Router(tags=["portfolio"])
generic.reads(ties, TIES, history=False)
generic.removes(ties, TIES, proposals.untie)
