"""Taking measurements of a KPI: one value for each day, taken again it is corrected, the same again changes nothing."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may, require
from tandem.strategy.models import Kpi, Measurement, Unit
from tandem.strategy.models.unit import NO, YES

MOST_AT_ONCE = 5000


class Taken(NamedTuple):
    on: date
    value: Decimal
    note: str = ""


class Outcome(NamedTuple):
    """How many were new, corrected, and there already."""

    new: int
    corrected: int
    same: int


def may_measure(user: Any, kpi: Kpi) -> bool:
    """Whoever keeps the register there, and the owner of the KPI."""
    is_owner = kpi.owner_id == user.pk and may(user, Permission.COMMENT, kpi.space_id)
    return is_owner or may(user, Permission.EDIT_STRATEGY, kpi.space_id)


def take(
    *, actor: Any, kpi: Kpi, on: date, value: Decimal, note: str = "", way: str = Measurement.Way.HAND
) -> Measurement:
    take_many(actor=actor, kpi=kpi, rows=[Taken(on, value, note)], way=way)
    return Measurement.objects.get(kpi=kpi, on=on)


def take_many(*, actor: Any, kpi: Kpi, rows: Iterable[Taken], way: str) -> Outcome:
    """All or none. Of several for one day the last one holds."""
    _require(actor, kpi)
    if kpi.is_computed and way != Measurement.Way.OWN:
        raise Refused("kpi_measured_by_tandem")
    wanted = {row.on: row for row in rows}
    if len(wanted) > MOST_AT_ONCE:
        raise Refused("measurements_too_many", most=MOST_AT_ONCE)
    for row in wanted.values():
        _check(kpi, row)
    with transaction.atomic():
        Kpi.objects.select_for_update().get(pk=kpi.pk)
        present = {m.on: m for m in Measurement.objects.filter(kpi=kpi, on__in=list(wanted))}
        made, events, corrected = [], [], 0
        for on, row in sorted(wanted.items()):
            old = present.get(on)
            if old is None:
                made.append(Measurement(space_id=kpi.space_id, kpi=kpi, on=on, value=row.value, note=row.note, way=way, taken_by=actor))
            elif (old.value, old.note) != (row.value, row.note):
                corrected += 1
            else:
                continue
            events.append((kpi, {"on": [None, on], "value": [old and old.value, row.value]}, {}))
            if old:
                old.write(expected=None, value=row.value, note=row.note, way=way, taken_by=actor)
        Measurement.objects.bulk_create(made)
        if events:
            record_many("kpi.measured", events, actor=actor)
    return Outcome(len(made), corrected, len(wanted) - len(made) - corrected)


def remove(*, actor: Any, measurement: Measurement, version: int | None = None) -> None:
    """Taken on a wrong day: gone from the course, kept in the history of the KPI."""
    kpi = measurement.kpi
    _require(actor, kpi)
    with transaction.atomic():
        measurement.write(expected=version)
        record(
            "kpi.measurement_removed", kpi, actor=actor,
            changes={"on": [measurement.on, None], "value": [measurement.value, None]},
        )  # fmt: skip
        measurement.delete()


def _require(actor: Any, kpi: Kpi) -> None:
    require(actor, Permission.VIEW, kpi.space_id)
    if not may_measure(actor, kpi):
        raise Denied(Permission.EDIT_STRATEGY)


def _check(kpi: Kpi, row: Taken) -> None:
    if row.on > clock.today():
        raise Refused("day_in_future", field="on")
    if kpi.unit == Unit.YES_NO and row.value not in (NO, YES):
        raise Refused("yes_or_no", field="value")
