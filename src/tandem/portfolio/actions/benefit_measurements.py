"""Measuring a benefit: one value for each day, taken again it is corrected, the same again changes nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may, require
from tandem.portfolio.models import Benefit, BenefitMeasurement

_S = Benefit.State


def may_measure(user: Any, benefit: Benefit) -> bool:
    """Whoever works there, and the owner."""
    is_owner = benefit.owner_id == user.pk and may(user, Permission.COMMENT, benefit.space_id)
    return is_owner or may(user, Permission.EDIT_WORK, benefit.space_id)


def take(
    *, actor: Any, benefit: Benefit, on: date, value: Decimal, note: str = "", way: str = BenefitMeasurement.Way.HAND
) -> BenefitMeasurement:
    """With the first one it is being realised. What comes from a KPI is measured there."""
    _require(actor, benefit)
    if on > clock.today():
        raise Refused("day_in_future", field="on")
    with transaction.atomic():
        benefit = Benefit.objects.select_for_update(of=("self",)).get(pk=benefit.pk)
        if benefit.kpi_id is not None:
            raise Refused("benefit_from_kpi")
        if not benefit.is_open:
            raise Refused("benefit_closed", state=str(benefit.get_state_display()))
        row = BenefitMeasurement.objects.filter(benefit=benefit, on=on).first()
        if row and (row.value, row.note) == (value, note):
            return row
        shown: dict[str, Any] = {"on": [None, on], "value": [row and row.value, value]}
        if row:
            row.write(expected=None, value=value, note=note, way=way, taken_by=actor)
        else:
            row = BenefitMeasurement.objects.create(
                space_id=benefit.space_id, benefit=benefit, on=on, value=value, note=note, way=way, taken_by=actor
            )
        if benefit.state == _S.PLANNED:
            shown["state"] = [benefit.state, _S.REALISING]
            benefit.write(expected=None, state=_S.REALISING)
        record("benefit.measured", benefit, actor=actor, changes=shown)
    return row


def remove(*, actor: Any, benefit_measurement: BenefitMeasurement, version: int | None = None) -> None:
    """Taken for a wrong day: gone from the course, kept in the history of the benefit."""
    benefit = benefit_measurement.benefit
    _require(actor, benefit)
    with transaction.atomic():
        benefit_measurement.write(expected=version)
        changes = {"on": [benefit_measurement.on, None], "value": [benefit_measurement.value, None]}
        record("benefit.measurement_removed", benefit, actor=actor, changes=changes)
        benefit_measurement.delete()


def _require(actor: Any, benefit: Benefit) -> None:
    require(actor, Permission.VIEW, benefit.space_id)
    if not may_measure(actor, benefit):
        raise Denied(Permission.EDIT_WORK)
