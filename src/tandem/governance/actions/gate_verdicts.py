"""The verdict at a gate: on what stands there now, by somebody who reviews it, never by the project's manager alone."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.governance import criteria
from tandem.governance.actions import gates
from tandem.governance.criteria import Standing
from tandem.governance.models import Gate, GateRelease, GateVerdict, MethodPart
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may, require
from tandem.people.models import Role, User
from tandem.people.scoping import members_of
from tandem.portfolio.actions import budgets, projects
from tandem.portfolio.models import Project
from tandem.work.actions import work_items
from tandem.work.models import State

_V, _S = GateVerdict.Verdict, GateVerdict.State
MOST_CONDITIONS = 20
STATES = {_V.GO: Gate.State.PASSED, _V.HOLD: Gate.State.HELD, _V.RECYCLE: Gate.State.OPEN, _V.KILL: Gate.State.KILLED}
_PROJECT = {_V.HOLD: Project.State.ON_HOLD, _V.KILL: Project.State.CANCELLED}


def content(gate: Gate) -> tuple[list[Standing], str]:
    """What is decided on, and its name: whoever decides says which one they looked at."""
    found = criteria.standing(gate)
    money = GateRelease.objects.filter(gate=gate).values_list("amount", "currency").first()
    return found, criteria.digest(found, gate.due_on, [str(one) for one in money or ()])


def managers(gate: Gate) -> frozenset[int]:
    """Who manages the project: its owner, who has that role in its space or above, and who has it in the method."""
    found = set(members_of(gate.space_id).filter(role=Role.PROJECT_MANAGER).values_list("user_id", flat=True))
    found |= set(MethodPart.objects.filter(project=gate.project_id, kind=MethodPart.Kind.ROLE, key="manager", person__isnull=False).values_list("person_id", flat=True))
    return frozenset(found | ({gate.project.owner_id} if gate.project.owner_id else set()))


def reviewing(gate: Gate) -> frozenset[int]:
    return frozenset(one.pk for one in gates.reviewers(gate))


def may_decide(user: Any, gate: Gate) -> bool:
    """A reviewer; while no reviewing role is given to anybody, whoever may change the portfolio."""
    named = reviewing(gate)
    return user.pk in named if named else may(user, Permission.EDIT_PORTFOLIO, gate.space_id)


def needs_second(giver_id: int, gate: Gate) -> bool:
    """Of a manager always; else where several review."""
    return giver_id in managers(gate) or len(reviewing(gate)) > 1


def give(
    *, actor: Any, gate: Gate, version: int | None, verdict: str, reason: str, digest: str, conditions: Any = ()
) -> GateVerdict:  # fmt: skip
    """On the content that `digest` names: if anything of it has changed since, nothing is decided. It counts at once, or waits for a second."""
    _require(actor, gate)
    if verdict not in _V.values:
        raise Refused("choice_unknown", field="verdict")
    reason = reason.strip()[:2000]
    if not reason:
        raise Refused("verdict_reason_missing", field="reason")
    wanted = [_condition(gate, one) for one in conditions]
    if len(wanted) > MOST_CONDITIONS:
        raise Refused("conditions_too_many", field="conditions", most=MOST_CONDITIONS)
    if verdict == _V.RECYCLE and not wanted:
        raise Refused("recycle_without_conditions", field="conditions")
    with transaction.atomic():
        held = _held(gate, version)
        if held.verdicts.filter(state=_S.WAITING).exists():
            raise Refused("verdict_waits")
        found = _check_current(held, digest)
        row = GateVerdict.objects.create(
            space_id=held.space_id, gate=held, number=held.verdicts.count() + 1, verdict=verdict, reason=reason, conditions=wanted, digest=digest,
            content=[{"text": one.criterion.text, "kind": one.criterion.kind, "is_met": one.is_met, "code": one.code, "figures": one.figures} for one in found],
            given_by=actor,
        )  # fmt: skip
        held.write(expected=None)
        if needs_second(actor.pk, held):
            record("gate_verdict.proposed", held, actor=actor, changes={"verdict": [None, verdict]}, text={"reason": [None, reason]})
        else:
            _count(actor, held, row)
    return row


def second(*, actor: Any, gate_verdict: GateVerdict, version: int | None) -> GateVerdict:
    """Another reviewer says the same on the same content, and it counts; one of the two does not manage the project."""
    gate = gate_verdict.gate
    _require(actor, gate)
    if gate_verdict.state != _S.WAITING:
        raise Refused("verdict_decided", state=str(gate_verdict.get_state_display()))
    if gate_verdict.given_by_id == actor.pk:
        raise Refused("second_by_another")
    giver = gate_verdict.given_by
    if not may(giver, Permission.COMMENT, gate.space_id) or not may_decide(giver, gate):
        raise Refused("giver_reviews_no_more", name=giver.name)
    if {actor.pk, gate_verdict.given_by_id} <= managers(gate):
        raise Refused("managers_alone")
    with transaction.atomic():
        held = _held(gate, None)
        _check_current(held, gate_verdict.digest)
        gate_verdict.write(expected=version, seconded_by=actor)
        _count(actor, held, gate_verdict)
    return gate_verdict


def withdraw(*, actor: Any, gate_verdict: GateVerdict, version: int | None) -> GateVerdict:
    """A verdict that waits is taken back: by who gave it, or by another reviewer who does not second it."""
    gate = gate_verdict.gate
    _require(actor, gate)
    if gate_verdict.state != _S.WAITING:
        raise Refused("verdict_decided", state=str(gate_verdict.get_state_display()))
    with transaction.atomic():
        held = _held(gate, None)
        gate_verdict.write(expected=version, state=_S.WITHDRAWN)
        held.write(expected=None)
        record("gate_verdict.withdrawn", held, actor=actor, changes={"verdict": [gate_verdict.verdict, None]})
    return gate_verdict


def _require(actor: Any, gate: Gate) -> None:
    require(actor, Permission.VIEW, gate.space_id)
    if not may(actor, Permission.COMMENT, gate.space_id) or not may_decide(actor, gate):
        raise Denied(Permission.EDIT_PORTFOLIO)


def _held(gate: Gate, version: int | None) -> Gate:
    Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=gate.project_id)  # before the gate, as who changes its method does
    held: Gate = Gate.objects.select_for_update(of=("self",)).select_related("project", "space").get(pk=gate.pk)
    if version is not None and held.version != version:
        held.write(expected=version)  # raises Stale
    if held.is_left_out:
        raise Refused("gate_left_out")
    if not held.is_open:
        raise Refused("gate_decided", state=str(held.get_state_display()))
    gates.check_live(held)
    earlier = Gate.objects.in_force().filter(project=held.project_id, rank__lt=held.rank).exclude(state=Gate.State.PASSED).first()
    if earlier is not None:
        raise Refused("gate_before_open", name=earlier.name)
    return held


def _check_current(gate: Gate, digest: str) -> list[Standing]:
    found, now = content(gate)
    if now != digest:
        raise Refused("gate_content_stale")
    return found


def _count(actor: Any, gate: Gate, row: GateVerdict) -> None:
    """Everything that follows from it, in the same transaction: conditions become work items, the money of the gate goes into the budget,
    the gate and the project stand as decided."""
    moment = clock.now()
    made = [_made(actor, gate, one) for one in row.conditions]
    row.write(expected=None, state=_S.GIVEN, given_at=moment, conditions=made)
    state = STATES[_V(row.verdict)]
    gate.write(expected=None, state=state, passed_at=moment if state == Gate.State.PASSED else None)
    told = {"verdict": [None, row.verdict], **({"seconded_by": [None, row.seconded_by_id]} if row.seconded_by_id else {})}
    record("gate_verdict.given", gate, actor=actor, changes=told, text={"reason": [None, row.reason]})
    if row.verdict == _V.GO:
        _release(actor, gate)
        _finish(actor, gate)
    project = Project.objects.get(pk=gate.project_id)
    wanted = _PROJECT.get(_V(row.verdict), Project.State.RUNNING if project.state == Project.State.ON_HOLD else project.state)
    if project.state != wanted:
        projects.change(actor=actor, project=project, version=None, state=wanted)


def _release(actor: Any, gate: Gate) -> None:
    release = GateRelease.objects.select_for_update(of=("self",)).filter(gate=gate, entry=None).first()
    if release is not None:
        entry = budgets.approve(actor=actor, project=gate.project, amount=release.amount, currency=release.currency, note=gate.name)
        release.write(expected=None, entry=entry)


def _finish(actor: Any, gate: Gate) -> None:
    """The milestone is done, as far as the workflow lets this person say so; else the team closes it."""
    item = gate.item
    if item is None or item.removed_at is not None or item.is_done or not may(actor, Permission.EDIT_WORK, gate.space_id):
        return
    done = State.objects.filter(space=gate.space_id, category=State.Category.DONE, is_given_up=False).active().in_order().first()
    try:
        with transaction.atomic():
            work_items.change(actor=actor, item=item, version=None, state=done)
    except (Refused, Denied):
        return


def _made(actor: Any, gate: Gate, one: dict[str, Any]) -> dict[str, Any]:
    owner = User.objects.filter(pk=one["owner"]).first() if one["owner"] else None
    due = date.fromisoformat(one["due_on"]) if one["due_on"] else None
    item = work_items.create(actor=actor, space=gate.space, title=one["title"], due_on=due, assignees=[owner] if owner else [])
    return {**one, "item": item.pk, "key": item.key}


def _condition(gate: Gate, given: Any) -> dict[str, Any]:
    """A sentence, who sees to it, until when."""
    title = " ".join(str(given.get("title", "")).split())[:300]
    if not title:
        raise Refused("title_empty", field="conditions")
    owner, due = given.get("owner"), given.get("due_on")
    if owner is not None and not members_of(gate.space_id).filter(user=owner).exists():
        raise Refused("person_outside", field="conditions", name=str(owner))
    try:
        day = date.fromisoformat(str(due)).isoformat() if due else ""
    except ValueError:
        raise Refused("day_unreadable", field="conditions", text=str(due)[:20]) from None
    return {"title": title, "owner": getattr(owner, "pk", owner), "due_on": day}
