"""What the equipment and material that work items need costs, by project, month and currency; and how much of it is taken week by week."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from tandem.kit.dates import months_on
from tandem.resources.models import Equipment, EquipmentNeed

_CENT = Decimal("0.01")
_Key = tuple[int, date, str]


def by_month(user: Any, space_ids: frozenset[int]) -> dict[_Key, Decimal]:
    """Each need by its days in the month, so that its months add up to the cent to what the need costs. One query."""
    found: dict[_Key, Decimal] = defaultdict(Decimal)
    needs = EquipmentNeed.objects.visible_to(user).standing().filter(space_id__among=space_ids, equipment__rate__isnull=False)
    for row in needs.select_related("equipment").order_by("id"):
        for month, cost in _months(row).items():
            found[row.space_id, month, row.equipment.currency] += cost
    return dict(found)


def _months(row: EquipmentNeed) -> dict[date, Decimal]:
    first, whole = row.starts_on.replace(day=1), row.cost or Decimal(0)
    if row.equipment.kind == Equipment.Kind.MATERIAL:
        return {first: whole}
    found, told = {}, Decimal(0)
    day = (row.equipment.rate or Decimal(0)) * row.amount
    while first <= row.ends_on:
        end = min(months_on(first, 1) - timedelta(days=1), row.ends_on)
        reached = (day * ((end - row.starts_on).days + 1)).quantize(_CENT)
        found[first], told = reached - told, reached
        first = months_on(first, 1)
    return found


def weeks(equipment: Equipment, first: date, count: int) -> list[tuple[date, Decimal]]:
    """Of each week, from a Monday on, what is taken on its fullest day, over all projects. One query; a number, no names."""
    last = first + timedelta(days=7 * count - 1)
    taken = [Decimal(0)] * (7 * count)
    rows = EquipmentNeed.objects.filter(equipment=equipment, starts_on__lte=last, ends_on__gte=first).standing()  # house: reads — only sums of what is not seen
    for starts, ends, amount in rows.values_list("starts_on", "ends_on", "amount"):
        for day in range(max((starts - first).days, 0), min((ends - first).days, len(taken) - 1) + 1):
            taken[day] += amount
    return [(first + timedelta(days=7 * n), max(taken[7 * n : 7 * n + 7])) for n in range(count)]
