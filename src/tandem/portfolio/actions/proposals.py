"""The one queue: proposing, changing, deciding, and saying what proposals have to do with each other."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q

from tandem.collaboration.models import Attachment, Comment
from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.portfolio import amounts
from tandem.portfolio.models import Benefit, Proposal, ProposalTie
from tandem.strategy.models import Contribution

_DO = Permission.EDIT_WORK
_DECIDE = Permission.EDIT_PORTFOLIO
_S = Proposal.State
MOVES: dict[str, dict[str, Permission]] = {
    _S.DRAFT: {_S.SUBMITTED: _DO},
    _S.SUBMITTED: {_S.DRAFT: _DO, _S.ASSESSED: _DECIDE, _S.ON_HOLD: _DECIDE, _S.DECLINED: _DECIDE},
    _S.ASSESSED: {_S.SUBMITTED: _DECIDE, _S.SELECTED: _DECIDE, _S.ON_HOLD: _DECIDE, _S.DECLINED: _DECIDE},
    _S.SELECTED: {_S.ASSESSED: _DECIDE, _S.ON_HOLD: _DECIDE, _S.DECLINED: _DECIDE},
    _S.ON_HOLD: {_S.ASSESSED: _DECIDE, _S.DECLINED: _DECIDE},
    _S.DECLINED: {_S.ASSESSED: _DECIDE},
    _S.PROJECT: {},
}
_REASONED = (_S.ON_HOLD, _S.DECLINED)
# whether apps that build on this one keep something for a proposal; they register when they are ready
kept_for: list[Callable[[Proposal], bool]] = []
_LISTS = {"costs": amounts.checked, "benefits": amounts.checked, "effort": amounts.checked_rows}


def create(*, actor: Any, space: Space, **values: Any) -> Proposal:
    """A draft in the portfolio that it asks for a place in. It is the creator's own unless they name another owner."""
    if space.kind not in (SpaceKind.PORTFOLIO, SpaceKind.ORGANISATION):
        raise Refused("not_a_portfolio", field="space_id")
    values = _checked(values)
    values.setdefault("owner", actor)
    return writing.create(Proposal, actor=actor, permission=_DO, verb="proposal.created", space=space, **values)


def change(*, actor: Any, proposal: Proposal, version: int | None, **values: Any) -> Proposal:
    """Once it is decided, the case on which the decision rests stays as it is."""
    require(actor, _DO, proposal.space_id)
    if proposal.is_decided:
        raise Refused("proposal_decided")
    return writing.change(
        proposal, actor=actor, permission=_DO, verb="proposal.changed", version=version, **_checked(values)
    )


def remove(*, actor: Any, proposal: Proposal, version: int | None = None) -> None:
    """Only a draft: what was sent in is declined, not removed."""
    require(actor, _DO, proposal.space_id)
    if proposal.state != _S.DRAFT:
        raise Refused("proposal_submitted")
    writing.remove(proposal, actor=actor, permission=_DO, verb="proposal.removed", version=version)


def is_built_on(proposal: Proposal) -> bool:
    """Whether anybody has done anything with it since it was made."""
    if proposal.version > 1 or proposal.state != _S.DRAFT:
        return True
    if ProposalTie.objects.filter(Q(proposal=proposal) | Q(other=proposal)).exists() or Benefit.objects.filter(proposal=proposal).exists():
        return True
    said = Contribution.objects.of(proposal), Comment.objects.on(proposal), Attachment.objects.on(proposal)
    return any(rows.exists() for rows in said) or any(asked(proposal) for asked in kept_for)


def move(*, actor: Any, proposal: Proposal, version: int | None, state: str, reason: str = "") -> Proposal:
    """One step through the queue. Whoever proposes sends in and takes back; the rest is for who leads the portfolio.
    Holding and declining need a reason; “became a project” comes from the adoption of a scenario alone."""
    require(actor, _DO, proposal.space_id)
    needed = MOVES[proposal.state].get(state)
    if needed is None:
        raise Refused("move_unknown", field="state", state=str(proposal.get_state_display()))
    require(actor, needed, proposal.space_id)
    reason = reason.strip()
    if state in _REASONED and not reason:
        raise Refused("verdict_reason_missing", field="reason")
    if state == _S.SUBMITTED and not (proposal.costs or proposal.effort):
        raise Refused("case_empty", field="state")
    return set_state(proposal, actor=actor, version=version, state=state, reason=reason)


def set_state(
    proposal: Proposal, *, actor: Any, version: int | None, state: str, reason: str, **also: Any
) -> Proposal:
    """The change of a state with its event, for `move` and for the adoption of scenarios, which has checked already."""
    values = {"state": state, "reason": reason[:500], **also}
    with transaction.atomic():
        shown = {f: [getattr(proposal, f), v] for f, v in values.items() if getattr(proposal, f) != v}
        proposal.write(expected=version, **values)
        record("proposal.moved", proposal, actor=actor, changes=shown)
    return proposal


def tie(*, actor: Any, proposal: Proposal, other: Proposal, kind: str) -> ProposalTie:
    """One proposal requires another, or they exclude each other; said again, it replaces what was said. Both are of one
    portfolio, and requirements go in no circle."""
    require(actor, _DO, proposal.space_id)
    if other.space_id != proposal.space_id or other.pk == proposal.pk:
        raise Refused("other_space", field="other")
    if proposal.is_decided:
        raise Refused("proposal_decided")
    with transaction.atomic():
        Proposal.objects.select_for_update().filter(pk__in=[proposal.pk, other.pk]).order_by("pk").first()
        if kind == ProposalTie.Kind.REQUIRES and _leads_to(other, proposal):
            raise Refused("tie_circle", field="other", title=other.title)
        before = ProposalTie.objects.filter(
            Q(proposal=proposal, other=other) | Q(proposal=other, other=proposal)
        ).first()
        if before and before.kind == kind and before.proposal_id == proposal.pk:
            return before
        if before:
            before.delete()
        row = ProposalTie.objects.create(space_id=proposal.space_id, proposal=proposal, other=other, kind=kind)
        record("proposal.tied", proposal, actor=actor, changes={f"proposal:{other.pk}": [before and before.kind, kind]})
    return row


def untie(*, actor: Any, tie: ProposalTie) -> None:
    proposal = tie.proposal
    require(actor, _DO, proposal.space_id)
    with transaction.atomic():
        record("proposal.untied", proposal, actor=actor, changes={f"proposal:{tie.other_id}": [tie.kind, None]})
        tie.delete()


def _leads_to(first: Proposal, last: Proposal) -> bool:
    """Whether `first` requires `last`, be it over others."""
    known: dict[int, list[int]] = {}
    rows = ProposalTie.objects.filter(space_id=first.space_id, kind=ProposalTie.Kind.REQUIRES)
    for a, b in rows.values_list("proposal_id", "other_id"):
        known.setdefault(a, []).append(b)
    waiting, seen = [first.pk], set()
    while waiting:
        one = waiting.pop()
        if one == last.pk:
            return True
        if one not in seen:
            seen.add(one)
            waiting += known.get(one, [])
    return False


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    for name, check in _LISTS.items():
        if name in values:
            values[name] = check(values[name], name)
    return values
