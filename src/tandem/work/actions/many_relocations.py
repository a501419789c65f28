"""Many work items go to another space at once: rehearsed to see what becomes of each, then done, all or none; one way back."""

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import transaction

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Space
from tandem.work.actions import clones, relocations
from tandem.work.actions.relocations import Mapping
from tandem.work.models import WorkItem

MOST = 100
"""Items of one move; their parts come along."""


@dataclass(frozen=True)
class Outcome:
    """What becomes of one item: itself at its new place, or why it is refused; `left` are the people who do not see the
    target, `lost` the own fields whose values do not fit there."""

    item: WorkItem
    made: WorkItem | None = None
    code: str = ""
    params: dict[str, Any] = field(default_factory=dict)
    left: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    sprints: tuple[str, ...] = ()
    parts: int = 0


def heads(items: Sequence[WorkItem]) -> list[WorkItem]:
    """Those of which no whole is among them as well: parts go with what they are parts of."""
    below = {part.pk for item in items for part in clones.parts_of(item)} if len(items) > 1 else set()
    return [item for item in items if item.pk not in below]


def rehearse(*, actor: Any, items: Sequence[WorkItem], space: Space, mapping: Mapping) -> list[Outcome]:
    """A real run that is taken back: every rule speaks, nothing is written."""
    _check(items)
    with transaction.atomic():
        found = [_outcome(actor, item, space, mapping) for item in heads(items)]
        transaction.set_rollback(True)
    return found


def relocate(
    *, actor: Any, items: Sequence[WorkItem], versions: dict[int, int | None], space: Space, mapping: Mapping, run: UUID
) -> list[WorkItem]:
    """All of them or, when one is refused or was changed since it was seen, none."""
    _check(items)
    with transaction.atomic():
        return [
            relocations.relocate(actor=actor, item=item, version=versions.get(item.pk), space=space, mapping=mapping, run=run)
            for item in sorted(heads(items), key=lambda i: (i.rank, i.pk))
        ]


def take_back(*, actor: Any, run: UUID) -> tuple[int, list[int]]:
    """One's own move, item by item; what was changed at its new place, or may not go back, stays there. Returns how many were
    taken back, and the numbers of those that stay."""
    ids = Event.objects.filter(run=run, actor=actor, verb="work_item.relocated").values("subject_id")
    moved = WorkItem.objects.filter(pk__in=ids, moved_to__removed_at=None).exclude(moved_to=None).select_related("moved_to__space")
    made = {old.moved_to_id: old for old in moved}
    back, left = 0, []  # type: int, list[int]
    for old in made.values():
        item = old.moved_to
        assert item is not None
        if item.parent_id in made:
            continue
        try:
            with transaction.atomic():
                relocations.take_back(actor=actor, item=item, origin=old)
            back += 1
        except (Refused, Denied, Hidden, Stale, ValidationError):
            left.append(item.pk)
    return back, left


def _check(items: Sequence[WorkItem]) -> None:
    if len(items) > MOST:
        raise Refused("rows_too_many", most=MOST)


def _outcome(actor: Any, item: WorkItem, space: Space, mapping: Mapping) -> Outcome:
    people = set(item.assignees.values_list("name", flat=True))
    sprints = tuple(item.sprints.open().values_list("name", flat=True))
    parts = len(clones.parts_of(item))
    try:
        with transaction.atomic():
            # a copy: what is taken back must not stand in the caller's row
            made = relocations.relocate(actor=actor, item=copy(item), version=None, space=space, mapping=mapping, run=uuid4())
    except Refused as problem:
        return Outcome(item, code=problem.code, params=problem.params)
    except Denied:
        return Outcome(item, code="row_not_yours")
    except ValidationError as problem:
        return Outcome(item, code="row_invalid", params={"why": " ".join(problem.messages)})
    left = people - set(made.assignees.values_list("name", flat=True))
    lost = [key for key in item.fields if mapping.fields.get(key, key) not in made.fields]
    return Outcome(item, made, left=tuple(sorted(left)), lost=tuple(lost), sprints=sprints, parts=parts)
