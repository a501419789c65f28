"""A project goes on to another phase of its method, or back, where no gate stands between: a gate is never gone round."""

import uuid
from typing import Any

from django.db import transaction

from tandem.governance import phases
from tandem.governance.actions.gates import OVER
from tandem.governance.models import Gate, MethodPart, MethodUse
from tandem.governance.phases import Phase
from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.portfolio.models import Project
from tandem.work.actions import work_items
from tandem.work.models import State

_DO = Permission.EDIT_PLAN
_C = State.Category


def standing(method_use: MethodUse) -> tuple[list[Phase], list[Gate], int]:
    """The phases of the project, its gates, and in which phase it stands."""
    parts = MethodPart.objects.filter(project=method_use.project_id, kind=MethodPart.Kind.PHASE).select_related("item__state", "item__type")
    found = phases.of(method_use.method_version.content, parts)
    gates = list(Gate.objects.in_force().filter(project=method_use.project_id).order_by("rank", "id"))
    return found, gates, phases.at(found, gates)


def move(
    *, actor: Any, method_use: MethodUse, version: int | None, phase: str, override_reason: str = "", run: uuid.UUID | None = None
) -> MethodUse:  # fmt: skip
    """The phases that are left behind are finished, those gone back to are open again, and so is one that was finished before its turn where
    the project would not stay in it. A gate on the way is decided at, never gone round: ahead every gate has to be passed, and behind one that
    is passed nothing leads back. `override_reason` says why a limit of the board is crossed by it, `run` marks what `undoing.undo` takes back."""
    require(actor, _DO, method_use.space_id)
    run = run or uuid.uuid4()
    with transaction.atomic():
        project = Project.objects.select_for_update(no_key=True, of=("self",)).get(pk=method_use.project_id)
        if method_use.ended_at is not None or project.state in OVER:
            raise Refused("phase_project_over")
        found, gates, now = standing(method_use)
        to = next((number for number, one in enumerate(found) if one.key == phase), None)
        if to is None:
            raise Refused("phase_unknown", field="phase", phase=phase[:40], project=project.name)
        if to == now:
            return method_use
        if found[to].is_left_out:
            raise Refused("phase_left_out", field="phase", phase=found[to].name)
        check_way(found, gates, now, to)
        method_use.write(expected=version)
        how: dict[str, Any] = {"run": run, "override_reason": override_reason}
        for one in found[min(now, to) : max(now, to)]:
            _set(actor, one, is_over=to > now, **how)
        if phases.at(found, gates) != to:
            _set(actor, found[to], is_over=False, **how)
        record("project.moved_phase", project, actor=actor, changes={"phase": [found[now].name, found[to].name]}, run=run)
    return method_use


def check_way(found: list[Phase], gates: list[Gate], now: int, to: int) -> None:
    """`gate` in what is refused is the number of the gate to look at."""
    in_the_way = phases.between(found, gates, now, to)
    if in_the_way:
        code, gate = ("phase_behind_gate", in_the_way[0]) if to > now else ("phase_gate_passed", in_the_way[-1])
        raise Refused(code, field="phase", phase=found[to].name, name=gate.name, gate=gate.pk)


def _set(actor: Any, phase: Phase, *, is_over: bool, **how: Any) -> None:
    if phase.is_left_out or (phase.item is not None and phase.item.is_done == is_over):
        return
    if phase.item is None:
        raise Refused("phase_item_gone", phase=phase.name)
    states = [one for one in State.objects.filter(space=phase.item.space_id, is_given_up=False).active().in_order() if phase.item.type.uses(one.pk)]
    wanted = (_C.DONE,) if is_over else (_C.IN_PROGRESS, _C.TO_DO)
    state = next((one for category in wanted for one in states if one.category == category), None)
    item = work_items.change(actor=actor, item=phase.item, version=None, state=state, **how) if state else phase.item
    if item.is_done != is_over:  # others approve it, or the workflow knows no such state
        raise Refused("phase_needs_approval", phase=phase.name, key=item.key)
