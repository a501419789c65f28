"""What a project does otherwise than its method says, each with a reason; and who takes which role."""

from typing import Any

from django.db import transaction

from tandem.governance.models import Gate, MethodPart
from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.scoping import members_of
from tandem.work.actions import work_items

_DO = Permission.EDIT_PLAN
_GUARDS = Permission.EDIT_PORTFOLIO
_K = MethodPart.Kind
UNJUDGED: dict[str, Any] = {"is_met": None, "evidence": "", "link": "", "judged_by": None, "judged_at": None}


def tailor(*, actor: Any, method_part: MethodPart, version: int | None, reason: str, is_left_out: bool | None = None, name: str = "") -> MethodPart:
    """Left out, taken in again, or called something else. A gate at which a verdict was given is not left out any more; whoever manages
    the project leaves none out."""
    require(actor, _DO, method_part.space_id)
    reason, name = reason.strip()[:500], " ".join(name.split())[:200]
    if not reason:
        raise Refused("tailoring_reason_missing", field="reason")
    if method_part.ended_at is not None:
        raise Refused("method_part_ended")
    with transaction.atomic():
        leaves = method_part.is_left_out if is_left_out is None else is_left_out
        if leaves != method_part.is_left_out and reviews(method_part):
            require(actor, _GUARDS, method_part.space_id)
        if method_part.kind == _K.GATE and leaves != method_part.is_left_out:
            require(actor, _GUARDS, method_part.space_id)
            _leave_gate(actor, method_part, leaves)
        before = {"is_left_out": method_part.is_left_out, "name": method_part.name}
        values = {"is_left_out": leaves, "name": name or method_part.name, "is_renamed": method_part.is_renamed or bool(name and name != method_part.name)}
        if all(getattr(method_part, field) == value for field, value in values.items()):
            raise Refused("tailoring_nothing")
        method_part.write(expected=version, reason=reason, decided_by=actor, **values)
        if values["name"] != before["name"]:
            _rename(actor, method_part)
        told = {field: [was, values[field]] for field, was in before.items() if was != values[field]}
        record("method_part.tailored", method_part, actor=actor, changes={**told, "reason": [None, reason]})
    return method_part


def give(*, actor: Any, method_part: MethodPart, version: int | None, person: Any) -> MethodPart:
    """Who takes the role in this project; nobody, and it is open again. Who reviews at a gate is not named by who manages the project."""
    require(actor, _GUARDS if reviews(method_part) else _DO, method_part.space_id)
    return assign(actor, method_part, version, person)


def reviews(part: MethodPart) -> bool:
    """Whether the role decides at a gate that is not decided yet."""
    return part.kind == _K.ROLE and Gate.objects.open_or_left_out().filter(project=part.project_id, reviewers__contains=[part.key]).exists()


def assign(actor: Any, method_part: MethodPart, version: int | None, person: Any) -> MethodPart:
    if method_part.kind != _K.ROLE:
        raise Refused("method_part_no_role")
    if person is not None and not members_of(method_part.space_id).filter(user=person).exists():
        raise Refused("person_outside", field="person", name=person.name)
    if method_part.person_id == (person.pk if person else None):
        return method_part
    with transaction.atomic():
        before = method_part.person_id
        method_part.write(expected=version, person=person)
        record("method_part.given", method_part, actor=actor, changes={"person": [before, person.pk if person else None]})
    return method_part


def call(*, actor: Any, part: MethodPart, name: str) -> None:
    """As a newer version calls it."""
    before = part.name
    part.write(expected=None, name=name)
    _rename(actor, part)
    record("method_part.renamed", part, actor=actor, changes={"name": [before, name]})


def _rename(actor: Any, part: MethodPart) -> None:
    if part.item is not None and part.item.removed_at is None:
        work_items.change(actor=actor, item=part.item, version=None, title=part.name)
    for gate in Gate.objects.filter(project=part.project_id, key=part.key) if part.kind == _K.GATE else ():
        set_gate(actor, gate, name=part.name)


def set_gate(actor: Any, gate: Gate, **values: Any) -> None:
    """What of it is otherwise, with its own event: whoever decides on it has to look again."""
    told = {name: [getattr(gate, name), value] for name, value in values.items() if getattr(gate, name) != value}
    if told:
        gate.write(expected=None, **values)
        record("gate.changed", gate, actor=actor, changes=told)


def _leave_gate(actor: Any, part: MethodPart, leaves: bool) -> None:
    gate = Gate.objects.select_for_update(of=("self",)).get(project=part.project_id, key=part.key)
    if gate.state != Gate.State.OPEN or gate.verdicts.exclude(state="withdrawn").exists():
        raise Refused("gate_decided", state=str(gate.get_state_display()))
    set_gate(actor, gate, is_left_out=leaves)
