"""The KPI register and what was measured."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.strategy.actions import kpis, measurements
from tandem.strategy.models import Kpi, Measurement

router = Router(tags=["strategy"])
_FIELDS = "name definition formula unit unit_name direction owner cadence_days target risk_beyond off_beyond computed_from"

NOUN = Noun(
    path="kpis",
    model=Kpi,
    word="kpi",
    shows=(
        "id space_id name definition formula unit unit_name direction owner_id cadence_days target risk_beyond off_beyond"
        " computed_from measured_as_id version created_at"
    ),
    filters="space_id owner_id direction",
)
MEASUREMENTS = Noun(
    path="measurements",
    model=Measurement,
    word="measurement",
    shows="id space_id kpi_id on value note way taken_by_id version created_at",
    filters="kpi_id",
)


def _take(*, actor: Any, kpi: Kpi, **values: Any) -> Measurement:
    return measurements.take(actor=actor, kpi=kpi, way=Measurement.Way.API, **values)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("KpiCreate", Kpi, f"space {_FIELDS}"), kpis.create)
generic.changes(router, NOUN, body("KpiChange", Kpi, _FIELDS, partial=True), kpis.change)
generic.removes(router, NOUN, kpis.remove)
generic.parts(
    router, NOUN, "measurements", MEASUREMENTS, lambda user, row: MEASUREMENTS.of(user).filter(kpi=row)
)
generic.adds(
    router, NOUN, "measurements", body("MeasurementCreate", Measurement, "on value note"), _take, gives=MEASUREMENTS
)

measured = Router(tags=["strategy"])
generic.reads(measured, MEASUREMENTS, history=False)
generic.removes(measured, MEASUREMENTS, measurements.remove)
