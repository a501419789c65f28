"""Ballots: asking what comes first, voting, how it ended, and the decision."""

from typing import Annotated, Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from ninja import Path, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import Noun, send
from tandem.api.shapes import OPTIONAL, Ids, JsonObject, Reference, body, words
from tandem.kit.errors import Refused
from tandem.kit.types import Id
from tandem.people.models import User
from tandem.product.actions import ballots, votes
from tandem.product.models import Ballot, Feature, Vote, Voter
from tandem.product.models.ballot import HEAVIEST
from tandem.reports.queries import ballots as reads

Weight = Annotated[int, Field(ge=1, le=HEAVIEST)]
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
    path="voters", model=Voter, shows="id space_id ballot_id user_id name weight invited_by_id withdrawn_at version created_at"
)
VOTES = Noun(path="votes", model=Vote, shows="id space_id ballot_id voter_id answer cast_at version created_at")


class Placed(BaseModel):
    """A feature in the combined ranking; `best`, `mean` and `worst` are places that voters gave it, `apart` their deviation.
    Of a MoSCoW or Kano ballot `kind` is its class with the `counts` behind it; `better` and `worse` are shares of Kano's."""

    feature_id: int
    place: int
    points: float
    best: float
    mean: float
    worst: float
    apart: float
    kind: str | None
    counts: dict[str, float]
    better: float | None
    worse: float | None
    is_clear: bool | None


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
    ranking = [_placed(line) for line in found.lines]
    w = found.w if found.says_agreement else None
    return send({"id": row.pk, "invited": found.invited, "voted": found.voted, "w": w, "has_circle": found.has_circle, "ranking": ranking})


def _placed(line: reads.Line) -> dict[str, Any]:
    said = line.judged
    plain = {name: getattr(line, name) for name in ("place", "points", "best", "mean", "worst", "apart")}
    judged = {"kind": said and said.kind, "counts": dict(said.counts) if said else {}, "better": said and said.better, "worse": said and said.worse}
    return {"feature_id": line.feature.pk, **plain, **judged, "is_clear": said and said.is_clear}


def _create(*, actor: Any, features: Any = (), **values: Any) -> Ballot:
    return ballots.create(actor=actor, features=list(features), **values)


@transaction.atomic
def _invite(*, actor: Any, ballot: Ballot, users: Any = (), weight: int | None = None) -> Ballot:
    """Who is invited already may be sent again with another weight."""
    for voter in votes.invite(actor=actor, ballot=ballot, users=list(users)):
        if weight is not None:
            votes.weigh(actor=actor, voter=voter, weight=weight)
    return ballot


def _vote(*, actor: Any, ballot: Ballot, answer: dict[str, Any], vote_version: int | None = None) -> Vote:
    return votes.cast_own(actor=actor, ballot=ballot, version=vote_version, answer=answer)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("BallotCreate", Ballot, f"product {_FIELDS}", feature_ids=_FEATURES), _create)
generic.changes(router, NOUN, body("BallotChange", Ballot, _FIELDS, partial=True, feature_ids=_FEATURES), ballots.change)
generic.removes(router, NOUN, ballots.remove)
generic.parts(router, NOUN, "voters", VOTERS, lambda user, row: VOTERS.of(user).filter(ballot=row))
generic.adds(router, NOUN, "voters", body("BallotInvitation", Ballot, "", user_ids=Reference(User, "users", is_many=True), weight=(Weight, OPTIONAL)), _invite)
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
