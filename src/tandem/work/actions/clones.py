"""Copies of a work item, with what belongs to it as far as wanted."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may, require
from tandem.work.actions import checklists, links, work_items
from tandem.work.models import ChecklistEntry, Link, WorkItem

_DO = Permission.EDIT_WORK
MOST_PARTS = 200
# what a copy begins with; what has happened to the first one stays with it
COPIED = (
    "description", "priority", "service_class", "labels", "fields", "due_on", "estimate_points", "estimate_minutes", "duration_minutes",
    "is_milestone",
)  # fmt: skip


def clone(
    *,
    actor: Any,
    item: WorkItem,
    title: str = "",
    with_parts: bool = False,
    with_checklist: bool = True,
    with_links: bool = False,
    with_people: bool = True,
    **values: Any,
) -> WorkItem:
    """A new item beside the first one, in the first state. Links only to what the actor sees, and where both ends let
    them; the entries of a checklist begin unticked."""
    require(actor, _DO, item.space_id)
    if item.removed_at:
        raise Refused("item_removed", key=item.key)
    wholes = {"item": item, "with_checklist": with_checklist, "with_people": with_people}
    with transaction.atomic():
        parts = parts_of(item) if with_parts else []
        made = _copy(actor, **wholes, parent=item.parent, title=title.strip()[:1000] or item.title, **values)
        copies = {item.pk: made}
        for part in parts:
            copies[part.pk] = _copy(actor, **(wholes | {"item": part}), parent=copies[part.parent_id], title=part.title)
        if with_links:
            _copy_links(actor, copies)
        record("work_item.cloned", item, actor=actor, changes={"items": [None, [made.pk]]})
    return made


def take_back(*, actor: Any, item: WorkItem) -> None:
    """A copy that was a mistake goes with all its parts, while nobody has changed one of them."""
    require(actor, _DO, item.space_id)
    with transaction.atomic():
        rows = [item, *parts_of(item)]
        for row in rows:
            if row.version > 1:
                raise Refused("accepted_changed", key=row.key)
        for row in reversed(rows):
            work_items.remove(actor=actor, item=row, version=1)


def parts_of(item: WorkItem) -> list[WorkItem]:
    """Everything below, parents before their parts."""
    found: list[WorkItem] = []
    wave = [item.pk]
    while wave:
        rows = list(WorkItem.objects.present().filter(parent__in=wave).select_related("type", "state", "space").order_by("rank", "id"))
        found += rows
        if len(found) > MOST_PARTS:
            raise Refused("parts_too_many", most=MOST_PARTS)
        wave = [row.pk for row in rows]
    return found


def _copy(actor: Any, item: WorkItem, parent: WorkItem | None, title: str, with_checklist: bool, with_people: bool, **values: Any) -> WorkItem:
    people = list(item.assignees.filter(is_active=True)) if with_people else []
    copied = {name: getattr(item, name) for name in COPIED} | values
    made = work_items.create(actor=actor, space=item.space, title=title, type=item.type, parent=parent, assignees=people, stood=item.fields, **copied)
    rows = ChecklistEntry.objects.present().filter(item=item).in_order() if with_checklist else ChecklistEntry.objects.none()
    for is_acceptance, alike in groupby(rows, key=lambda row: row.is_acceptance):
        checklists.add(actor=actor, item=made, text="\n".join(row.text for row in alike), is_acceptance=is_acceptance)
    return made


def _copy_links(actor: Any, copies: dict[int, WorkItem]) -> None:
    seen = WorkItem.objects.visible_to(actor).present()
    for link in Link.objects.visible_to(actor).filter(pk__in=list(_touching(copies))).select_related("source__space", "target__space", "own_kind"):
        source, target = copies.get(link.source_id, link.source), copies.get(link.target_id, link.target)
        if link.own_kind is not None and (link.own_kind.retired_at or link.own_kind.space_id not in (source.space_id, target.space_id)):
            continue  # offered no more, or left behind by a move
        if not may(actor, _DO, source.space_id) or not seen.filter(pk=source.pk).exists() or not seen.filter(pk=target.pk).exists():
            continue
        links.create(
            actor=actor, source=source, target=target, kind=link.kind, lag_minutes=link.lag_minutes, lag_percent=link.lag_percent,
            is_lag_elapsed=link.is_lag_elapsed, source_name=link.source_name, own_kind=link.own_kind,
        )  # fmt: skip


def _touching(copies: dict[int, WorkItem]) -> Iterator[int]:
    for pk in copies:
        yield from Link.objects.touching(pk).values_list("pk", flat=True)
