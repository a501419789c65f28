"""What a project costs, line by line: planned, ordered, paid, expected. Amounts are kept, but in no event."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.actions import budgets
from tandem.portfolio.models import CostLine, CostLineRecord, Portfolio
from tandem.portfolio.models.cost_line import AMOUNTS

_SEE, _DO = Permission.SEE_COSTS, Permission.EDIT_PLAN
_FIELDS = {"title", "kind", "treatment", "cost_centre", "supplier", "reference", "month", "currency", *AMOUNTS}
_CURRENCIES = frozenset(code for code, _name in Portfolio.CURRENCIES)
MOST = 5000
"Lines that one file brings."


class Outcome(NamedTuple):
    """How many were new, corrected, and there already."""

    new: int
    corrected: int
    same: int


def create(*, actor: Any, space: Space, **values: Any) -> CostLine:
    """Of a project, in the month it counts. What labour cost is computed from logged time, and never typed."""
    _require(actor, space)
    with transaction.atomic():
        budgets.hold(space)
        row = _made(actor, space, values)
        budgets.warn(actor=actor, space=space)
    return row


def change(*, actor: Any, cost_line: CostLine, version: int | None, **values: Any) -> CostLine:
    """What its amounts were before stays on record."""
    _require(actor, cost_line.space)
    values = _checked(values, cost_line)
    with transaction.atomic():
        budgets.hold(cost_line.space)
        if _written(actor, cost_line, version, values):
            budgets.warn(actor=actor, space=cost_line.space)
    return cost_line


def remove(*, actor: Any, cost_line: CostLine, version: int | None = None) -> None:
    """It counts no more, but is kept: `restore` brings it back."""
    _require(actor, cost_line.space)
    if cost_line.removed_at is not None:
        raise Refused("cost_line_removed")
    with transaction.atomic():
        budgets.hold(cost_line.space)
        cost_line.write(expected=version, removed_at=clock.now())
        record("cost_line.removed", cost_line, actor=actor)
        budgets.warn(actor=actor, space=cost_line.space)


def restore(*, actor: Any, cost_line: CostLine, version: int | None = None) -> CostLine:
    """It counts again."""
    _require(actor, cost_line.space)
    if cost_line.removed_at is None:
        return cost_line
    with transaction.atomic():
        budgets.hold(cost_line.space)
        cost_line.write(expected=version, removed_at=None)
        record("cost_line.restored", cost_line, actor=actor)
        budgets.warn(actor=actor, space=cost_line.space)
    return cost_line


def take_many(*, actor: Any, space: Space, rows: Iterable[dict[str, Any]]) -> Outcome:
    """All or none. A line with a reference corrects the one of the same reference and month; the same again changes nothing."""
    _require(actor, space)
    wanted = list(rows)
    if len(wanted) > MOST:
        raise Refused("cost_lines_too_many", most=MOST)
    new = corrected = 0
    with transaction.atomic():
        budgets.hold(space)
        present = {(one.reference, one.month): one for one in CostLine.objects.present().filter(space=space).exclude(reference="")}
        for values in wanted:
            key = (str(values.get("reference", "")).strip(), values["month"].replace(day=1))
            if key[0] and key in present:
                corrected += _written(actor, present[key], None, _checked(values, present[key]))
                continue
            row = _made(actor, space, values)
            new += 1
            if key[0]:
                present[key] = row
        budgets.warn(actor=actor, space=space)
    return Outcome(new, corrected, len(wanted) - new - corrected)


def checked(values: dict[str, Any]) -> dict[str, Any]:
    """As a line keeps them. Raises `Refused` for what no line can hold."""
    return _checked(values, None)


def follow_plan(
    *, actor: Any, space: Space, new: Sequence[dict[str, Any]], changed: Sequence[tuple[CostLine, dict[str, Any]]], gone: Sequence[CostLine], run: uuid.UUID
) -> list[CostLine]:
    """What an imported plan says, in one go: `checked` values. Returns the new lines, in their order."""
    _require(actor, space)
    with transaction.atomic():
        budgets.hold(space)
        made = CostLine.objects.bulk_create([CostLine(space=space, **values) for values in new], batch_size=500)
        CostLineRecord.objects.bulk_create([_amounts(actor, row) for row in made], batch_size=500)
        record_many("cost_line.created", ((row, _told(values), {}) for row, values in zip(made, new, strict=True)), actor=actor, run=run)
        for row, values in changed:
            _written(actor, row, None, values, run)
        for row in gone:
            row.write(expected=None, removed_at=clock.now())
        record_many("cost_line.removed", ((row, {}, {}) for row in gone), actor=actor, run=run)
        if made or changed or gone:
            budgets.warn(actor=actor, space=space)
    return made


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {f: [None, v] for f, v in values.items() if f not in AMOUNTS and v not in ("", None)}


def _made(actor: Any, space: Space, values: dict[str, Any]) -> CostLine:
    values = _checked(values, None)
    row = CostLine(space=space, **values)
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.save(force_insert=True)
    _keep(actor, row)
    record("cost_line.created", row, actor=actor, changes=_told(values))
    return row


def _written(actor: Any, row: CostLine, version: int | None, values: dict[str, Any], run: uuid.UUID | None = None) -> bool:
    """Writes what differs, with the amounts as they are since. Whether anything did."""
    if row.removed_at is not None:
        raise Refused("cost_line_removed")
    before = {f: getattr(row, f) for f in values}
    differing = {f: v for f, v in values.items() if before[f] != v}
    if not differing:
        return False
    for name, value in differing.items():
        setattr(row, name, value)
    row.full_clean(validate_unique=False, validate_constraints=False)
    row.write(expected=version, **differing)
    if differing.keys() & {*AMOUNTS, "currency", "month"}:
        _keep(actor, row)
    shown: dict[str, Any] = {f: [before[f], v] for f, v in differing.items() if f not in AMOUNTS}
    if amounts := sorted(differing.keys() & set(AMOUNTS)):
        shown["amounts"] = [None, amounts]
    record_many("cost_line.changed", [(row, shown, {})], actor=actor, run=run)
    return True


def _keep(actor: Any, row: CostLine) -> None:
    _amounts(actor, row).save(force_insert=True)


def _amounts(actor: Any, row: CostLine) -> CostLineRecord:
    amounts = {name: getattr(row, name) for name in AMOUNTS}
    return CostLineRecord(space_id=row.space_id, line=row, currency=row.currency, month=row.month, written_by=actor, **amounts)


def _require(actor: Any, space: Space) -> None:
    require(actor, _DO, space.pk)
    require(actor, _SEE, space.pk)
    if space.kind != SpaceKind.PROJECT:
        raise Refused("costs_of_projects", field="space")


def _checked(values: dict[str, Any], row: CostLine | None) -> dict[str, Any]:
    if unknown := set(values) - _FIELDS:
        raise Refused("field_unknown", fields=", ".join(sorted(unknown)))
    found = dict(values)
    for name in AMOUNTS:
        if found.get(name) is not None:
            found[name] = _amount(found[name], name)
        elif name in found and name in ("planned", "committed"):
            found[name] = Decimal(0)
    if "month" in found:
        if not isinstance(found["month"], date):
            raise Refused("date_unreadable", field="month")
        found["month"] = found["month"].replace(day=1)
    if "currency" in found and found["currency"] not in _CURRENCIES:
        raise Refused("currency_malformed", field="currency", currency=str(found["currency"])[:10])
    for name in ("title", "cost_centre", "supplier", "reference"):
        if name in found:
            found[name] = " ".join(str(found[name]).split())
    kind = found.get("kind", row.kind if row else CostLine.Kind.PURCHASE)
    actual = found.get("actual", row.actual if row else None)
    if kind == CostLine.Kind.LABOUR and actual is not None:
        raise Refused("labour_from_time", field="actual")
    return found


def _amount(value: Any, field: str) -> Decimal:
    """To the cent. Only what came may lie below zero: a credit."""
    exact = Decimal(value)
    fits = exact.is_finite() and abs(exact) < Decimal(10) ** 12 and exact == exact.quantize(Decimal("0.01"))
    if not fits or (exact < 0 and field != "actual"):
        raise Refused("money_unreadable", field=field, text=str(value)[:40])
    return exact.quantize(Decimal("0.01"))
