"""Equipment, material and what work needs of them from a table, written through their actions, in the manner of `people_tables`.

What one may not see is answered like what is not there. Each table is one run, which can be taken back as a whole."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tandem.exchange.formats.people_table import Line
from tandem.exchange.people_tables import CHANGED, NEW, SAME, Outcomes, each
from tandem.history.record import within
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.resources.actions import equipment
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.actions import inheritance
from tandem.work.models import WorkingCalendar, WorkItem

_WORDS = ("kind", "unit", "description")
_LONGEST = 100


@dataclass
class _Known:
    """What the lines may name, read once."""

    actor: Any
    above: dict[int, list[int]] = field(default_factory=dict)
    items: dict[str, WorkItem] = field(default_factory=dict)
    there: dict[tuple[int, str], Equipment] = field(default_factory=dict)

    def places(self, space_id: int) -> list[int]:
        if space_id not in self.above:
            self.above[space_id] = [space_id, *inheritance.above(space_id)]
        return self.above[space_id]


def take_equipment(*, actor: Any, space: Space, lines: Sequence[Line], run: uuid.UUID | None = None) -> Outcomes:
    """By who manages resources in the space. A piece is found by its name there; what is not found is new."""
    require(actor, Permission.MANAGE_RESOURCES, space.pk)
    known = _Known(actor)
    with within(run or uuid.uuid4()):
        return each(lines, lambda line: _piece(known, space, line.values))


def take_needs(*, actor: Any, lines: Sequence[Line], run: uuid.UUID | None = None) -> Outcomes:
    """By who works on the items. A need is found by its item, its equipment and its first day; the equipment is the nearest of its
    name, in the project or above."""
    known = _Known(actor)
    keys = {str(line.values.get("item", "")).upper() for line in lines}
    known.items = {row.key.upper(): row for row in WorkItem.objects.visible_to(actor).present().filter(key__in=keys).select_related("space")}
    known.there = {(row.space_id, row.name.casefold()): row for row in Equipment.objects.visible_to(actor)}
    with within(run or uuid.uuid4()):
        return each(lines, lambda line: _need(known, line.values))


def _piece(known: _Known, space: Space, values: dict[str, Any]) -> str:
    name = values.get("equipment", "")
    given: dict[str, Any] = {one: values[one] for one in _WORDS if one in values}
    given |= {one: Decimal(values[one]) for one in ("available", "rate") if one in values}
    if code := values.get("currency"):
        given["currency"] = code.upper()
    if called := values.get("calendar"):
        given["calendar"] = _calendar(known, space, called)
    row = Equipment.objects.filter(space=space, name__iexact=name).first()
    if row is None:
        equipment.create(actor=known.actor, space=space, name=name, **given)
        return NEW
    differing = {one: value for one, value in given.items() if getattr(row, one) != value}
    if differing:
        equipment.change(actor=known.actor, equipment=row, version=None, **differing)
    return CHANGED if differing else SAME


def _calendar(known: _Known, space: Space, name: str) -> WorkingCalendar:
    """The nearest of its name, there or above."""
    rows = WorkingCalendar.objects.visible_to(known.actor).filter(space__in=known.places(space.pk), name__iexact=name)
    found = min(rows, key=lambda row: known.places(space.pk).index(row.space_id), default=None)
    if found is None:
        raise Refused("name_unknown_here", field="calendar", name=name)
    return found


def _need(known: _Known, values: dict[str, Any]) -> str:
    for name in ("item", "equipment"):
        if not values.get(name):
            raise Refused("title_empty", field=name)
    item, name = known.items.get(values["item"].upper()), values["equipment"]
    if item is None:
        raise Refused("name_unknown_here", field="item", name=values["item"][:_LONGEST])
    what = next((row for place in known.places(item.space_id) if (row := known.there.get((place, name.casefold())))), None)
    if what is None:
        raise Refused("name_unknown_here", field="equipment", name=name[:_LONGEST])
    if "amount" not in values or "starts_on" not in values:
        raise Refused("number_unreadable" if "amount" not in values else "date_unreadable", field="amount")
    given: dict[str, Any] = {"amount": Decimal(values["amount"]), "ends_on": values.get("ends_on") or values["starts_on"]}
    if what.kind == Equipment.Kind.MATERIAL:
        given["ends_on"] = values["starts_on"]
    if said := values.get("override_reason"):
        given["override_reason"] = said
    require(known.actor, Permission.EDIT_WORK, item.space_id)  # before it is compared: “there already” would tell what it says
    row = EquipmentNeed.objects.filter(item=item, equipment=what, starts_on=values["starts_on"]).order_by("id").first()
    if row is None:
        equipment.need(actor=known.actor, item=item, equipment=what, starts_on=values["starts_on"], **given)
        return NEW
    if all(getattr(row, one) == value for one, value in given.items() if one != "override_reason"):
        return SAME
    equipment.correct(actor=known.actor, equipment_need=row, version=None, **given)
    return CHANGED
