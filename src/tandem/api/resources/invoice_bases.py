"""Bases for invoices, for those who may see rates: made, read row by row, cancelled."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from tandem.api import generic
from tandem.api.generic import NO, Noun
from tandem.api.shapes import OPTIONAL, Body, Day, Reference, body, words
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.resources.actions import invoice_bases
from tandem.resources.models import InvoiceBasis, InvoiceRow

router = Router(tags=["resources"])
NOUN = Noun(
    path="invoice-bases", model=InvoiceBasis, word="invoice_basis",
    shows="id space_id number first_on last_on currency total made_by_id cancelled_at reason version created_at", filters="space_id currency",
)  # fmt: skip


def _make(*, actor: Any, space: Space, cost_line_ids: list[int] | None = None, **values: Any) -> InvoiceBasis:
    return invoice_bases.make(actor=actor, space=space, cost_lines=cost_line_ids or (), **values)


class Cancellation(Body):
    reason: words(300, 1)  # type: ignore[valid-type]


generic.reads(router, NOUN)
generic.creates(
    router, NOUN,
    body("InvoiceBasisCreate", InvoiceBasis, "currency", space_id=Reference(Space, "space"), first_on=Day, last_on=Day, cost_line_ids=(list[Id], Field([], max_length=500))),
    _make,
)  # fmt: skip
generic.acts(router, NOUN, "cancellations", Cancellation, invoice_bases.cancel)


class InvoicedRow(BaseModel):
    """A time entry or a cost as it was when the run was made; amounts are text with two decimals. `bill` is for an hour; `exchange`
    makes `amount` the `total` in the currency of the run."""

    id: int
    day: str
    time_entry_id: int | None
    cost_line_id: int | None
    person_id: int | None
    job_role_id: int | None
    minutes: int | None
    bill: str | None
    currency: str
    amount: str
    exchange: str
    total: str


class InvoicedRows(BaseModel):
    items: list[InvoicedRow]
    next: int | None


class RowsAsked(Body):
    after: Id | None = OPTIONAL
    limit: int = Field(50, ge=1, le=500)


@router.get("/{id}/rows/", response={200: InvoicedRows, **NO}, operation_id="invoice_bases_rows_list")
def rows(request: HttpRequest, id: Path[Id], window: Query[RowsAsked]) -> HttpResponse:
    """The source rows of a run, by their number."""
    generic.refuse_unknown(request, window)
    user: Any = request.auth  # type: ignore[attr-defined]
    basis = NOUN.row(user, id)
    found = list(InvoiceRow.objects.filter(basis=basis, pk__gt=window.after or 0).order_by("pk")[: window.limit + 1])  # house: reads — of a run that was found for the asker
    shown = [
        InvoicedRow(
            id=one.pk, day=one.day.isoformat(), time_entry_id=one.entry_id, cost_line_id=one.cost_line_id, person_id=one.person_id, job_role_id=one.job_role_id, minutes=one.minutes,
            bill=None if one.bill is None else str(one.bill), currency=one.currency, amount=str(one.amount), exchange=str(one.exchange), total=str(one.total),
        )
        for one in found[: window.limit]
    ]  # fmt: skip
    return generic.send(InvoicedRows(items=shown, next=shown[-1].id if len(found) > window.limit else None).model_dump())
