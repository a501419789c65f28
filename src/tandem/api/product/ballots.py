"""Ballots: asking what comes first, voting, how it ended, and the decision."""

from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel

from tandem.api import generic
from tandem.api.generic import Noun, send
from tandem.api.shapes import OPTIONAL, Ids, JsonObject, Reference, body, words
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.models import User
from tandem.product.actions import ballots, votes
from tandem.product.models import Ballot, Feature, Vote, Voter
from tandem.reports.queries import ballots as reads

router = Router(tags=["product"])
_FIELDS = "title intro method budget closes_at is_secret"
_FEATURES = Reference(Feature, "features", is_many=True)

NOUN = Noun(
    path="ballots",
    model=Ballot,
    word="ballot",
    shows=(
        "id space_id product_id title intro method budget closes_at is_secret created_by_id closed_at decided_order reason notes"
        " decided_by_id decided_at version created_at"
    ),
    computes={"feature_ids": (list[int], lambda user: ArrayAgg("features", order_by="features__id"))},
    filters="space_id product_id method is_secret",
    narrows={"is_open": (bool, lambda rows, value: rows.open() if value else rows.closed())},
)
VOTERS = Noun(
    path="voters", model=Voter, shows="id space_id ballot_id user_id name invited_by_id withdrawn_at version created_at"
)
VOTES = Noun(path="votes", model=Vote, shows="id space_id ballot_id voter_id answer cast_at version created_at")


class Placed(BaseModel):
    """A feature in the combined ranking; `best`, `mean` and `worst` are places that voters gave it, `apart` their deviation."""

    feature_id: int
    place: int
    points: float
    best: float
    mean: float
    worst: float
    apart: float


class BallotOutcome(BaseModel):
    """`w` is Kendall's coefficient of concordance; null where too few voted to say."""

    id: int
    invited: int
    voted: int
    w: float | None
    has_circle: bool
    ranking: list[Placed]


def _outcome(request: HttpRequest, id: Path[Id]) -> HttpResponse:
    row = NOUN.row(request.auth, id)
    if not row.shows_results:
        raise Refused("ballot_secret")
    found = reads.outcome(request.auth, row)
    ranking = [{"feature_id": line.feature.pk, **{name: getattr(line, name) for name in Placed.model_fields if name != "feature_id"}} for line in found.lines]
    w = found.w if found.says_agreement else None
    return send({"id": row.pk, "invited": found.invited, "voted": found.voted, "w": w, "has_circle": found.has_circle, "ranking": ranking})


def _create(*, actor: Any, features: Any = (), **values: Any) -> Ballot:
    return ballots.create(actor=actor, features=list(features), **values)


def _invite(*, actor: Any, ballot: Ballot, users: Any = ()) -> Ballot:
    votes.invite(actor=actor, ballot=ballot, users=list(users))
    return ballot


def _vote(*, actor: Any, ballot: Ballot, answer: dict[str, Any], vote_version: int | None = None) -> Vote:
    return votes.cast_own(actor=actor, ballot=ballot, version=vote_version, answer=answer)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("BallotCreate", Ballot, f"product {_FIELDS}", feature_ids=_FEATURES), _create)
generic.changes(router, NOUN, body("BallotChange", Ballot, _FIELDS, partial=True, feature_ids=_FEATURES), ballots.change)
generic.removes(router, NOUN, ballots.remove)
generic.parts(router, NOUN, "voters", VOTERS, lambda user, row: VOTERS.of(user).filter(ballot=row))
generic.adds(router, NOUN, "voters", body("BallotInvitation", Ballot, "", user_ids=Reference(User, "users", is_many=True)), _invite)
generic.adds(
    router, NOUN, "votes", body("BallotVote", Ballot, "", answer=JsonObject, vote_version=(int | None, OPTIONAL)), _vote, gives=VOTES
)
generic.acts(router, NOUN, "closings", body("BallotClosing", Ballot, ""), ballots.close)
generic.acts(router, NOUN, "reopenings", body("BallotReopening", Ballot, ""), ballots.reopen)
generic.acts(
    router, NOUN, "decisions", body("BallotDecision", Ballot, "", order=Ids, reason=words(500, 1), notes=(dict[str, words(1000)], {})), ballots.decide
)
generic.acts(router, NOUN, "reversals", body("BallotReversal", Ballot, ""), ballots.undecide)
router.add_api_operation(
    "/{id}/outcome/", ["GET"], _outcome, response={200: BallotOutcome, **generic.NO},
    operation_id="ballots_outcome_read", summary="ballots: outcome",
)  # fmt: skip
