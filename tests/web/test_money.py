"""The page of money, the list behind it, a pasted table, and who sees none of it."""

import re
from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from tandem.portfolio.models import Budget, BudgetEntry, CostLine
from tandem.web.portfolio import costs
from tests import make

pytestmark = pytest.mark.django_db
FEB = date(2026, 2, 1)


def page(client, url, status=200):
    answer = client.get(url)
    assert answer.status_code == status
    return answer.content.decode()


@pytest.fixture
def line(world):
    make.cost_line(actor=world.boris, project=world.project, title="Gate", month=date(2026, 1, 1), actual=D("250"))
    return make.cost_line(actor=world.boris, project=world.project, month=FEB, committed=D("800"), supplier="Kran AG")


def money(world):
    return f"{reverse('money')}?in={world.project.space.key}"


def test_the_page_says_how_it_stands_and_each_month_leads_to_its_lines(world, signed_in, line):
    make.budget(actor=world.alma, project=world.project, amount="1200")
    text = page(signed_in(world.boris), money(world))
    assert "€250 of €1.2 k was spent (21 %); €1.25 k is expected in all, €50 more than the budget." in text
    assert f"{reverse('cost_lines')}?in=POR&amp;month=2026-02" in text
    listed = page(signed_in(world.boris), f"{reverse('cost_lines')}?in=POR&month=2026-02")
    assert "Berth crane" in listed
    assert "Gate" not in listed
    assert "Portal" in page(signed_in(world.alma), reverse("money"))


def test_who_may_not_see_costs_finds_nothing_anywhere(world, signed_in, line):
    client = signed_in(world.mei)
    page(client, money(world), 403)
    assert "Berth crane" not in page(client, reverse("cost_lines"))
    assert "€" not in page(client, reverse("money"))
    page(client, reverse("cost_lines_detail", kwargs={"id": line.pk}), 404)
    assert f"{reverse('money')}?in=" not in page(client, reverse("projects_detail", kwargs={"id": world.project.pk}))
    assert "Berth crane" not in client.get(reverse("cost_lines_export")).getvalue().decode()


def test_a_line_shows_what_its_amounts_were_and_comes_back_when_removed(world, signed_in, line):
    client = signed_in(world.boris)
    url = reverse("cost_lines_edit", kwargs={"id": line.pk})
    sent = {"title": "Crane", "kind": "purchase", "treatment": "capex", "month": "2026-02", "currency": "EUR", "planned": "1500", "committed": "800", "version": line.version}
    assert client.post(url, sent).status_code == 302
    text = page(client, reverse("cost_lines_detail", kwargs={"id": line.pk}))
    assert "€1,500.00" in text
    assert "€1,000.00" in text
    line.refresh_from_db()
    client.post(reverse("cost_lines_removals", kwargs={"id": line.pk}), {"version": line.version})
    assert "counts nowhere" in page(client, reverse("cost_lines_detail", kwargs={"id": line.pk}))
    line.refresh_from_db()
    client.post(reverse("cost_line_restorations", kwargs={"id": line.pk}), {"version": line.version})
    assert CostLine.objects.present().filter(pk=line.pk).exists()


def test_a_pasted_table_is_shown_before_it_is_taken(world, signed_in):
    client, url = signed_in(world.boris), reverse("costs_paste", kwargs={"key": "POR"})
    text = "title\tmonth\tplanned\nFenders\t2026-02\t1,200.50"
    assert "€1,200.50" in client.post(url, {"text": text, "do": "look"}).content.decode()
    assert not CostLine.objects.exists()
    wrong = client.post(url, {"text": text + "\nBuoys\tsoon\t1", "do": "take"})
    assert wrong.status_code == 422
    assert "Line 3" in wrong.content.decode()
    assert not CostLine.objects.exists()
    assert client.post(url, {"text": text, "do": "take"}).status_code == 302
    assert CostLine.objects.get().planned == D("1200.50")


def test_what_is_left_of_the_budget_is_what_may_still_be_committed(world, signed_in, line):
    make.budget(actor=world.alma, project=world.project, amount="1200")
    assert "€150 left to commit" in page(signed_in(world.boris), money(world)), "800 are ordered, and 250 came that nobody had ordered"


def test_a_place_that_is_no_number_is_not_taken(world, signed_in):
    assert signed_in(world.boris).get(reverse("cost_lines_new"), {"home": "²"}).status_code == 200


def test_a_budget_is_approved_and_moved_in_the_browser(world, signed_in):
    client, depot = signed_in(world.alma), make.project(actor=world.alma, name="Depot")
    url = reverse("budget", kwargs={"key": "POR"})
    assert client.post(url, {"amount": "1000", "currency": "EUR", "note": "Board"}).status_code == 302
    stale = client.post(url, {"amount": "1", "note": "Board", "version": 99})
    assert stale.status_code == 422
    assert client.post(reverse("budget_transfers", kwargs={"key": "POR"}), {"to": depot.pk, "amount": "400", "note": "Gate"}).status_code == 302
    assert sorted(Budget.objects.values_list("amount", flat=True)) == [D(400), D(600)]
    text = page(client, money(world))
    assert "Given to another project" in text
    assert "Depot" in text
    assert BudgetEntry.objects.count() == 3
    assert signed_in(world.boris).post(url, {"amount": "1", "note": "Me"}).status_code == 403


def test_a_new_line_is_offered_only_where_its_costs_may_be_seen(world, signed_in, monkeypatch):
    make.project(actor=world.alma, name="Unseen")
    seen, client = world.project.space.pk, signed_in(world.alma)
    offered = re.compile(r'<select name="home".*?</select>', re.S)
    assert "Unseen" in offered.search(page(client, reverse("cost_lines_new")))[0]
    monkeypatch.setattr(costs, "spaces_where", lambda user, permission: frozenset({seen}))
    choices = offered.search(page(client, reverse("cost_lines_new")))[0]
    assert "Unseen" not in choices and f'value="{seen}"' in choices
