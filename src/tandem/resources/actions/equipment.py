"""Equipment and material, and which work needs how much of it when: never more than there is, unless somebody says why."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio.models import Portfolio
from tandem.resources.actions import names, periods
from tandem.resources.models import Equipment, EquipmentNeed
from tandem.work.actions import inheritance
from tandem.work.models import WorkItem

_DO, _NEED = Permission.MANAGE_RESOURCES, Permission.EDIT_WORK
LONGEST = 3660


def create(*, actor: Any, space: Space, **values: Any) -> Equipment:
    """One of a name in a space."""
    _price(values, None)
    _calendar(values, None, space.pk)
    return names.create(Equipment, "equipment.created", actor=actor, space=space, **values)


def change(*, actor: Any, equipment: Equipment, version: int | None, **values: Any) -> Equipment:
    """Its kind stays once work needs it: days of a crane are no tons of sand."""
    _price(values, equipment)
    _calendar(values, equipment, equipment.space_id)
    if values.get("kind", equipment.kind) != equipment.kind and _is_needed(equipment):
        raise Refused("resource_in_use", name=equipment.name)
    return names.change(equipment, "equipment.changed", actor=actor, version=version, **values)


def remove(*, actor: Any, equipment: Equipment, version: int | None = None) -> None:
    """Not while work needs it."""
    require(actor, _DO, equipment.space_id)
    if _is_needed(equipment):
        raise Refused("resource_in_use", name=equipment.name)
    EquipmentNeed.objects.filter(equipment=equipment).delete()  # of work that was removed
    writing.remove(equipment, actor=actor, permission=_DO, verb="equipment.removed", version=version)


def need(*, actor: Any, item: WorkItem, equipment: Equipment, **values: Any) -> EquipmentNeed:
    """By who works on the item, of what its space or one above it has. What is taken by others in these days is not there."""
    require(actor, _NEED, item.space_id)
    if not equipment.is_seen_by(actor) or equipment.space_id not in (item.space_id, *inheritance.above(item.space_id)):
        raise Refused("reference_unknown", field="equipment_id")
    with transaction.atomic():
        _check(equipment, None, values)
        return writing.create(EquipmentNeed, actor=actor, permission=_NEED, verb="equipment_need.created", space=item.space, item=item, equipment=equipment, **values)


def correct(*, actor: Any, equipment_need: EquipmentNeed, version: int | None, **values: Any) -> EquipmentNeed:
    require(actor, _NEED, equipment_need.space_id)
    with transaction.atomic():
        _check(equipment_need.equipment, equipment_need, values)
        return writing.change(equipment_need, actor=actor, permission=_NEED, verb="equipment_need.changed", version=version, **values)


def follow(*, actor: Any, days: dict[int, int], reason: str) -> int:
    """What work needs moves with it: by so many days for each item (later; negative: earlier). Where that makes it more than there is,
    `reason` goes on record. Gives how many needs moved."""
    rows = list(EquipmentNeed.objects.filter(item__in=[pk for pk, shift in days.items() if shift]).select_related("equipment").order_by("equipment_id", "id"))
    with transaction.atomic():
        list(Equipment.objects.select_for_update(of=("self",)).filter(pk__in={row.equipment_id for row in rows}).order_by("pk"))
        moved = []
        for row in rows:
            shift = timedelta(days=days[row.item_id])
            moved.append(writing.change(
                row, actor=actor, permission=_NEED, verb="equipment_need.changed", version=None, starts_on=row.starts_on + shift, ends_on=row.ends_on + shift,
            ))  # fmt: skip
        for row in moved:
            what = row.equipment
            if what.available is not None and not row.override_reason and most_taken(what, row.starts_on, row.ends_on) > what.available:
                writing.change(row, actor=actor, permission=_NEED, verb="equipment_need.changed", version=None, override_reason=reason)
    return len(moved)


def forget(*, actor: Any, equipment_need: EquipmentNeed, version: int | None = None) -> None:
    writing.remove(equipment_need, actor=actor, permission=_NEED, verb="equipment_need.removed", version=version)


def _is_needed(equipment: Equipment) -> bool:
    return EquipmentNeed.objects.filter(equipment=equipment).standing().exists()


def most_taken(equipment: Equipment, first: date, last: date, without: int | None = None) -> Decimal:
    """On its fullest day of these; of material what is taken in all."""
    rows = list(EquipmentNeed.objects.filter(equipment=equipment).standing().exclude(pk=without).values_list("starts_on", "ends_on", "amount"))
    if equipment.kind == Equipment.Kind.MATERIAL:
        return sum((amount for _first, _last, amount in rows), Decimal(0))
    steps: dict[int, Decimal] = {}
    for starts, ends, amount in rows:
        if starts <= last and ends >= first:
            begin, end = max(starts, first).toordinal(), min(ends, last).toordinal() + 1
            steps[begin] = steps.get(begin, Decimal(0)) + amount
            steps[end] = steps.get(end, Decimal(0)) - amount
    total = most = Decimal(0)
    for day in sorted(steps):
        total += steps[day]
        most = max(most, total)
    return most


def _check(equipment: Equipment, row: EquipmentNeed | None, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    # one after the other: two together would take the last one twice
    held = Equipment.objects.select_for_update(of=("self",)).get(pk=equipment.pk)
    amount, starts_on = Decimal(one("amount")), one("starts_on")
    ends_on = starts_on if held.kind == Equipment.Kind.MATERIAL else one("ends_on") or starts_on
    periods.in_order(starts_on, ends_on)
    if (ends_on - starts_on).days >= LONGEST:
        raise Refused("booking_too_long", field="ends_on", most=LONGEST)
    if not amount.is_finite() or amount <= 0 or amount >= Decimal(10) ** 10:
        raise Refused("number_unreadable", field="amount")
    values["amount"], values["ends_on"] = amount.quantize(Decimal("0.01")), ends_on
    reason = " ".join((one("override_reason") or "").split())
    over = held.available is not None and most_taken(held, starts_on, ends_on, row.pk if row else None) + amount > held.available
    if over and not reason:
        raise Refused("equipment_taken", field="override_reason", name=held.name, available=f"{held.available.normalize():f}")  # type: ignore[union-attr]
    values["override_reason"] = reason if over else ""


def _calendar(values: dict[str, Any], row: Equipment | None, space_id: int) -> None:
    """Of its own place or one above, so that all work that may need it knows the calendar; material has none."""
    found = values.get("calendar", row and row.calendar)
    if found is None:
        return
    if values.get("kind", row.kind if row else Equipment.Kind.EQUIPMENT) == Equipment.Kind.MATERIAL:
        raise Refused("material_has_no_calendar", field="calendar")
    if found.space_id not in (space_id, *inheritance.above(space_id)):
        raise Refused("reference_unknown", field="calendar")


def _price(values: dict[str, Any], row: Equipment | None) -> None:
    """A price has a currency."""
    rate = values.get("rate", row and row.rate)
    code = values.get("currency", row.currency if row else "")
    if rate is not None and code not in {one for one, _name in Portfolio.CURRENCIES}:
        raise Refused("currency_malformed", field="currency", currency=code[:10])
