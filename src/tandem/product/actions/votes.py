"""Inviting to a ballot, and voting: one vote each, which may be changed until the ballot closes."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.ids import digest, token
from tandem.kit.text import has_controls
from tandem.people.access import Permission, may, require
from tandem.people.models import User
from tandem.product import balloting
from tandem.product.models import Ballot, Vote, Voter
from tandem.product.models.ballot import HEAVIEST

_DO, _LINK = Permission.EDIT_PRODUCT, Permission.SHARE
MOST_VOTERS, MOST_CHANGES = 500, 200


def invite(*, actor: Any, ballot: Ballot, users: Sequence[User]) -> list[Voter]:
    """People with an account who see the product; others get a personal link. Twice is once."""
    require(actor, _DO, ballot.space_id)
    with transaction.atomic():
        ballot = _held(ballot)
        blind = [u.name for u in users if not may(u, Permission.VIEW, ballot.space_id)]
        if blind:
            raise Refused("voter_sees_not", field="users", names=", ".join(blind))
        known = {v.user_id: v for v in ballot.voters.filter(user__in=users)}
        _check_room(ballot, len(users) - len(known))
        again = [v for v in known.values() if v.withdrawn_at]
        for voter in again:
            voter.write(expected=None, withdrawn_at=None)
        new = [Voter(space_id=ballot.space_id, ballot=ballot, user=u, invited_by=actor) for u in users if u.pk not in known]
        Voter.objects.bulk_create(new)
        if new or again:
            record("ballot.invited", ballot, actor=actor, changes={"voters": [[], [v.user_id for v in [*new, *again]]]})
    return list(ballot.voters.filter(user__in=users))


def invite_by_link(*, actor: Any, ballot: Ballot, name: str) -> tuple[Voter, str]:
    """A personal link for somebody without an account; its secret is returned once. It opens this ballot and nothing else."""
    require(actor, _DO, ballot.space_id)
    require(actor, _LINK, ballot.space_id)
    name = " ".join(name.split())
    if not name or len(name) > 200 or has_controls(name):
        raise Refused("voter_name", field="name")
    secret = token()
    with transaction.atomic():
        ballot = _held(ballot)
        _check_room(ballot, 1)
        row = Voter.objects.create(space_id=ballot.space_id, ballot=ballot, name=name, digest=digest(secret), invited_by=actor)
        record("ballot.link_made", ballot, actor=actor, text={"name": [None, name]})
    return row, secret


def weigh(*, actor: Any, voter: Voter, weight: int | None) -> Voter:
    """The vote counts as so many. Only while the ballot is open: afterwards one would know whom it helps. Everybody who sees
    the ballot sees the weights, and its history tells who set them."""
    require(actor, _DO, voter.space_id)
    if weight is None or isinstance(weight, bool) or not 1 <= weight <= HEAVIEST:
        raise Refused("weight_of_voter", field="weight", most=HEAVIEST)
    with transaction.atomic():
        ballot = _held(voter.ballot)
        row = Voter.objects.select_for_update(of=("self",)).get(pk=voter.pk)
        if row.weight != weight:
            before = row.weight
            row.write(expected=None, weight=weight)
            record("ballot.voter_weighed", ballot, actor=actor, changes={"weight": [before, weight]}, text={"name": [None, str(row)]})
    return row


def withdraw(*, actor: Any, voter: Voter) -> Voter:
    """The invitation is taken back, and a link stops working at once; not of somebody who has voted."""
    require(actor, _DO, voter.space_id)
    with transaction.atomic():
        ballot = _held(voter.ballot)
        if Vote.objects.filter(voter=voter).exists():
            raise Refused("voter_voted", name=str(voter))
        if voter.withdrawn_at is None:
            voter.write(expected=None, withdrawn_at=clock.now())
            record("ballot.uninvited", ballot, actor=actor, text={"name": [str(voter), None]})
    return voter


def cast(*, actor: Any, voter: Voter, version: int | None, answer: dict[str, Any]) -> Vote:
    """By the person who was invited, or (`actor` None) by whoever holds the link. `version` 0: the first time. The history
    tells that somebody voted, not what."""
    if voter.user_id is not None:
        require(actor, Permission.VIEW, voter.space_id)
        if actor.pk != voter.user_id:
            raise Denied("vote")
    elif actor is not None:
        raise Denied("vote")
    with transaction.atomic():
        ballot = _held(voter.ballot)
        now = Voter.objects.select_for_update(of=("self",)).get(pk=voter.pk)
        if now.withdrawn_at is not None:
            raise Refused("voter_withdrawn")
        found = balloting.read(ballot.method, ballot.budget, list(ballot.features.values_list("pk", flat=True)), answer)
        row = Vote.objects.select_for_update(of=("self",)).filter(voter=now).first()
        if version is not None and version != (row.version if row else 0):
            raise Stale(row or Vote(voter=now, version=0))
        if row and row.answer == found:
            return row
        if row and row.version >= MOST_CHANGES:
            raise Refused("vote_changed_too_often")
        if row:
            row.write(expected=None, answer=found, cast_at=clock.now())
        else:
            row = Vote.objects.create(space_id=ballot.space_id, ballot=ballot, voter=now, answer=found)
        text = {} if now.user_id else {"name": [None, now.name]}
        record("ballot.voted" if row.version == 1 else "ballot.vote_changed", ballot, actor=actor, text=text)
    return row


def cast_own(*, actor: Any, ballot: Ballot, version: int | None, answer: dict[str, Any]) -> Vote:
    """As the person who was invited."""
    require(actor, Permission.VIEW, ballot.space_id)
    voter = ballot.voters.invited().filter(user=actor).first()
    if voter is None:
        raise Denied("vote")
    return cast(actor=actor, voter=voter, version=version, answer=answer)


def _held(ballot: Ballot) -> Ballot:
    """Locked, so that nothing is said after the ballot has closed."""
    found = Ballot.objects.select_for_update(of=("self",), no_key=True).get(pk=ballot.pk)
    if not found.is_open:
        raise Refused("ballot_closed")
    return found


def _check_room(ballot: Ballot, more: int) -> None:
    if ballot.voters.count() + more > MOST_VOTERS:
        raise Refused("voters_too_many", most=MOST_VOTERS)
