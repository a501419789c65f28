"""A bar of a timeline over many projects: moved, drawn out, renamed or given a due day, where its days are its own."""

import uuid
from datetime import date, datetime
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.planning.actions import dates
from tandem.work.actions import work_items
from tandem.work.models import Link, WorkItem

_NOT_SAID: Any = object()


def move(
    *, actor: Any, item: WorkItem, version: int | None, run: uuid.UUID, start: datetime | None = None, finish: datetime | None = None,
    deadline: date | None = _NOT_SAID, name: str | None = None,
) -> WorkItem:  # fmt: skip
    """What was drawn becomes the plan, in working time, as in the project's plan. What has happened is not moved, nor
    what reaches over its parts or follows from links: that is said, and the way is the plan."""
    require(actor, Permission.EDIT_WORK, item.space_id)
    values: dict[str, Any] = {}
    if name is not None:
        values["title"] = name.strip()
    if deadline is not _NOT_SAID:
        values["due_on"] = deadline
    with transaction.atomic():
        if start is not None or finish is not None:
            _check(item, start)
            item = dates.give(actor=actor, item=item, version=version, start=start, finish=finish, run=run)
            version = None
        if values:
            item = work_items.change(actor=actor, item=item, version=version, run=run, **values)
        if start is not None or finish is not None:
            dates.recompute(item)
    return item


def _check(item: WorkItem, start: datetime | None) -> None:
    if item.actual_finish is not None:
        raise Refused("bar_finished")
    if item.actual_start is not None and start is not None:
        raise Refused("bar_begun")
    if item.is_summary or item.children.filter(removed_at=None).exists():
        raise Refused("bar_of_parts")
    if Link.objects.dependencies().filter(target=item, source__removed_at=None).exists():
        raise Refused("bar_follows_links")
