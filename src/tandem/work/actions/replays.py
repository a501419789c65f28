"""Work items with their whole past, as a simulation brings them: every passage has its own time and hand."""

from typing import Any

from django.db import transaction

from tandem.history.record import Past
from tandem.kit import clock
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions.work_items import take_numbers
from tandem.work.models import Assignment, StateChange, WorkItem


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
        Assignment.objects.bulk_create(assignments, batch_size=2000)
        for passage in changes:
            passage.space = space
        StateChange.objects.bulk_create(changes, batch_size=2000)
    return [*_created(items, changes), *_moved(changes), *_removed(items, actor)]


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
