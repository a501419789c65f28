"""The steps of the matrix and of the escalation, and what is set aside."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.governance.models import Issue, RiskReserve, RiskScale
from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio.actions.benefits import currency_of

_DO = Permission.EDIT_PLAN
_MOST = {"probabilities": 100, "days": 5_000, "money": 10**11}


def set_scale(*, actor: Any, space: Space, version: int | None = None, **values: Any) -> RiskScale:
    """For a space and everything below it that has no scale of its own. The borders rise."""
    require(actor, _DO, space.pk)
    _check(values)
    with transaction.atomic():
        row = RiskScale.objects.select_for_update().filter(space=space).first()
        if row is None:
            values.setdefault("currency", currency_of(space))
            return writing.create(RiskScale, actor=actor, permission=_DO, verb="risk_scale.created", space=space, **values)
        return writing.change(row, actor=actor, permission=_DO, verb="risk_scale.changed", version=version, **values)


def drop_scale(*, actor: Any, risk_scale: RiskScale, version: int | None = None) -> None:
    """What holds above holds here again."""
    writing.remove(risk_scale, actor=actor, permission=_DO, verb="risk_scale.removed", version=version)


def set_reserve(*, actor: Any, space: Space, money: int = 0, days: Decimal = Decimal(0), note: str = "", currency: str = "") -> RiskReserve:
    """It stands until the next one. The same again is not written down twice."""
    require(actor, _DO, space.pk)
    if not 0 <= money <= _MOST["money"] or not 0 <= days <= _MOST["days"]:
        raise Refused("reserve_bounds", field="money")
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        last = RiskReserve.objects.filter(space=space).first()
        values = {"money": money, "days": days, "currency": currency or currency_of(space)}
        note = note.strip()[:500]
        if last is not None and all(getattr(last, name) == value for name, value in values.items()) and note in ("", last.note):
            return last
        row = RiskReserve(space=space, note=note, set_by=actor, **values)
        row.full_clean(validate_constraints=False)
        row.save(force_insert=True)
        shown = {name: [getattr(last, name) if last else None, value] for name, value in values.items() if last is None or getattr(last, name) != value}
        record("risk_reserve.set", row, actor=actor, changes=shown, text={"note": [None, row.note]} if row.note else {})
    return row


def _check(values: dict[str, Any]) -> None:
    for name, most in _MOST.items():
        if name not in values:
            continue
        borders = values[name]
        is_read = isinstance(borders, list | tuple) and len(borders) == RiskScale.STEPS - 1
        if not is_read or any(isinstance(one, bool) or not isinstance(one, int | float) or not 0 < one <= most for one in borders):
            raise Refused("scale_borders", field=name)
        if list(borders) != sorted(set(borders)):
            raise Refused("scale_borders", field=name)
        values[name] = list(borders)
    medium, high = values.get("medium_from"), values.get("high_from")
    if medium is not None and high is not None and not 1 < medium < high <= RiskScale.STEPS**2:
        raise Refused("scale_grades", field="high_from")
    silence = values.get("silence")
    if silence is not None and (set(silence) != set(Issue.Severity.values) or not all(isinstance(n, int) and 1 <= n <= 365 for n in silence.values())):
        raise Refused("scale_silence", field="silence")
