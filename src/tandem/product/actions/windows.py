"""Setting the window in which a feature or a release is planned."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.product.models.window import Precision, window_of


def settled(values: dict[str, Any], row: Any = None, *, end: str = "planned_to") -> dict[str, Any]:
    """A window known to the quarter covers the whole quarter: its days are rounded outward. The end does not lie before the start."""
    names = ("planned_from", end, "planned_precision")
    if not values.keys() & set(names):
        return values
    first, last, unit = (values[name] if name in values else getattr(row, name, None) for name in names)
    unit = unit or Precision.DAY
    if "planned_precision" in values:
        values = values | {"planned_precision": unit}
    if first and last and last < first:
        raise Refused("period_reversed", field=end)
    window = window_of(first, last, unit)
    if window is None or unit == Precision.DAY:
        return values
    whole = window.told(unit)
    return values | {"planned_from": whole.first, end: whole.last}
