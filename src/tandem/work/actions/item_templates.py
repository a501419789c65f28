"""Templates of work items: made, changed, removed, and used."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import checklists, work_items
from tandem.work.models import ChecklistEntry, ItemTemplate, WorkItem

_DO = Permission.EDIT_WORK
MOST = 100
FIELDS = ("name", "title", "description", "type", "priority", "labels", "estimate_points", "estimate_minutes", "checklist")
_GIVEN = ("description", "type", "priority", "labels", "estimate_points", "estimate_minutes")


def create(*, actor: Any, space: Space, name: str, title: str, **values: Any) -> ItemTemplate:
    """One name once in a space."""
    require(actor, _DO, space.pk)
    values = _checked(space.pk, None, name=name, title=title, **values)
    if ItemTemplate.objects.filter(space=space).count() >= MOST:
        raise Refused("templates_too_many", most=MOST)
    return writing.create(ItemTemplate, actor=actor, permission=_DO, verb="item_template.created", space=space, **values)


def change(*, actor: Any, template: ItemTemplate, version: int | None, **values: Any) -> ItemTemplate:
    """Items that were made of it stay as they are; the next ones are as it is now."""
    require(actor, _DO, template.space_id)
    values = _checked(template.space_id, template, **values)
    return writing.change(template, actor=actor, permission=_DO, verb="item_template.changed", version=version, **values)


def remove(*, actor: Any, template: ItemTemplate, version: int | None = None) -> None:
    """Not while something recurs by it."""
    require(actor, _DO, template.space_id)
    with transaction.atomic():
        ItemTemplate.objects.select_for_update().get(pk=template.pk)
        if template.recurrences.exists():
            raise Refused("in_use")
        writing.remove(template, actor=actor, permission=_DO, verb="item_template.removed", version=version)


def use(*, actor: Any, template: ItemTemplate, **values: Any) -> WorkItem:
    """A work item that begins with what the template says; `values` go before it."""
    require(actor, _DO, template.space_id)
    given = {name: getattr(template, name) for name in _GIVEN} | {"title": template.title} | values
    with transaction.atomic():
        item = work_items.create(actor=actor, space=template.space, **given)
        if template.checklist.strip():
            checklists.add(actor=actor, item=item, text=template.checklist)
    return item


def _checked(space_id: int, template: ItemTemplate | None, **values: Any) -> dict[str, Any]:
    if set(values) - set(FIELDS):
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - set(FIELDS))))
    for name in ("name", "title"):
        if name in values:
            values[name] = " ".join(values[name].split())[: 100 if name == "name" else 1000]
            if not values[name]:
                raise Refused("title_empty", field=name)
    if (kind := values.get("type")) is not None and kind.space_id != space_id:
        raise Refused("other_space", field="type")
    if len([line for line in values.get("checklist", "").splitlines() if line.strip()]) > ChecklistEntry.MOST:
        raise Refused("entries_too_many", field="checklist", most=ChecklistEntry.MOST)
    same = ItemTemplate.objects.filter(space=space_id, name=values.get("name", ""))
    if (same.exclude(pk=template.pk) if template else same).exists():
        raise Refused("name_taken", field="name", name=values["name"])
    return values
