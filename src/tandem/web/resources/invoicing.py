"""What is to be invoiced of a project: what there is in a period and what is left out, the runs that were made, and each as a file."""

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.kit.errors import Denied
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Portfolio
from tandem.reports.queries import money as totals
from tandem.resources import invoicing as reads
from tandem.resources.actions import invoice_bases
from tandem.resources.models import InvoiceBasis, InvoiceRow
from tandem.web import charts, doors, downloads
from tandem.web.portfolio import money
from tandem.web.templating import day

SHOWN, RUNS = 200, 50


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """`in` (key of a project), `from`, `to` (last month unless said otherwise), `currency`."""
    user: Any = request.user
    spaces = Space.objects.visible_to(user).filter(kind=SpaceKind.PROJECT, id__among=spaces_where(user, Permission.SEE_RATES)).order_by("name", "id")
    space = _space(user, request.GET["in"]) if request.GET.get("in") else None
    first, last = _period(request.GET)
    currency = request.GET.get("currency", "") or totals.currency_of(space)
    context: dict[str, Any] = {
        "spaces": list(spaces.values_list("key", "name")[:500]), "space": space, "first": first, "last": last, "currency": currency,
        "currencies": Portfolio.CURRENCIES, "runs": _runs(user, space),
    }  # fmt: skip
    if space is not None and currency in dict(Portfolio.CURRENCIES) and first <= last and (last - first).days <= 366:
        found = reads.billable(user, space, first, last, currency)
        context |= {
            "found": found, "total": money.cents(found.total, currency), "hours": _hours(found.minutes), "groups": _groups(found.rows, currency), "may_make": may(user, Permission.EDIT_PLAN, space.pk),
            "left": _left(found), "costs": [(line, money.cents(line.actual, line.currency)) for line in found.costs],
        }  # fmt: skip
    elif space is not None:
        context["problem"] = _("The last day lies before the first, or more than a year after it.")
    return render(request, "resources/invoicing.html", context)


@login_required
@require_POST
def runs(request: HttpRequest) -> HttpResponse:
    """Makes a run: what the page says, and `cost` for each cost that is passed on."""
    space = _space(request.user, request.POST.get("in", ""))
    first, last = _period(request.POST)
    costs = [number for one in request.POST.getlist("cost") if (number := whole_number(one)) is not None]
    made = invoice_bases.make(actor=request.user, space=space, first_on=first, last_on=last, currency=request.POST.get("currency", ""), cost_lines=costs)
    return doors.go_to(request, reverse("invoice_basis", kwargs={"id": made.pk}), _("Made."))


def _space(user: Any, key: str) -> Space:
    space = doors.find(Space.objects.filter(kind=SpaceKind.PROJECT), user, key=key)
    if not may(user, Permission.SEE_RATES, space.pk):
        raise Denied(Permission.SEE_RATES)
    return space


def _period(asked: Any) -> tuple[date, date]:
    end = clock.today().replace(day=1) - timedelta(days=1)
    return _day(asked.get("from", ""), end.replace(day=1)), _day(asked.get("to", ""), end)


def _day(text: str, usual: date) -> date:
    try:
        found = parse_day(text)
    except ValueError:
        return usual
    return found if 2000 <= found.year < 2150 else usual


def _hours(minutes: int) -> str:
    return _("%(n)s h") % {"n": charts.number(round(minutes / 60, 2))}


def _groups(rows: Any, currency: str) -> list[dict[str, Any]]:
    """By person, job role and price; costs as one line each."""
    sums: dict[tuple[str, str, str], list[Any]] = defaultdict(lambda: [0, Decimal(0)])
    for row in rows:
        if row.cost_line_id:
            key = (row.cost_line.title, _("Cost"), "")
        else:
            key = (row.person.name, row.job_role.name if row.job_role else "", money.cents(row.bill, row.currency))
        sums[key][0] += row.minutes or 0
        sums[key][1] += row.total
    return [{"name": name, "role": role, "bill": bill or "–", "hours": _hours(minutes) if minutes else "–", "total": money.cents(total, currency)} for (name, role, bill), (minutes, total) in sorted(sums.items())]


def _left(found: reads.Billable) -> list[str]:
    said = []
    if found.waiting:
        said.append(_("%(hours)s wait for the approval of their week.") % {"hours": _hours(found.waiting)})
    if found.unbilled:
        said.append(_("%(hours)s have no bill rate that you may see, and are not billed.") % {"hours": _hours(found.unbilled)})
    if found.before:
        said.append(_("%(hours)s were invoiced before.") % {"hours": _hours(found.before)})
    if found.unknown:
        said.append(_("No exchange rate is known for %(currencies)s on that day.") % {"currencies": ", ".join(sorted(found.unknown))})
    return said


def _runs(user: Any, space: Space | None) -> list[dict[str, Any]]:
    rows = InvoiceBasis.objects.visible_to(user).select_related("space", "made_by")
    rows = rows.filter(space=space) if space else rows
    return [
        {"name": f"{row.space.key} {row.number}", "href": reverse("invoice_basis", kwargs={"id": row.pk}), "period": f"{day(row.first_on)} – {day(row.last_on)}", "total": money.cents(row.total, row.currency),
         "who": row.made_by.name, "at": row.created_at, "is_cancelled": row.cancelled_at is not None}
        for row in rows.order_by("-id")[:RUNS]
    ]  # fmt: skip


@login_required
def basis(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(InvoiceBasis.objects.select_related("space", "made_by"), request.user, pk=id)
    rows = _rows(row)
    context = {
        "row": row, "total": money.cents(row.total, row.currency), "groups": _groups(rows, row.currency), "lines": [_line(one, row) for one in rows[:SHOWN]], "more": max(0, len(rows) - SHOWN),
        "changed": reads.changed_since(InvoiceRow.objects.filter(basis=row)).count(),  # house: reads — of a run that is shown
        "may_cancel": row.cancelled_at is None and may(request.user, Permission.EDIT_PLAN, row.space_id), "back": reverse("invoicing") + "?" + urlencode({"in": row.space.key}),
    }  # fmt: skip
    return render(request, "resources/invoice_basis.html", context)


def _rows(row: InvoiceBasis) -> list[InvoiceRow]:
    found = InvoiceRow.objects.filter(basis=row).select_related("person", "job_role", "entry__item", "cost_line")  # house: reads — of a run that was found for the asker
    return list(found.order_by("day", "id"))


def _still_there(one: InvoiceRow, row: InvoiceBasis) -> Any:
    """The entry while it is of the project that was invoiced: where it went since, the reader may see nothing of it."""
    return one.entry if one.entry is not None and one.entry.space_id == row.space_id else None


def _line(one: InvoiceRow, row: InvoiceBasis) -> dict[str, Any]:
    entry = _still_there(one, row)
    item = entry.item if entry else None
    return {
        "day": day(one.day), "key": item.key if item else "", "title": item.title if item else one.cost_line.title if one.cost_line else "", "person": one.person.name if one.person else "–",
        "hours": _hours(one.minutes) if one.minutes else "–", "bill": money.cents(one.bill, one.currency) if one.bill is not None else "–", "total": money.cents(one.total, row.currency),
    }  # fmt: skip


@login_required
def export(request: HttpRequest, id: int, kind: str) -> HttpResponseBase:
    """Every source row, and below the sum. Amounts are numbers of two decimals."""
    row = doors.find(InvoiceBasis.objects.select_related("space"), request.user, pk=id)
    heads = [_("Date"), _("What"), _("Work item"), _("Person"), _("Job role"), _("Hours"), _("Billed for an hour"), _("Currency"), _("Amount"), _("Exchange rate"), _("Total in %(currency)s") % {"currency": row.currency}, _("Note")]
    lines = [
        [one.day, _("Labour") if one.entry else one.cost_line.title, entry.item.key if entry else "", one.person.name if one.person else "", one.job_role.name if one.job_role else "",
         (one.minutes or 0) / 60 if one.entry else None, _exact(one.bill, kind), one.currency, _exact(one.amount, kind), _exact(one.exchange.normalize(), kind), _exact(one.total, kind), (entry.note if entry else "") if one.entry else one.cost_line.reference]
        for one in _rows(row)
        for entry in (_still_there(one, row),)
    ]  # fmt: skip
    lines.append([None, _("Total"), "", "", "", None, None, "", None, None, _exact(row.total, kind), _("cancelled") if row.cancelled_at else ""])
    name = f"invoice-{row.space.key}-{row.number}"
    return downloads.xlsx(name, name, heads, lines) if kind == "xlsx" else downloads.csv(name, heads, lines, separator=request.GET.get("separator", ""))


def _exact(value: Decimal | None, kind: str) -> Any:
    """A number for a spreadsheet; in CSV its digits, which no rounding of ours changes."""
    return None if value is None else float(value) if kind == "xlsx" else f"{value:f}"


@login_required
@require_POST
def cancel(request: HttpRequest, id: int) -> HttpResponse:
    row = doors.find(InvoiceBasis.objects.select_related("space"), request.user, pk=id)
    invoice_bases.cancel(actor=request.user, invoice_basis=row, version=doors.version_in(request), reason=request.POST.get("reason", ""))
    return doors.go_to(request, reverse("invoice_basis", kwargs={"id": id}), _("Cancelled; its rows can be invoiced again."))


urls = [
    path("money/invoicing/", page, name="invoicing"), path("money/invoicing/runs/", runs, name="invoice_runs"), path("money/invoicing/<int:id>/", basis, name="invoice_basis"), path("money/invoicing/<int:id>/cancellations/", cancel, name="invoice_basis_cancellations"),
    path("money/invoicing/<int:id>/rows.csv", export, {"kind": "csv"}, name="invoice_basis_csv"), path("money/invoicing/<int:id>/rows.xlsx", export, {"kind": "xlsx"}, name="invoice_basis_xlsx"),
]  # fmt: skip
