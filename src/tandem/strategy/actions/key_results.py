"""Setting key results, and scoring them when their period is over."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.strategy.models import KeyResult, Kpi, Objective, Unit
from tandem.strategy.models.unit import NO, YES

_DO = Permission.EDIT_STRATEGY
_PERIOD = ("starts_on", "ends_on")


def create(*, actor: Any, objective: Objective, **values: Any) -> KeyResult:
    """It goes from one value to another within a period; without days of its own within its objective's."""
    require(actor, _DO, objective.space_id)
    if objective.state == Objective.State.CLOSED:
        raise Refused("objective_closed")
    for name in _PERIOD:
        values[name] = values.get(name) or getattr(objective, name)
    _check(actor, None, values)
    return writing.create(
        KeyResult, actor=actor, permission=_DO, verb="key_result.created", space=objective.space, objective=objective, **values
    )


def change(*, actor: Any, key_result: KeyResult, version: int | None, **values: Any) -> KeyResult:
    """Not after it was scored. What people said of it keeps its meaning: a unit stays once somebody checked in."""
    require(actor, _DO, key_result.space_id)
    for name in _PERIOD:
        if name in values:
            values[name] = values[name] or getattr(key_result.objective, name)
    if not key_result.is_open:
        raise Refused("key_result_scored")
    if values.get("unit", key_result.unit) != key_result.unit and key_result.check_ins.exists():
        raise Refused("unit_in_use", field="unit")
    _check(actor, key_result, values)
    return writing.change(key_result, actor=actor, permission=_DO, verb="key_result.changed", version=version, **values)


def remove(*, actor: Any, key_result: KeyResult, version: int | None = None) -> None:
    """With what was said of it; its history stays."""
    writing.remove(key_result, actor=actor, permission=_DO, verb="key_result.removed", version=version)


def score(
    *, actor: Any, key_result: KeyResult, version: int | None, score: Decimal, learned: str, on: date | None = None
) -> KeyResult:
    """From 0.0 to 1.0 with what was learned; once, until the score is taken back."""
    if not NO <= score <= YES or score != score.quantize(Decimal("0.1")):
        raise Refused("score_out_of_range", field="score")
    if not learned.strip():
        raise Refused("learned_missing", field="learned")
    if not key_result.is_open:
        raise Refused("key_result_scored")
    return writing.change(
        key_result, actor=actor, permission=_DO, verb="key_result.scored", version=version,
        score=score, learned=learned.strip(), scored_on=on or clock.today(),
    )  # fmt: skip


def reopen(*, actor: Any, key_result: KeyResult, version: int | None) -> KeyResult:
    """The score is taken back; what was learned stays until it is written anew."""
    require(actor, _DO, key_result.space_id)
    if key_result.is_open:
        raise Refused("not_scored")
    return writing.change(
        key_result, actor=actor, permission=_DO, verb="key_result.reopened", version=version, score=None, scored_on=None
    )


def carry(*, actor: Any, key_result: KeyResult, objective: Objective, start_value: Decimal) -> KeyResult:
    """Once more below another objective, in its period, from where it stands to the same target."""
    require(actor, _DO, objective.space_id)
    kept = {
        name: getattr(key_result, name)
        for name in ("title", "unit", "unit_name", "target_value", "source", "kpi", "owner", "cadence_days", "weight")
    }
    with transaction.atomic():
        row = KeyResult.objects.create(
            space=objective.space, objective=objective, start_value=start_value, carried_from=key_result,
            starts_on=objective.starts_on, ends_on=objective.ends_on, **kept,
        )  # fmt: skip
        record(
            "key_result.carried", row, actor=actor,
            changes={"carried_from": [None, key_result.pk], "start_value": [key_result.start_value, start_value]},
        )  # fmt: skip
    return row


def _check(actor: Any, row: KeyResult | None, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    if one("starts_on") >= one("ends_on"):
        raise Refused("period_reversed", field="ends_on")
    if one("start_value") == one("target_value"):
        raise Refused("key_result_flat", field="target_value")
    if one("unit") == Unit.YES_NO and {one("start_value"), one("target_value")} != {NO, YES}:
        raise Refused("yes_or_no", field="target_value")
    _check_source(actor, row, values, one("source") or KeyResult.Source.HAND, one("kpi"), one("unit"))


def _check_source(actor: Any, row: KeyResult | None, values: dict[str, Any], source: str, kpi: Kpi | None, unit: str) -> None:
    if source == KeyResult.Source.KPI:
        if kpi is None:
            raise Refused("kpi_missing", field="kpi")
        if row is None or row.kpi_id != kpi.pk:
            require(actor, Permission.VIEW, kpi.space_id)
        if kpi.unit != (unit or Unit.NUMBER):
            raise Refused("kpi_other_unit", field="kpi", unit=kpi.get_unit_display())
        return
    if kpi is not None:
        values["kpi"] = None
    if source == KeyResult.Source.WORK and unit != Unit.PERCENT:
        raise Refused("work_is_a_share", field="unit")
