"""What happened to a row and to what hangs on it, newest first: the same on its page and over the API."""

from collections.abc import Iterable
from typing import Any

from django.db import models

from tandem.history.models import Event
from tandem.work.models import Block, ChecklistEntry, TimeEntry, WorkItem

Parts = Iterable[tuple[type[models.Model], Any]]


def events(user: Any, row: Any, parts: Parts, most: int, before: int | None = None) -> Any:
    """Each part is asked by its index, and no more of it than is shown."""
    seen = Event.objects.visible_to(user, row)
    seen = seen.filter(pk__lt=before) if before is not None else seen
    found = [seen.of(row).order_by("-id").values("pk")[:most]]
    for model, ids in parts:
        found.append(seen.filter(subject_kind=model._meta.label_lower, subject_id__in=ids).order_by("-id").values("pk")[:most])
    if len(found) == 1:
        return seen.of(row).newest_first()
    numbers = found[0].union(*found[1:], all=True)
    return seen.filter(pk__in=sorted((one["pk"] for one in numbers), reverse=True)[:most]).newest_first()


def around(user: Any, item: WorkItem) -> list[tuple[type[models.Model], Any]]:
    """What hangs on a work item that the person sees: its checklist, its blocks, the time on it; all of it stands in its space."""
    models = (ChecklistEntry, Block, TimeEntry)
    return [(model, model.objects.filter(item=item, space=item.space_id).values("pk")) for model in models]  # house: reads — the item came through visible_to
