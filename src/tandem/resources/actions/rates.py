"""Rates by job role or person, from a day on. Never written over, and their amounts in no event."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.resources.models import JobRole, Rate

_SEE, _DO = Permission.SEE_RATES, Permission.MANAGE_RESOURCES
_CURRENCY = re.compile(r"[A-Z]{3}")


def create(
    *, actor: Any, space: Space, valid_from: date, cost: Decimal, currency: str, bill: Decimal | None = None,
    job_role: JobRole | None = None, person: User | None = None,
) -> Rate:  # fmt: skip
    """Of one role or of one person. A rate from the same day takes the place of the former, which stays on record."""
    _require(actor, space.pk)
    if (job_role is None) == (person is None):
        raise Refused("rate_of_one", field="job_role")
    if not _CURRENCY.fullmatch(currency):
        raise Refused("currency_malformed", field="currency", currency=currency)
    row = Rate(
        space=space, job_role=job_role, person=person, valid_from=valid_from, cost=_money(cost, "cost"), currency=currency, set_by=actor,
        bill=None if bill is None else _money(bill, "bill"),
    )  # fmt: skip
    row.full_clean(validate_unique=False, validate_constraints=False)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).only("pk").get(pk=space.pk)
        rows = Rate.objects.in_force().filter(space=space, job_role=job_role, person=person, valid_from=valid_from)
        former = rows.first()
        if former is not None:
            former.write(expected=None, ended_at=clock.now())
        row.save(force_insert=True)
        about = {"job_role": [None, job_role], "person": [None, person], "valid_from": [None, valid_from], "currency": [None, currency]}
        shown = {name: pair for name, pair in about.items() if pair[1] is not None}
        record("rate.replaced" if former else "rate.created", row, actor=actor, changes=shown)
    return row


def remove(*, actor: Any, rate: Rate, version: int | None = None) -> None:
    """It no longer counts; the row stays, for what was counted with it."""
    _require(actor, rate.space_id)
    if rate.ended_at is not None:
        raise Refused("rate_ended")
    with transaction.atomic():
        rate.write(expected=version, ended_at=clock.now())
        record("rate.removed", rate, actor=actor, changes={"valid_from": [rate.valid_from, None]})


def _require(actor: Any, space_id: int) -> None:
    require(actor, _SEE, space_id)
    require(actor, _DO, space_id)


def _money(value: Decimal, field: str) -> Decimal:
    """To the cent, not below nothing."""
    exact = Decimal(value)
    if not exact.is_finite() or exact < 0 or exact >= Decimal(10) ** 10 or exact != exact.quantize(Decimal("0.01")):
        raise Refused("rate_malformed", field=field)
    return exact.quantize(Decimal("0.01"))
