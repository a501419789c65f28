"""What an imported plan says of equipment and material: materials that nobody knew, and what its tasks need, in one go."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.history.record import record_many
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.resources.actions.equipment import most_taken
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.actions import inheritance

_DO = Permission.IMPORT
_NAME, _UNIT, _REASON = 100, 20, 300


@dataclass(frozen=True, slots=True)
class Missing:
    """`available`: how many pieces at a time; None: as much as anybody wants."""

    name: str
    kind: str
    unit: str
    available: Decimal | None


@dataclass(frozen=True, slots=True)
class Wanted:
    item_id: int
    equipment: Equipment
    amount: Decimal
    starts_on: date
    ends_on: date


def known(*, actor: Any, space: Space) -> dict[str, Equipment]:
    """By name in small letters: of the space and those above it the nearest, as far as the actor sees them."""
    places = [space.pk, *inheritance.above(space.pk)]
    rows = Equipment.objects.visible_to(actor).filter(space__in=places)
    return {row.name.casefold(): row for row in sorted(rows, key=lambda row: -places.index(row.space_id))}


def add_missing(*, actor: Any, space: Space, missing: Sequence[Missing], run: uuid.UUID) -> dict[str, Equipment]:
    """What the plan names and nobody keeps yet. By name in small letters."""
    require(actor, _DO, space.pk)
    rows = [Equipment(space=space, name=one.name[:_NAME], kind=one.kind, unit=one.unit[:_UNIT], available=one.available) for one in missing]
    with transaction.atomic():
        made = Equipment.objects.bulk_create(rows)
        changes = ({"name": [None, row.name], "kind": [None, row.kind]} | ({"unit": [None, row.unit]} if row.unit else {}) | ({"available": [None, row.available]} if row.available else {}) for row in made)
        record_many("equipment.created", ((row, change, {}) for row, change in zip(made, changes, strict=True)), actor=actor, run=run)
    return {one.name.casefold(): row for one, row in zip(missing, made, strict=True)}


def set_needs(*, actor: Any, space: Space, wanted: Mapping[str, Wanted], before: Mapping[str, int], gone: Collection[int], reason: str, run: uuid.UUID) -> dict[str, EquipmentNeed]:
    """`before`: the needs that earlier imports made of the same assignments, which are corrected where they are still there; those
    that are `gone` from the plan go. Where it is more than there is, `reason` stands on record."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        there = {row.pk: row for row in EquipmentNeed.objects.select_for_update(of=("self",)).filter(space=space, pk__in=[*before.values(), *gone]).order_by("pk")}
        left = [row for pk, row in there.items() if pk in gone]
        record_many("equipment_need.removed", ((row, {}, {"row": [str(row.pk), None]}) for row in left), actor=actor, run=run)
        EquipmentNeed.objects.filter(pk__in=[row.pk for row in left]).delete()
        new, changed = {}, []
        for key, one in wanted.items():
            row = there.get(before.get(key, 0))
            values = {"equipment_id": one.equipment.pk, "amount": one.amount, "starts_on": one.starts_on, "ends_on": one.ends_on}
            if row is None:
                new[key] = EquipmentNeed(space=space, item_id=one.item_id, **values)
            elif differing := {name: value for name, value in values.items() if getattr(row, name) != value}:
                changed.append((row, {name.removesuffix("_id"): [getattr(row, name), value] for name, value in differing.items()}))
                row.write(expected=None, **differing)
        made = EquipmentNeed.objects.bulk_create(list(new.values()))
        record_many("equipment_need.changed", ((row, change, {}) for row, change in changed), actor=actor, run=run)
        record_many("equipment_need.created", ((row, _told(row), {}) for row in made), actor=actor, run=run)
        _excuse(actor, [*made, *(row for row, _change in changed)], {one.equipment.pk: one.equipment for one in wanted.values()}, reason, run)
    return dict(zip(new, made, strict=True))


def _told(row: EquipmentNeed) -> dict[str, Any]:
    return {"item": [None, row.item_id], "equipment": [None, row.equipment_id], "amount": [None, row.amount], "starts_on": [None, row.starts_on], "ends_on": [None, row.ends_on]}


def _excuse(actor: Any, rows: list[EquipmentNeed], equipment: dict[int, Equipment], reason: str, run: uuid.UUID) -> None:
    """Only of what there is so much of anything is asked."""
    over = []
    for row in rows:
        what = equipment[row.equipment_id]
        if what.available is not None and not row.override_reason and most_taken(what, row.starts_on, row.ends_on) > what.available:
            row.write(expected=None, override_reason=reason[:_REASON])
            over.append(row)
    record_many("equipment_need.changed", ((row, {"override_reason": ["", row.override_reason]}, {}) for row in over), actor=actor, run=run)
