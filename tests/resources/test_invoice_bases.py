"""What is to be invoiced: approved time at its bill rate, once, to the cent, for who may see rates."""

import io
from datetime import date
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from openpyxl import load_workbook

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio.actions import cost_lines, exchange_rates
from tandem.resources import invoicing
from tandem.resources.actions import invoice_bases, rates, time_sheets
from tandem.resources.models import InvoiceBasis, InvoiceRow
from tandem.work.actions import relocations, time_entries, work_items
from tandem.work.models import TimeEntry, WorkItem
from tests import make

pytestmark = pytest.mark.django_db
FIRST, LAST, DAY = date(2026, 2, 1), date(2026, 2, 28), date(2026, 2, 3)


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project)


def price(world, bill, day=date(2026, 1, 1), currency="EUR", **of):
    return rates.create(actor=world.alma, space=world.root, valid_from=day, cost=D(50), bill=None if bill is None else D(bill), currency=currency, **of)


def log(world, item, person, minutes, day=DAY):
    return time_entries.log(actor=world.boris, item=item, user=person, minutes=minutes, day=day, note="=Berth")


def approve(world, person, *days):
    for day in days or (DAY,):
        sheet = time_sheets.open_week(actor=person, person=person, week=day)
        time_sheets.submit(actor=person, time_sheet=sheet)
        time_sheets.decide(actor=world.alma, time_sheet=sheet, version=None, is_approved=True)


def run(world, actor=None, currency="EUR", **values):
    return invoice_bases.make(actor=actor or world.alma, space=world.project.space, first_on=FIRST, last_on=LAST, currency=currency, **values)


def test_only_approved_time_with_a_bill_rate_counts_and_the_rest_is_named(world, item):
    price(world, "120.10", person=world.mei)
    price(world, None, person=world.chen)
    log(world, item, world.mei, 7)
    log(world, item, world.mei, 60, date(2026, 2, 10))
    log(world, item, world.chen, 30)
    log(world, item, world.mei, 60, date(2026, 3, 3))
    approve(world, world.mei)
    approve(world, world.chen)
    found = invoicing.billable(world.alma, world.project.space, FIRST, LAST, "EUR")
    assert ([row.total for row in found.rows], found.waiting, found.unbilled, found.before) == ([D("14.01")], 60, 30, 0)


def test_the_rate_of_the_day_the_exchange_rate_of_the_day_and_a_sum_to_the_cent(world, item):
    price(world, "100", person=world.mei, currency="USD")
    price(world, "130.33", date(2026, 2, 10), person=world.mei, currency="USD")
    exchange_rates.create(actor=world.alma, currency="USD", on=date(2026, 1, 1), rate="0.9")
    exchange_rates.create(actor=world.alma, currency="USD", on=date(2026, 2, 9), rate="0.87654321")
    days = (DAY, date(2026, 2, 11), date(2026, 2, 12))
    for day in days:
        log(world, item, world.mei, 50, day)
    approve(world, world.mei, DAY, days[1])
    basis = run(world)
    rows = list(basis.rows.all())
    assert [(row.bill, row.amount, row.total) for row in rows] == [(D(100), D("83.33"), D("75.00")), (D("130.33"), D("108.61"), D("95.20")), (D("130.33"), D("108.61"), D("95.20"))]
    assert basis.total == sum(row.total for row in rows) == D("265.40")
    with pytest.raises(Refused, match="exchange_rate_missing"):
        invoice_bases.cancel(actor=world.alma, invoice_basis=basis, version=None, reason="Wrong currency")
        run(world, currency="CNY")


def test_nothing_twice_until_it_is_cancelled(world, item):
    price(world, "60", person=world.mei)
    entry = log(world, item, world.mei, 60)
    line = cost_lines.create(actor=world.alma, space=world.project.space, title="Flight", kind="travel", month=FIRST, actual=D("310.45"))
    cost_lines.create(actor=world.alma, space=world.project.space, title="Ordered only", month=FIRST, committed=D(9))
    approve(world, world.mei)
    first = run(world, cost_lines=[line.pk])
    assert (first.number, first.total) == (1, D("370.45"))
    with pytest.raises(Refused, match="invoice_of_nothing"):
        run(world)
    with pytest.raises(Refused, match="invoice_cost_gone"):
        run(world, cost_lines=[line.pk])
    assert invoicing.billable(world.alma, world.project.space, FIRST, LAST, "EUR").before == 60
    with pytest.raises(IntegrityError), transaction.atomic():
        InvoiceRow.objects.create(basis=first, entry=entry, day=DAY, minutes=60, currency="EUR", amount=1, exchange=1, total=1)
    with pytest.raises(Refused):
        invoice_bases.cancel(actor=world.alma, invoice_basis=first, version=None, reason=" ")
    with pytest.raises(Stale):
        invoice_bases.cancel(actor=world.alma, invoice_basis=first, version=9, reason="Never sent")
    first.refresh_from_db()
    invoice_bases.cancel(actor=world.alma, invoice_basis=first, version=None, reason="Never sent")
    with pytest.raises(Refused, match="invoice_cancelled"):
        invoice_bases.cancel(actor=world.alma, invoice_basis=first, version=None, reason="Again")
    assert run(world, cost_lines=[line.pk]).number == 2 and first.rows.count() == 2, "the first stays on record"


def test_hours_of_a_week_that_was_reopened_are_not_invoiced_twice(world, item):
    """Set to nothing and written again, it is another entry of the same hours."""
    price(world, "60", person=world.mei)
    entry = log(world, item, world.mei, 60)
    approve(world, world.mei)
    first = run(world)
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=DAY)
    time_sheets.reopen(actor=world.alma, time_sheet=sheet, version=None, reason="A mistake")
    entry.refresh_from_db()
    time_entries.remove(actor=world.mei, entry=entry, version=None)
    log(world, item, world.mei, 60)
    approve(world, world.mei)
    assert invoicing.billable(world.alma, world.project.space, FIRST, LAST, "EUR").before == 60
    with pytest.raises(Refused, match="invoice_to_cancel_first") as refused:
        run(world)
    assert refused.value.params == {"numbers": "POR 1"} and InvoiceBasis.objects.count() == 1
    invoice_bases.cancel(actor=world.alma, invoice_basis=first, version=None, reason="Reopened")
    again = run(world)
    assert (again.number, again.total, again.rows.count()) == (2, D("60.00"), 1)


def test_a_cost_that_was_corrected_after_it_was_invoiced_is_named(world):
    lines = [cost_lines.create(actor=world.alma, space=world.project.space, title=title, kind="travel", month=FIRST, actual=D(100)) for title in ("Flight", "Hotel", "Train")]
    basis = run(world, cost_lines=[line.pk for line in lines])
    rows = InvoiceRow.objects.filter(basis=basis)
    assert not invoicing.changed_since(rows).exists()
    cost_lines.change(actor=world.alma, cost_line=lines[0], version=None, actual=D("100.01"))
    cost_lines.change(actor=world.alma, cost_line=lines[1], version=None, currency="CNY")
    assert {row.cost_line_id for row in invoicing.changed_since(rows)} == {lines[0].pk, lines[1].pk}
    cost_lines.change(actor=world.alma, cost_line=lines[2], version=None, actual=None)
    assert invoicing.changed_since(rows).count() == 3, "nothing came is another amount as well"


def test_who_may_not_see_rates_finds_nothing(world, item, signed_in):
    price(world, "61.23", person=world.mei)
    log(world, item, world.mei, 60)
    approve(world, world.mei)
    for person, wrong in ((world.boris, Denied), (world.mei, Denied), (world.dana, Hidden)):
        with pytest.raises(wrong):
            run(world, actor=person)
    basis = run(world)
    for person in (world.boris, world.mei, world.dana):
        client = signed_in(person)
        for name in ("invoice_basis", "invoice_basis_csv", "invoice_basis_xlsx"):
            assert client.get(reverse(name, kwargs={"id": basis.pk})).status_code == 404
        assert client.post(reverse("invoice_basis_cancellations", kwargs={"id": basis.pk}), {"reason": "x"}).status_code == 404
        assert client.get(reverse("invoicing"), {"in": "POR"}).status_code == (404 if person == world.dana else 403)
        assert "61.23" not in client.get(reverse("invoicing")).text
    assert not InvoiceBasis.objects.visible_to(world.boris).exists()
    event = Event.objects.get(verb="invoice_basis.made")
    assert "61.23" not in str(event.changes), "no amount in the history"


def test_a_rate_that_the_maker_may_not_see_bills_nothing(world, item):
    """Who sees rates only in the project is not told those of the organisation by an invoice."""
    price(world, "61.23", person=world.mei)
    log(world, item, world.mei, 60)
    approve(world, world.mei)
    nora = make.user(actor=world.admin, name="Nora", role=Role.PORTFOLIO_MANAGER, space=world.project.space)
    found = invoicing.billable(nora, world.project.space, FIRST, LAST, "EUR")
    assert (found.rows, found.unbilled) == ([], 60)


def test_a_run_with_a_rate_that_the_reader_may_not_see_is_hidden_from_them(world, item, signed_in):
    """Made by who sees the rates of the organisation; read by who sees only those of the project."""
    price(world, "61.23", person=world.mei)
    rates.create(actor=world.alma, space=world.project.space, valid_from=date(2026, 1, 1), cost=D(50), bill=D("44.44"), currency="EUR", person=world.chen)
    for person in (world.mei, world.chen):
        log(world, item, person, 60)
    approve(world, world.chen)
    own = run(world)
    approve(world, world.mei)
    higher = run(world)
    nora = make.user(actor=world.admin, name="Nora", role=Role.PORTFOLIO_MANAGER, space=world.project.space)
    assert list(InvoiceBasis.objects.visible_to(nora)) == [own] and set(InvoiceBasis.objects.visible_to(world.alma)) == {own, higher}
    assert [one.is_seen_by(nora) for one in (own, higher)] == [True, False] and higher.is_seen_by(world.alma)
    client = signed_in(nora)
    for name in ("invoice_basis", "invoice_basis_csv", "invoice_basis_xlsx"):
        assert [client.get(reverse(name, kwargs={"id": one.pk})).status_code for one in (own, higher)] == [200, 404]
    assert client.post(reverse("invoice_basis_cancellations", kwargs={"id": higher.pk}), {"reason": "x"}).status_code == 404
    shown = client.get(reverse("invoicing"), {"in": "POR"}).text
    assert "44.44" in shown and "61.23" not in shown
    for one, status in ((own, 200), (higher, 404)):
        assert client.get(f"/api/v1/invoice-bases/{one.pk}/rows/").status_code == status


def test_of_an_item_that_went_to_another_project_nothing_is_shown(world, item, signed_in):
    price(world, "61.23", person=world.mei)
    log(world, item, world.mei, 60)
    approve(world, world.mei)
    basis = run(world)
    secret = make.project(actor=world.alma, name="Secret", key="SEC", parent=world.root)
    rows = InvoiceRow.objects.filter(basis=basis)
    assert not invoicing.changed_since(rows).exists()
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=DAY)
    time_sheets.reopen(actor=world.alma, time_sheet=sheet, version=None, reason="Another project")
    moved = relocations.relocate(actor=world.alma, item=WorkItem.objects.get(pk=item.pk), version=None, space=secret.space)
    work_items.change(actor=world.alma, item=moved, version=None, title="Berth nine")
    TimeEntry.objects.filter(item=moved).update(note="Only there")
    client = signed_in(world.alma)
    shown = client.get(reverse("invoice_basis", kwargs={"id": basis.pk})).text
    text = b"".join(client.get(reverse("invoice_basis_csv", kwargs={"id": basis.pk})).streaming_content).decode()
    assert "61.23" in shown and "61.23" in text and "1 entry was changed" in shown
    for told in (shown, text):
        assert not any(word in told for word in (moved.key, "Berth nine", "Only there"))


def test_page_run_and_files(world, item, signed_in):
    price(world, "61.23", person=world.mei)
    entry = log(world, item, world.mei, 60)
    line = cost_lines.create(actor=world.alma, space=world.project.space, title="=Flight", kind="travel", month=FIRST, actual=D("310.45"))
    approve(world, world.mei)
    client, where = signed_in(world.alma), {"in": "POR", "from": "2026-02-01", "to": "2026-02-28"}
    page = client.get(reverse("invoicing"), where).text
    assert "61.23" in page and "=Flight" in page and "Mei Lin" in page
    answer = client.post(reverse("invoice_runs"), where | {"currency": "EUR", "cost": [line.pk]})
    basis = InvoiceBasis.objects.get()
    assert answer.status_code == 302 and basis.total == D("371.68")
    shown = client.get(reverse("invoice_basis", kwargs={"id": basis.pk})).text
    assert "371.68" in shown and item.key in shown
    text = b"".join(client.get(reverse("invoice_basis_csv", kwargs={"id": basis.pk})).streaming_content).decode()
    assert "61.23" in text and "371.68" in text and "'=Berth" in text and "'=Flight" in text
    book = load_workbook(io.BytesIO(b"".join(client.get(reverse("invoice_basis_xlsx", kwargs={"id": basis.pk})).streaming_content))).active
    rows = list(book.iter_rows(values_only=True))
    assert [row[10] for row in rows[1:]] == [310.45, 61.23, 371.68] and all(cell.data_type != "f" for row in book.iter_rows() for cell in row)
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=DAY)
    time_sheets.reopen(actor=world.alma, time_sheet=sheet, version=None, reason="A mistake")
    entry.refresh_from_db()
    time_entries.change(actor=world.mei, entry=entry, version=None, minutes=90)
    assert "1 entry was changed" in client.get(reverse("invoice_basis", kwargs={"id": basis.pk})).text
    for wrong in ({"to": "2026-01-01"}, {"currency": "XXX"}, {"to": "2030-01-01"}):
        assert client.get(reverse("invoicing"), where | wrong).status_code == 200
        assert client.post(reverse("invoice_runs"), where | {"currency": "EUR"} | wrong).status_code in (302, 422)
    assert InvoiceBasis.objects.count() == 1
    client.post(reverse("invoice_basis_cancellations", kwargs={"id": basis.pk}), {"reason": "Never sent", "version": basis.version})
    assert "Never sent" in client.get(reverse("invoice_basis", kwargs={"id": basis.pk})).text


def test_a_refusal_names_no_run_that_the_asker_does_not_see(world, item):
    """Nora sees the rates of the project, not that of the organisation in the run that has to be cancelled first."""
    price(world, "61.23", person=world.mei)
    entry = log(world, item, world.mei, 60)
    approve(world, world.mei)
    hidden = run(world)
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=DAY)
    time_sheets.reopen(actor=world.alma, time_sheet=sheet, version=None, reason="A mistake")
    time_entries.change(actor=world.mei, entry=TimeEntry.objects.get(pk=entry.pk), version=None, minutes=45)
    approve(world, world.mei)
    nora = make.user(actor=world.admin, name="Nora", role=Role.PORTFOLIO_MANAGER, space=world.project.space)
    with pytest.raises(Refused) as refused:
        run(world, actor=nora)
    assert refused.value.code == "invoice_to_cancel_first_unseen" and str(hidden.number) not in str(refused.value.params)
    with pytest.raises(Refused) as told:
        run(world)
    assert told.value.code == "invoice_to_cancel_first" and told.value.params["numbers"] == f"POR {hidden.number}"
