"""Runs over what is to be invoiced of a project: made once, kept as they were, cancelled with a reason."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Portfolio
from tandem.resources import invoicing
from tandem.resources.models import InvoiceBasis, InvoiceRow

_SEE, _DO = Permission.SEE_RATES, Permission.EDIT_PLAN
_CURRENCIES = frozenset(code for code, _name in Portfolio.CURRENCIES)


def make(*, actor: Any, space: Space, first_on: date, last_on: date, currency: str, cost_lines: Collection[int] = ()) -> InvoiceBasis:
    """By who may see the rates and plan there. Approved time at its bill rate, and the named costs as they were paid; what stands in a
    run that was not cancelled is in no other."""
    _require(actor, space)
    if space.kind != SpaceKind.PROJECT:
        raise Refused("invoice_of_project", field="space")
    if last_on < first_on or (last_on - first_on).days > 366:
        raise Refused("invoice_period", field="last_on")
    if currency not in _CURRENCIES:
        raise Refused("choice_unknown", field="currency")
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)  # one run at a time finds the same rows once
        _refuse_changed(actor, space, first_on, last_on)
        found = invoicing.billable(actor, space, first_on, last_on, currency, cost_lines)
        if found.is_cut:
            raise Refused("invoice_too_long", most=invoicing.MOST)
        if set(cost_lines) - {line.pk for line in found.costs}:
            raise Refused("invoice_cost_gone", field="cost_lines")
        if found.unknown:
            raise Refused("exchange_rate_missing", currencies=", ".join(sorted(found.unknown)))
        if not found.rows:
            raise Refused("invoice_of_nothing")
        number = (InvoiceBasis.objects.filter(space=space).aggregate(last=Max("number"))["last"] or 0) + 1
        basis = InvoiceBasis(space=space, number=number, first_on=first_on, last_on=last_on, currency=currency, total=found.total, made_by=actor)
        basis.save(force_insert=True)
        for row in found.rows:
            row.basis = basis
        InvoiceRow.objects.bulk_create(found.rows, batch_size=1000)
        changes = {"number": [None, number], "first_on": [None, first_on], "last_on": [None, last_on], "currency": [None, currency]}
        record("invoice_basis.made", basis, actor=actor, changes=changes)
    return basis


def cancel(*, actor: Any, invoice_basis: InvoiceBasis, version: int | None, reason: str) -> InvoiceBasis:
    """It was not sent, or is sent anew: its rows may stand in another run."""
    _require(actor, invoice_basis.space)
    if not reason.strip():
        raise Refused("reason_needed", field="reason")
    with transaction.atomic():
        if invoice_basis.cancelled_at is not None:
            raise Refused("invoice_cancelled")
        invoice_basis.write(expected=version, cancelled_at=clock.now(), reason=reason.strip()[:300])
        InvoiceRow.objects.filter(basis=invoice_basis).update(is_standing=False)
        record("invoice_basis.cancelled", invoice_basis, actor=actor, text={"reason": [None, invoice_basis.reason]})
    return invoice_basis


def _refuse_changed(actor: Any, space: Space, first_on: date, last_on: date) -> None:
    """Time that was invoiced and written anew is another entry, which no constraint holds back: the run that has the former goes first.
    Of runs that the person does not see no number is told."""
    rows = InvoiceRow.objects.filter(basis__space=space, is_standing=True, day__range=(first_on, last_on))
    runs = set(invoicing.changed_since(rows).values_list("basis", flat=True))
    if not runs:
        return
    seen = InvoiceBasis.objects.visible_to(actor).filter(pk__in=runs).order_by("number").values_list("number", flat=True)
    if numbers := [f"{space.key} {number}" for number in seen]:
        raise Refused("invoice_to_cancel_first", numbers=", ".join(numbers))
    raise Refused("invoice_to_cancel_first_unseen")


def _require(actor: Any, space: Space) -> None:
    require(actor, _SEE, space.pk)
    require(actor, _DO, space.pk)
