"""Work items with their whole past, as a simulation brings them: every passage has its own time and hand."""

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple

from django.db import transaction

from tandem.history.record import Past
from tandem.kit import clock
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import derived, type_states
from tandem.work.actions.work_items import take_numbers
from tandem.work.models import Assignment, Sprint, SprintChange, SprintMember, StateChange, WorkItem


def replay(
    *,
    actor: Any,
    space: Space,
    items: list[WorkItem],
    assignments: list[Assignment],
    changes: list[StateChange],
) -> list[Past]:
    """Write the rows, parents before their parts; numbers follow the order given.

    Returns what happened, unsorted: the caller records it (`history.record.record_past`) in the same transaction, in
    the order of time, together with what happened elsewhere meanwhile.
    """
    require(actor, Permission.IMPORT, space.pk)
    if not items:
        return []
    with transaction.atomic():
        for number, item in enumerate(items, take_numbers(space, len(items))):
            item.space, item.number, item.key = space, number, f"{space.key}-{number}"
            item.updated_at = item.updated_at or clock.now()
            item.set_grams()
        _insert_by_depth(items)
        type_states.widen(actor=actor, items=items)
        Assignment.objects.bulk_create(assignments, batch_size=2000)
        for passage in changes:
            passage.space = space
        StateChange.objects.bulk_create(changes, batch_size=2000)
        derived.written(space.pk, [item.pk for item in items])
    return [*_created(items, changes), *_moved(changes), *_removed(items, actor)]


class Stay(NamedTuple):
    """An item comes into a sprint at its moment, from the sprint that could not finish it or from the backlog."""

    item: WorkItem
    sprint: Sprint
    at: datetime
    origin: Sprint | None = None


def replay_sprints(
    *, actor: Any, space: Space, sprints: list[Sprint], members: list[SprintMember], stays: list[Stay]
) -> list[Past]:
    """Sprints with everything that came into them; they bring their states and moments. Returns what happened, as
    `replay` does."""
    require(actor, Permission.IMPORT, space.pk)
    with transaction.atomic():
        Sprint.objects.bulk_create(sprints)
        for member in members:
            member.sprint_id = member.sprint.pk
        SprintMember.objects.bulk_create(members, batch_size=2000)
        stays = sorted(stays, key=lambda s: s.at)
        through = WorkItem.sprints.through
        through.objects.bulk_create([through(workitem_id=s.item.pk, sprint_id=s.sprint.pk) for s in stays], batch_size=2000)
        changes = [
            SprintChange.of(s.item, s.sprint, is_added=True, by=actor, at=s.at, carried_from=s.origin) for s in stays
        ]
        SprintChange.objects.bulk_create(changes, batch_size=2000)
    held: dict[int, list[int]] = defaultdict(list)
    past = [p for sprint in sprints for p in _lived(sprint, actor)]
    for stay in stays:
        before = list(held[stay.item.pk])
        held[stay.item.pk].append(stay.sprint.pk)
        told = {"sprints": [before, list(held[stay.item.pk])]}
        past.append(Past("work_item.changed", stay.item, actor, stay.at, told, {}))
    return past


def _lived(sprint: Sprint, actor: Any) -> list[Past]:
    S = Sprint.State
    found = [Past("sprint.created", sprint, actor, sprint.created_at, {"name": [None, sprint.name]}, {})]
    if sprint.started_at:
        found.append(Past("sprint.started", sprint, actor, sprint.started_at, {"state": [S.FUTURE, S.ACTIVE]}, {}))
    if sprint.closed_at:
        found.append(Past("sprint.closed", sprint, actor, sprint.closed_at, {"state": [S.ACTIVE, S.CLOSED]}, {}))
    return found


def _insert_by_depth(items: list[WorkItem]) -> None:
    waiting = items
    while waiting:
        ready = [item for item in waiting if item.parent is None or item.parent.pk is not None]
        if not ready:
            raise ValueError("a parent is not among the items")
        placed = {id(item) for item in ready}
        WorkItem.objects.bulk_create(ready, batch_size=1000)
        waiting = [item for item in waiting if id(item) not in placed]


def _created(items: list[WorkItem], changes: list[StateChange]) -> list[Past]:
    first = {c.item_id: c.to_state_id for c in changes if c.from_state_id is None}
    return [
        Past(
            "work_item.created",
            i,
            i.reporter,
            i.created_at,
            {"state": [None, first.get(i.pk, i.state_id)]},
            {"title": [None, i.title]},
        )
        for i in items
    ]


def _moved(changes: list[StateChange]) -> list[Past]:
    return [
        Past("work_item.moved", c.item, c.by, c.at, {"state": [c.from_state_id, c.to_state_id]}, {})
        for c in changes
        if c.from_state_id is not None
    ]


def _removed(items: list[WorkItem], actor: Any) -> list[Past]:
    gone = [i for i in items if i.removed_at]
    return [
        Past("work_item.removed", i, i.reporter or actor, i.removed_at, {}, {}) for i in gone if i.removed_at
    ]
