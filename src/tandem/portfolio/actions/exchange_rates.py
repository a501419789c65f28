"""What other currencies are worth, and in what the organisation counts."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.portfolio.models import Counting, ExchangeRate

_DO = Permission.EDIT_PORTFOLIO


def create(*, actor: Any, currency: str, on: date, rate: Decimal, source_name: str = "", space: Space | None = None) -> ExchangeRate:
    """From a day on. Said again for the same day it is corrected; what it was stays in the history."""
    root = _root(actor)
    if currency == currencies.counting().currency:
        raise Refused("exchange_rate_of_own", field="currency", currency=currency)
    exact = _rate(rate)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).only("pk").get(pk=root.pk)
        row = ExchangeRate.objects.filter(space=root, currency=currency, on=on).first()
        if row is not None:
            return change(actor=actor, exchange_rate=row, version=None, rate=exact, source_name=source_name)
        return writing.create(
            ExchangeRate, actor=actor, permission=_DO, verb="exchange_rate.created", space=root, currency=currency, on=on, rate=exact, source_name=source_name
        )


def change(*, actor: Any, exchange_rate: ExchangeRate, version: int | None, **values: Any) -> ExchangeRate:
    """A correction. What was transferred by it before stays as it was."""
    if set(values) - {"rate", "source_name"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"rate", "source_name"})))
    _root(actor)
    if "rate" in values:
        values["rate"] = _rate(values["rate"])
    return writing.change(exchange_rate, actor=actor, permission=_DO, verb="exchange_rate.changed", version=version, **values)


def remove(*, actor: Any, exchange_rate: ExchangeRate, version: int | None = None) -> None:
    """The one before holds again."""
    _root(actor)
    writing.remove(exchange_rate, actor=actor, permission=_DO, verb="exchange_rate.removed", version=version)


def count_in(*, actor: Any, currency: str, first_month: int) -> Counting:
    """The currency and the fiscal year of the organisation. While there are rates against it, the currency stays."""
    root = _root(actor)
    values = {"currency": currency, "first_month": first_month}
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).only("pk").get(pk=root.pk)
        row = Counting.objects.filter(space=root).first()
        if currency != (row or Counting()).currency and ExchangeRate.objects.exists():
            raise Refused("rates_against_currency", field="currency")
        if row is None:
            return writing.create(Counting, actor=actor, permission=_DO, verb="counting.changed", space=root, **values)
        return writing.change(row, actor=actor, permission=_DO, verb="counting.changed", version=None, **values)


def _root(actor: Any) -> Space:
    root = Space.objects.get(parent=None)
    require(actor, _DO, root.pk)
    return root


def _rate(value: Decimal) -> Decimal:
    exact = Decimal(value)
    if not exact.is_finite() or not Decimal("0.00000001") <= exact <= Decimal(10) ** 9:
        raise Refused("exchange_rate_unreadable", field="rate")
    return exact.quantize(Decimal("0.00000001"))
