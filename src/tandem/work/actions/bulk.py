"""The same change to many work items: rehearsed to see what it would do, then done, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction

from tandem.kit.errors import Denied, Refused
from tandem.work.actions import archiving, derived, work_items
from tandem.work.models import WorkItem


@dataclass(frozen=True)
class Step:
    """What becomes of one item. `version` is what the writer saw, None: whatever it is now. No values: it goes."""

    item: WorkItem
    version: int | None
    values: dict[str, Any] | None


@dataclass(frozen=True)
class Outcome:
    """What a step would do: the values that stand there and those that come, or the state into which others must first
    approve the move; or why it is refused."""

    item: WorkItem
    version: int
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    awaited: str = ""

    @property
    def is_change(self) -> bool:
        return not self.code and (self.before != self.after or bool(self.awaited))


def rehearse(*, actor: Any, steps: Sequence[Step], override_reason: str = "") -> list[Outcome]:
    """A real run that is taken back: every rule speaks, nothing is written."""
    run = uuid4()
    with transaction.atomic():
        with derived.together():
            found = [_outcome(actor, step, run, override_reason) for step in _in_order(steps)]
        transaction.set_rollback(True)
    return found


def apply(*, actor: Any, steps: Sequence[Step], run: UUID, override_reason: str = "") -> int:
    """All of them or, when one is refused, none; `undoing.undo` takes the run back."""
    with transaction.atomic(), derived.together():
        for step in _in_order(steps):
            _do(actor, step, run, override_reason)
    return len(steps)


def _in_order(steps: Sequence[Step]) -> list[Step]:
    """Parts go before what they are parts of."""
    if all(s.values is not None for s in steps):
        return list(steps)
    above = {s.item.pk: s.item.parent_id for s in steps}

    def depth(pk: int | None) -> int:
        steps_up = 0
        while pk in above and steps_up <= len(above):
            pk, steps_up = above[pk], steps_up + 1
        return steps_up

    return sorted(steps, key=lambda s: -depth(s.item.pk))


def _outcome(actor: Any, step: Step, run: UUID, reason: str) -> Outcome:
    before, version = {name: _value(step.item, name) for name in step.values or ()}, step.item.version
    try:
        _do(actor, step, run, reason)
    except Refused as problem:
        return Outcome(step.item, version, before, code=problem.code, params=problem.params)
    except Denied:
        return Outcome(step.item, version, before, code="row_not_yours")
    except ValidationError as problem:
        return Outcome(step.item, version, before, code="row_invalid", params={"why": " ".join(problem.messages)})
    after = {name: _value(step.item, name) for name in step.values} if step.values is not None else {"removed_at": step.item.removed_at}
    awaiting = step.item.awaiting
    return Outcome(step.item, version, before, after, awaited=awaiting.to_state.name if awaiting else "")


def _value(item: WorkItem, name: str) -> Any:
    return sorted(item.assignments.values_list("user__name", flat=True)) if name == "assignees" else getattr(item, name)


def _do(actor: Any, step: Step, run: UUID, reason: str) -> None:
    if step.values is None:
        work_items.remove(actor=actor, item=step.item, version=step.version, run=run)
    elif "is_archived" in step.values:
        (archiving.archive if step.values["is_archived"] else archiving.unarchive)(actor=actor, item=step.item, version=step.version, run=run)
    elif step.values:
        work_items.change(
            actor=actor, item=step.item, version=step.version, run=run, override_reason=reason, **step.values
        )
