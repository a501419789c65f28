"""What tasks need of equipment and material, as assignments of MS Project: those that came with a plan as it had them, with what was
changed here since, and after them what was written down here."""

from collections.abc import Collection
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from tandem.resources.models import Equipment, EquipmentNeed

_FIRST, _LAST = time(8), time(17)
_WORDS = {Equipment.Kind.MATERIAL: "material", Equipment.Kind.EQUIPMENT: "work"}


def needs(asker: Any, items: Collection[int]) -> dict[int, list[EquipmentNeed]]:
    found: dict[int, list[EquipmentNeed]] = {}
    for row in EquipmentNeed.objects.visible_to(asker).filter(item__in=items).select_related("equipment").order_by("id"):
        found.setdefault(row.item_id, []).append(row)
    return found


def along(given: list[dict[str, Any]], rows: list[EquipmentNeed], resources: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """`given`: the assignments of the imported plan; what was needed there and no longer is, is left out."""
    left, found = list(rows), []
    for one in given:
        if one.get("equipment") is None:
            found.append(one)
            continue
        row = next((row for row in left if row.equipment_id == one["equipment"]), None)
        if row is not None:
            left.remove(row)
            found.append(one | _since(one, row))
    for row in left:
        what = row.equipment
        key = f"equipment:{what.pk}"
        units = float(what.available) if what.kind == Equipment.Kind.EQUIPMENT and what.available is not None else None
        resources.setdefault(key, {"name": what.name, "kind": _WORDS[Equipment.Kind(what.kind)], "unit": what.unit, "units": units})
        found.append({"key": key, "units": float(row.amount), **_days(row)} | ({"work_minutes": 60 * float(row.amount)} if what.kind == Equipment.Kind.MATERIAL else {}))
    return found


def _since(one: dict[str, Any], row: EquipmentNeed) -> dict[str, Any]:
    """What differs from the plan as it came."""
    found: dict[str, Any] = {}
    if Decimal(str(one.get("units", 1))).quantize(Decimal("0.01")) != row.amount:
        found["units"] = float(row.amount)
    days = _days(row)
    if one.get("start") and _day(one["start"]) != row.starts_on:
        found["start"] = days["start"]
    if one.get("finish") and row.equipment.kind == Equipment.Kind.EQUIPMENT and _day(one["finish"]) != row.ends_on:
        found["finish"] = days["finish"]
    return found


def _days(row: EquipmentNeed) -> dict[str, str]:
    return {"start": datetime.combine(row.starts_on, _FIRST).isoformat(), "finish": datetime.combine(row.ends_on, _LAST).isoformat()}


def _day(moment: str) -> date:
    return datetime.fromisoformat(moment).date()
