"""A new work item where it belongs at once: made, and put into its sprint or to its place, both or neither."""

from typing import Any

from django.db import transaction

from tandem.people.models import Space
from tandem.work.actions import sprint_scope, work_items
from tandem.work.models import Sprint, WorkItem


def add(
    *, actor: Any, space: Space, title: str, sprint: Sprint | None = None, after: WorkItem | None = None, to_top: bool = False, **values: Any
) -> WorkItem:
    """Typed again after a refusal it would stand there twice: nothing is kept of what was refused."""
    with transaction.atomic():
        made = work_items.create(actor=actor, space=space, title=title, **values)
        if sprint is not None or after is not None or to_top:
            sprint_scope.put(actor=actor, items=[(made, None)], sprint=sprint, after=after, to_top=to_top)
    return made
