"""The KPI register."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.strategy.models import Kpi, Unit

_DO = Permission.EDIT_STRATEGY


def create(*, actor: Any, space: Space, **values: Any) -> Kpi:
    """“Off track” lies further from what is good than “at risk”."""
    _check(None, values)
    if values.get("computed_from"):
        values["measured_as"] = actor
    return writing.create(Kpi, actor=actor, permission=_DO, verb="kpi.created", space=space, **values)


def change(*, actor: Any, kpi: Kpi, version: int | None, **values: Any) -> Kpi:
    """What was measured keeps its meaning: the unit stays once there is a measurement. Who has Tandem measure it lends it
    their eyes."""
    require(actor, _DO, kpi.space_id)
    if values.get("unit", kpi.unit) != kpi.unit and (kpi.measurements.exists() or kpi.key_results.exists()):
        raise Refused("measured_already", field="unit")
    _check(kpi, values)
    if values.get("computed_from", kpi.computed_from) != kpi.computed_from:
        values["measured_as"] = actor if values["computed_from"] else None
    return writing.change(kpi, actor=actor, permission=_DO, verb="kpi.changed", version=version, **values)


def remove(*, actor: Any, kpi: Kpi, version: int | None = None) -> None:
    """With its measurements; not while a key result takes its value from it."""
    require(actor, _DO, kpi.space_id)
    if count := kpi.key_results.count():
        raise Refused("kpi_in_use", count=count)
    writing.remove(kpi, actor=actor, permission=_DO, verb="kpi.removed", version=version)


_UNITS = {
    Kpi.Computed.PROMISES: Unit.PERCENT, Kpi.Computed.ALIGNED: Unit.PERCENT, Kpi.Computed.CYCLE_TIME: Unit.NUMBER,
    Kpi.Computed.THROUGHPUT: Unit.NUMBER,
}  # fmt: skip


def _check(row: Kpi | None, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    computed = one("computed_from")
    if computed and one("unit") not in (None, _UNITS[computed]):
        raise Refused("unit_of_own_figure", field="unit")
    risk, off = one("risk_beyond"), one("off_beyond")
    falls = one("direction") == Kpi.Direction.DOWN
    if risk is not None and off is not None and (off < risk if falls else off > risk):
        raise Refused("thresholds_out_of_order", field="off_beyond")
