"""Raising what has happened, moving it on, and what it blocks."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tandem.governance.actions import risks
from tandem.governance.models import Issue, IssueItem, Risk
from tandem.history.record import record
from tandem.kit import clock, jobs
from tandem.kit.errors import Hidden, Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, may, require
from tandem.people.models import Space
from tandem.work.actions import blocks
from tandem.work.models import Block, WorkItem

_DO = Permission.EDIT_WORK
_S = Issue.State
MOVES: dict[str, tuple[str, ...]] = {_S.OPEN: (_S.RESOLVED, _S.CANCELLED), _S.RESOLVED: (_S.OPEN,), _S.CANCELLED: (_S.OPEN,)}
EFFECT = "governance.issue_effect"


def create(*, actor: Any, space: Space, risk: Risk | None = None, **values: Any) -> Issue:
    """Of a risk that happened, or of what nobody foresaw. The risk stands as happened from then on, in the same step, and
    the issue stands where the risk does."""
    values.setdefault("owner", risk.owner if risk is not None and risk.owner else actor)
    if risk is None:
        return writing.create(Issue, actor=actor, permission=_DO, verb="issue.created", space=space, **values)
    require(actor, _DO, risk.space_id)
    if risk.space_id != space.pk:
        raise Refused("issue_of_elsewhere", field="risk")
    with transaction.atomic():
        held = Risk.objects.select_for_update(of=("self",)).get(pk=risk.pk)
        if not held.is_open:
            raise Refused("risk_over", field="risk", state=str(held.get_state_display()))
        row = writing.create(Issue, actor=actor, permission=_DO, verb="issue.created", space=space, risk=held, **values)
        risks.end(actor=actor, risk=held, version=None, state=Risk.State.HAPPENED, reason=row.title)
    return row


def change(*, actor: Any, issue: Issue, version: int | None, **values: Any) -> Issue:
    """While it is open. How long it holds work up is computed anew."""
    require(actor, _DO, issue.space_id)
    if not issue.is_open:
        raise Refused("issue_over", state=str(issue.get_state_display()))
    with transaction.atomic():
        row: Issue = writing.change(issue, actor=actor, permission=_DO, verb="issue.changed", version=version, **values)
        if "delay_days" in values:
            _recompute(row)
    return row


def progress(*, actor: Any, issue: Issue, version: int | None, note: str) -> Issue:
    """Something moved, in words: the clock of the escalation begins again. Its owner may say so without being on the team."""
    if issue.owner_id == actor.pk:
        require(actor, Permission.COMMENT, issue.space_id)
    else:
        require(actor, _DO, issue.space_id)
    if not issue.is_open:
        raise Refused("issue_over", state=str(issue.get_state_display()))
    note = note.strip()[:500]
    if not note:
        raise Refused("progress_empty", field="note")
    with transaction.atomic():
        moment = clock.now()
        issue.write(expected=version, progress_at=moment)
        record("issue.progressed", issue, actor=actor, text={"note": [None, note]})
    return issue


def move(*, actor: Any, issue: Issue, version: int | None, state: str, resolution: str = "") -> Issue:
    """Resolved, or found to be none, in words; what it blocked goes on. Open again, its clock begins anew and blocks nothing yet."""
    require(actor, _DO, issue.space_id)
    if state not in MOVES[issue.state]:
        raise Refused("issue_move_unknown", field="state", state=str(issue.get_state_display()))
    resolution = resolution.strip()[:500]
    if state != _S.OPEN and not resolution:
        raise Refused("resolution_missing", field="resolution")
    values: dict[str, Any] = {"state": state, "resolution": resolution, "ended_at": None if state == _S.OPEN else clock.now()}
    if state == _S.OPEN:
        values["progress_at"] = clock.now()
    with transaction.atomic():
        now = Issue.objects.select_for_update(of=("self",)).filter(pk=issue.pk).first()
        if version is not None and now is not None and now.version != version:
            raise Stale(now)
        shown = {f: [getattr(issue, f), v] for f, v in values.items() if f != "progress_at" and getattr(issue, f) != v}
        issue.write(expected=version, **values)
        record("issue.moved", issue, actor=actor, changes=shown)
        if state != _S.OPEN:
            for one in IssueItem.objects.filter(issue=issue).select_related("block"):
                _release(actor, one)
        _with_its_risk(actor, issue)
    return issue


def _with_its_risk(actor: Any, issue: Issue) -> None:
    """Found to be no issue: its risk has not happened, unless another issue says so. Open again: it has."""
    risk = Risk.objects.select_for_update(of=("self",)).filter(pk=issue.risk_id).first()
    if risk is None:
        return
    if issue.state == _S.CANCELLED:
        if risk.state == Risk.State.HAPPENED and not Issue.objects.filter(risk=risk).exclude(state=_S.CANCELLED).exists():
            risks.end(actor=actor, risk=risk, version=None, state=Risk.State.OPEN, reason="")
    elif risk.state != Risk.State.HAPPENED:
        risks.end(actor=actor, risk=risk, version=None, state=Risk.State.HAPPENED, reason=issue.title)


def block(*, actor: Any, issue: Issue, item: WorkItem) -> IssueItem:
    """The item cannot go on because of it: it is blocked with the issue as the reason, unless something blocks it already. Said
    again of an item that goes on by now it is blocked anew."""
    require(actor, _DO, issue.space_id)
    if not item.is_seen_by(actor):
        raise Hidden
    with transaction.atomic():
        held = Issue.objects.select_for_update(of=("self",)).get(pk=issue.pk)
        if not held.is_open:
            raise Refused("issue_over", state=str(held.get_state_display()))
        known = IssueItem.objects.filter(issue=held, item=item).first()
        is_free = not Block.objects.open().filter(item=item).exists()
        if known is not None and not is_free:
            return known
        begun = blocks.start(actor=actor, item=item, reason=_reason(held, item.space_id)) if is_free else None
        if known is not None:
            known.write(expected=None, block=begun)
            record("issue.blocks", held, actor=actor, changes={"item": [None, item.pk]})
            return known
        row = IssueItem.objects.create(space_id=held.space_id, issue=held, item=item, block=begun)
        record("issue.blocks", held, actor=actor, changes={"item": [None, item.pk]})
        _recompute(held)
    return row


def unblock(*, actor: Any, issue_item: IssueItem, version: int | None = None) -> None:
    """It holds the item up no longer: the block that it began ends."""
    require(actor, _DO, issue_item.space_id)
    with transaction.atomic():
        if version is not None:
            issue_item.write(expected=version)
        _release(actor, issue_item)
        record("issue.unblocks", issue_item.issue, actor=actor, changes={"item": [issue_item.item_id, None]})
        issue = issue_item.issue
        issue_item.delete()
        _recompute(issue)


def remove(*, actor: Any, issue: Issue, version: int | None = None) -> None:
    """Raised by mistake, and only without a risk: that a risk happened is on record."""
    require(actor, _DO, issue.space_id)
    if issue.risk_id is not None:
        raise Refused("issue_has_risk")
    with transaction.atomic():
        for one in IssueItem.objects.filter(issue=issue).select_related("block"):
            _release(actor, one)
        writing.remove(issue, actor=actor, permission=_DO, verb="issue.removed", version=version)


def _release(actor: Any, row: IssueItem) -> None:
    """Only the block that it began, and only where the actor may: another's work goes on by the other's hand. Where another open
    issue holds the item up too, the block is handed on to that."""
    held = row.block
    if held is None or held.ended_at is not None or not may(actor, _DO, held.space_id):
        return
    others = IssueItem.objects.filter(item=row.item_id, issue__state=_S.OPEN).exclude(issue=row.issue_id)
    other = others.select_for_update(of=("self",)).select_related("issue").order_by("id").first()
    if other is None:
        blocks.end(actor=actor, block=held, version=None)
        return
    other.write(expected=None, block=held)
    row.write(expected=None, block=None)
    blocks.change(actor=actor, block=held, version=None, reason=_reason(other.issue, held.space_id))


def _reason(issue: Issue, space_id: int) -> str:
    """Its title, where whoever sees the item sees the issue as well."""
    return issue.title if issue.space_id == space_id else _("An issue that stands elsewhere holds it up.")


def _recompute(issue: Issue) -> None:
    jobs.enqueue(EFFECT, once=f"{EFFECT}:{issue.pk}", issue_id=issue.pk)
