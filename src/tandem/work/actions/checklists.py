"""The checklist of a work item: adding, ticking, ordering, taking away, and making a part of an entry."""

from typing import Any

from django.db import transaction
from django.db.models import Max

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.scoping import members_of
from tandem.work.actions import work_items
from tandem.work.models import ChecklistEntry, WorkItem, WorkItemType

_DO = Permission.EDIT_WORK
_PERSONAL = ("text",)
STEP = 1024.0


def add(*, actor: Any, item: WorkItem, text: str, **values: Any) -> list[ChecklistEntry]:
    """One entry for each line, at the end. Marks that lists carry (“- ”, “* ”, “[ ] ”, “[x] ”) are read, not kept."""
    require(actor, _DO, item.space_id)
    read = lines(text)
    if not read:
        raise Refused("title_empty", field="text")
    _check_owner(item.space_id, values.get("owner"))
    with transaction.atomic():
        item = _held(item.pk)
        present = ChecklistEntry.objects.present().filter(item=item)
        if present.count() + len(read) > ChecklistEntry.MOST:
            raise Refused("entries_too_many", field="text", most=ChecklistEntry.MOST)
        last, now = present.aggregate(last=Max("rank"))["last"] or 0.0, clock.now()
        rows = [
            ChecklistEntry(
                space_id=item.space_id, item=item, text=line, rank=last + STEP * place, is_done=is_done,
                done_at=now if is_done else None, done_by=actor if is_done else None, **values,
            )
            for place, (line, is_done) in enumerate(read, 1)
        ]  # fmt: skip
        ChecklistEntry.objects.bulk_create(rows)
        shown = {name: [None, value] for name, value in values.items() if value not in (None, False)}
        record_many(
            "checklist.added",
            [(row, {"item": [None, item.pk], **shown}, {"text": [None, row.text]}) for row in rows],
            actor=actor,
        )
    return rows


def lines(text: str) -> list[tuple[str, bool]]:
    """What becomes an entry of it: its text, and whether it is ticked."""
    return [read for line in text.splitlines() if (read := _read(line))[0]]


def create(*, actor: Any, item: WorkItem, text: str, **values: Any) -> ChecklistEntry:
    """A single entry: its text is one line."""
    return add(actor=actor, item=item, text=" ".join(text.split()), **values)[0]


def change(*, actor: Any, entry: ChecklistEntry, version: int | None, **values: Any) -> ChecklistEntry:
    """Text, owner, day, done, and whether it is an acceptance check. Who ticked it and when follows."""
    unknown = set(values) - {"text", "owner", "due_on", "is_done", "is_acceptance"}
    if unknown:
        raise Refused("field_unknown", fields=", ".join(sorted(unknown)))
    require(actor, _DO, entry.space_id)
    _check_present(entry)
    if "text" in values:
        values["text"] = " ".join(str(values["text"]).split())[:500]
        if not values["text"]:
            raise Refused("title_empty", field="text")
    _check_owner(entry.space_id, values.get("owner"))
    verb = "checklist.changed"
    if "is_done" in values and values["is_done"] != entry.is_done:
        is_done = values["is_done"]
        values |= {"done_at": clock.now() if is_done else None, "done_by": actor if is_done else None}
        verb = "checklist.ticked" if is_done else "checklist.unticked"
    return writing.change(
        entry, actor=actor, permission=_DO, verb=verb, version=version, personal=_PERSONAL, **values
    )


def move(*, actor: Any, entry: ChecklistEntry, version: int | None, after: ChecklistEntry | None = None) -> ChecklistEntry:
    """Behind another entry of the same item, or to the top."""
    require(actor, _DO, entry.space_id)
    _check_present(entry)
    with transaction.atomic():
        _held(entry.item_id)
        others = list(ChecklistEntry.objects.present().filter(item=entry.item_id).exclude(pk=entry.pk).in_order())
        place = 0
        if after is not None:
            if after not in others:
                raise Refused("choice_unknown", field="after")
            place = others.index(after) + 1
        entry.write(expected=version)
        others.insert(place, entry)
        for number, row in enumerate(others, 1):
            row.rank = number * STEP
        ChecklistEntry.objects.bulk_update(others, ["rank"])
        record("checklist.moved", entry, actor=actor, changes={"item": [entry.item_id, entry.item_id], "place": [None, place + 1]})
    return entry


def step(*, actor: Any, entry: ChecklistEntry, is_up: bool) -> ChecklistEntry:
    """One place up or down; at the end nothing happens."""
    rows = list(ChecklistEntry.objects.present().filter(item=entry.item_id).in_order())
    at = rows.index(entry) if entry in rows else 0
    if at == 0 if is_up else at >= len(rows) - 1:
        return entry
    after = (rows[at - 2] if at > 1 else None) if is_up else rows[at + 1]
    return move(actor=actor, entry=entry, version=None, after=after)


def remove(*, actor: Any, entry: ChecklistEntry, version: int | None = None) -> None:
    """Out of the list, but kept: `restore` brings it back."""
    require(actor, _DO, entry.space_id)
    _check_present(entry)
    with transaction.atomic():
        entry.write(expected=version, removed_at=clock.now())
        record("checklist.removed", entry, actor=actor, changes={"item": [entry.item_id, None]})


def restore(*, actor: Any, entry: ChecklistEntry, version: int | None = None) -> ChecklistEntry:
    """Back to where it stood. One that became a work item comes back only when that item was removed."""
    require(actor, _DO, entry.space_id)
    with transaction.atomic():
        _held(entry.item_id)
        if entry.became is not None and entry.became.removed_at is None:
            raise Refused("entry_became", key=entry.became.key)
        if entry.removed_at is None:
            return entry
        if ChecklistEntry.objects.present().filter(item=entry.item_id).count() >= ChecklistEntry.MOST:
            raise Refused("entries_too_many", most=ChecklistEntry.MOST)
        entry.write(expected=version, removed_at=None, became=None)
        record("checklist.restored", entry, actor=actor, changes={"item": [None, entry.item_id]})
    return entry


def make_part(*, actor: Any, entry: ChecklistEntry, version: int | None = None) -> WorkItem:
    """The entry becomes a part of the item, with its owner and day; a smaller type, where the space has one."""
    require(actor, _DO, entry.space_id)
    with transaction.atomic():
        entry = ChecklistEntry.objects.select_for_update(no_key=True, of=("self",)).select_related("item__type", "space").get(pk=entry.pk)
        _check_present(entry)
        smaller = WorkItemType.objects.filter(space=entry.space_id, level__lt=entry.item.type.level).active().order_by("-level", "rank").first()
        part = work_items.create(
            actor=actor, space=entry.space, title=entry.text, type=smaller or (None if entry.item.type.retired_at else entry.item.type), parent=entry.item,
            due_on=entry.due_on, assignees=[entry.owner] if entry.owner else (),
        )  # fmt: skip
        entry.write(expected=version, removed_at=clock.now(), became=part)
        record("checklist.became_item", entry, actor=actor, changes={"item": [entry.item_id, part.pk]})
    return part


def _read(line: str) -> tuple[str, bool]:
    """The words of a line as somebody pastes it, and whether it comes ticked."""
    text = " ".join(line.split())
    for mark in ("- ", "* ", "• ", "– "):
        text = text.removeprefix(mark)
    is_done = text[:3].lower() == "[x]"
    if is_done or text.startswith("[ ]"):
        text = text[3:].strip()
    text = text if text not in ("-", "*", "•", "–") else ""
    return text[:500], is_done


def _held(item_id: int) -> WorkItem:
    item = WorkItem.objects.select_for_update(no_key=True).get(pk=item_id)
    if item.removed_at:
        raise Refused("item_removed", key=item.key)
    return item


def _check_present(entry: ChecklistEntry) -> None:
    if entry.removed_at is not None:
        raise Refused("entry_removed")


def _check_owner(space_id: int, owner: Any) -> None:
    if owner is not None and not members_of(space_id).filter(user=owner).exists():
        raise Refused("person_outside", field="owner", name=owner.name)
