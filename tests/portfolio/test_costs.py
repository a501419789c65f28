"""Costs and budgets: who may see and change them, what is refused, and that the parts always add up to the whole."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tandem.portfolio import cost_files, currencies
from tandem.portfolio.actions import budgets, cost_lines, exchange_rates, portfolios
from tandem.portfolio.models import Budget, BudgetEntry, CostLine, CostLineRecord
from tandem.reports.queries import money as reads
from tests import make

pytestmark = pytest.mark.django_db
FEB = date(2026, 2, 1)


@pytest.fixture
def line(world):
    return make.cost_line(actor=world.boris, project=world.project, month=FEB, committed=D("800"))


def change(line, actor, **values):
    return cost_lines.change(actor=actor, cost_line=line, version=line.version, **values)


def whole(user, space=None, currency="EUR"):
    return reads.money(user, reads.places(user, space), currency)


def test_what_the_amounts_were_stays_and_no_event_tells_them(world, line):
    change(line, world.boris, planned=D("1200.50"), forecast=D("1300"))
    kept = list(CostLineRecord.objects.filter(line=line).order_by("id").values_list("planned", "forecast", "written_by"))
    assert kept == [(D("1000"), None, world.boris.pk), (D("1200.50"), D("1300"), world.boris.pk)]
    told = str(list(Event.objects.of(line).values_list("changes", flat=True)))
    assert "amounts" in told
    assert "1200" not in told and "1300" not in told and "1000" not in told


def test_the_same_again_writes_nothing_and_a_stale_one_is_refused(world, line):
    seen = line.version
    change(line, world.boris, planned=D("1000.00"))
    assert line.version == seen
    change(line, world.boris, title="Crane")
    with pytest.raises(Stale):
        cost_lines.change(actor=world.boris, cost_line=CostLine.objects.get(pk=line.pk), version=seen, title="Other")


def test_a_member_sees_no_costs_and_cannot_write_any(world, line):
    assert not CostLine.objects.visible_to(world.mei).exists()
    assert not CostLineRecord.objects.visible_to(world.mei).exists()
    with pytest.raises(Denied):
        change(line, world.mei, title="Mine")
    with pytest.raises(Hidden):
        change(line, world.dana, title="Mine")
    executive = make.user(actor=world.admin, name="Eve", role=Role.EXECUTIVE)
    assert CostLine.objects.visible_to(executive).exists()
    with pytest.raises(Denied):
        change(line, executive, title="Mine")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"planned": D("1.005")}, "money_unreadable"), ({"planned": D(-1)}, "money_unreadable"), ({"planned": D("NaN")}, "money_unreadable"),
        ({"planned": D(10) ** 12}, "money_unreadable"), ({"kind": "labour", "actual": D(5)}, "labour_from_time"), ({"currency": "XXX"}, "currency_malformed"),
        ({"removed_at": None}, "field_unknown"),
    ],
)  # fmt: skip
def test_what_is_no_cost_is_refused(world, values, code):
    with pytest.raises(Refused, match=code):
        make.cost_line(actor=world.boris, project=world.project, **values)


def test_costs_stand_in_projects_only(world):
    with pytest.raises(Refused, match="costs_of_projects"):
        cost_lines.create(actor=world.alma, space=world.root, title="Crane", month=FEB)


def test_a_removed_line_counts_nowhere_and_comes_back(world, line):
    cost_lines.remove(actor=world.boris, cost_line=line)
    assert whole(world.boris).is_empty
    with pytest.raises(Refused, match="cost_line_removed"):
        change(line, world.boris, title="Crane")
    cost_lines.restore(actor=world.boris, cost_line=line)
    assert whole(world.boris).total.planned == 1000


def test_expected_is_the_forecast_else_what_came_else_the_larger_promise(world, line):
    assert whole(world.boris).total.outlook == 1000
    change(line, world.boris, committed=D(1100))
    assert whole(world.boris).total.outlook == 1100
    change(line, world.boris, actual=D(0))
    assert whole(world.boris).total.outlook == 0
    change(line, world.boris, forecast=D(900))
    assert whole(world.boris).total.outlook == 900


def test_each_step_of_a_budget_is_a_version_with_its_reason(world):
    make.budget(actor=world.alma, project=world.project, amount="1000")
    make.budget(actor=world.alma, project=world.project, amount="-250.25", note="No second berth")
    assert list(BudgetEntry.objects.order_by("number").values_list("number", "kind", "amount", "after")) == [
        (1, "approved", D(1000), D(1000)), (2, "reduced", D("-250.25"), D("749.75"))
    ]  # fmt: skip
    for values, code in (({"note": " "}, "budget_reason_missing"), ({"amount": "0"}, "money_unreadable"), ({"amount": "-800"}, "budget_below_nothing"), ({"currency": "USD"}, "budget_currency")):
        with pytest.raises(Refused, match=code):
            make.budget(actor=world.alma, project=world.project, **values)
    with pytest.raises(Denied):
        make.budget(actor=world.boris, project=world.project)


def test_a_budget_does_not_go_below_what_is_committed_without_a_reason_on_record(world, line):
    make.budget(actor=world.alma, project=world.project, amount="1000")
    with pytest.raises(Refused, match="budget_below_committed") as refused:
        make.budget(actor=world.alma, project=world.project, amount="-200.01")
    assert refused.value.params["committed"] == "800.00"
    entry = make.budget(actor=world.alma, project=world.project, amount="-200.01", override="The supplier gives way")
    assert (entry.after, entry.override) == (D("799.99"), "The supplier gives way")
    event = Event.objects.filter(verb="budget.entered").order_by("-id").first()
    assert event.changes["override_reason"] == [None, "The supplier gives way"]


def test_a_transfer_is_one_step_that_both_sides_show(world, line):
    other = make.project(actor=world.alma, name="Depot")
    make.budget(actor=world.alma, project=world.project, amount="1000")
    budget = Budget.objects.get()
    with pytest.raises(Refused, match="budget_below_committed"):
        budgets.transfer(actor=world.alma, budget=budget, to=other, amount=D(300), note="Gate")
    assert not Budget.objects.filter(project=other).exists(), "nothing of it was kept"
    with pytest.raises(Refused, match="transfer_to_itself"):
        budgets.transfer(actor=world.alma, budget=budget, to=world.project, amount=D(1), note="Gate")
    given = budgets.transfer(actor=world.alma, budget=budget, to=other, amount=D(200), note="Gate")
    came = BudgetEntry.objects.get(budget__project=other)
    assert (given.amount, given.other, came.amount, came.other, came.note) == (D(-200), came, D(200), given, "Gate")
    assert whole(world.alma).budget == 1000
    with pytest.raises(Denied):
        budgets.transfer(actor=world.boris, budget=budget, to=other, amount=D(1), note="Gate")


def test_a_transfer_into_another_currency_keeps_its_rate(world):
    depot = make.project(actor=world.alma, name="Depot")
    make.budget(actor=world.alma, project=world.project, amount="1000")
    make.budget(actor=world.alma, project=depot, amount="10", currency="USD")
    budget = Budget.objects.get(project=world.project)
    with pytest.raises(Refused, match="exchange_rate_missing"):
        budgets.transfer(actor=world.alma, budget=budget, to=depot, amount=D(100), note="Gate")
    exchange_rates.create(actor=world.alma, currency="USD", on=clock.today(), rate=D("0.8"))
    given = budgets.transfer(actor=world.alma, budget=budget, to=depot, amount=D(100), note="Gate")
    assert (given.other.amount, given.rate) == (D("125.00"), D("1.25"))


def test_whoever_watches_is_told_once_at_eighty_and_at_a_hundred(world, line):
    make.budget(actor=world.alma, project=world.project, amount="1000")
    change(line, world.boris, committed=D(900))
    change(line, world.boris, committed=D("1001.01"))
    change(line, world.boris, committed=D(1))
    change(line, world.boris, committed=D(850))
    told = [one["budget_used"][1] for one in Event.objects.of(world.project).filter(verb="budget.warned").order_by("id").values_list("changes", flat=True)]
    assert told == [80, 100, 80], "at the approval, on passing the whole, and again after it had fallen"


def test_rates_hold_from_their_day_and_what_has_none_is_left_out_and_said(world):
    make.cost_line(actor=world.boris, project=world.project, month=date(2026, 1, 1), currency="USD", planned=D("100"))
    make.cost_line(actor=world.boris, project=world.project, month=FEB, currency="USD", planned=D("100"))
    assert (whole(world.boris).total.planned, whole(world.boris).unknown) == (0, {"USD": 2})
    exchange_rates.create(actor=world.alma, currency="USD", on=date(2026, 1, 31), rate=D("0.9"))
    exchange_rates.create(actor=world.alma, currency="USD", on=date(2026, 2, 1), rate=D("0.85"))
    found = whole(world.boris)
    assert {month: row.planned for month, row in found.by("month").items()} == {date(2026, 1, 1): D("90.00"), FEB: D("85.00")}
    assert sorted(found.rates.used) == [("USD", date(2026, 1, 31), D("0.9")), ("USD", FEB, D("0.85"))]
    assert whole(world.boris, currency="USD").total.planned == 200


def test_only_who_leads_the_whole_sets_rates_and_the_currency_stays_while_there_are_some(world):
    for who, error in ((world.boris, Hidden), (make.user(actor=world.admin, name="Eve", role=Role.EXECUTIVE), Denied)):
        with pytest.raises(error):
            exchange_rates.create(actor=who, currency="USD", on=FEB, rate=D(1))
    row = exchange_rates.create(actor=world.alma, currency="USD", on=FEB, rate=D("0.9"))
    assert exchange_rates.create(actor=world.alma, currency="USD", on=FEB, rate=D("0.8")).pk == row.pk
    for values, code in (({"currency": "EUR"}, "exchange_rate_of_own"), ({"rate": D(0)}, "exchange_rate_unreadable"), ({"rate": D("Infinity")}, "exchange_rate_unreadable")):
        with pytest.raises(Refused, match=code):
            exchange_rates.create(actor=world.alma, **{"currency": "USD", "on": FEB, "rate": D(1), **values})
    with pytest.raises(Refused, match="rates_against_currency"):
        exchange_rates.count_in(actor=world.alma, currency="CNY", first_month=4)
    assert exchange_rates.count_in(actor=world.alma, currency="EUR", first_month=4).first_month == 4


def test_fiscal_years_have_the_name_of_the_year_in_which_they_end():
    assert [reads.fiscal_year(date(2026, month, 1), 4) for month in (3, 4, 12)] == [2026, 2027, 2027]
    assert reads.fiscal_year(date(2026, 12, 1), 1) == 2026


def test_a_table_is_taken_whole_or_not_at_all_and_the_same_again_changes_nothing(world):
    text = "用途;月份;币种;计划;实际;单号;其他列\n起重机;2026年2月;EUR;1.234,50;;PO-1;x\nFenders;2026-03;USD;\"2,000\";1999.99;PO-2;y\n"
    found = cost_files.read(text)
    assert (found.wrong, found.left_out) == ([], ["其他列"])
    assert [row.get("planned") for row in found.rows] == [D("1234.50"), D("2000.00")]
    take = lambda rows: cost_lines.take_many(actor=world.boris, space=world.project.space, rows=rows)  # noqa: E731
    assert take(found.rows) == (2, 0, 0)
    assert take(found.rows) == (0, 0, 2)
    found.rows[0]["planned"] = D(5)
    assert take(found.rows) == (0, 1, 1)
    with pytest.raises(Refused, match="money_unreadable"):
        take([{"title": "A", "month": FEB}, {"title": "B", "month": FEB, "planned": D(-1)}])
    assert CostLine.objects.count() == 2


def test_lines_that_cannot_be_read_are_named():
    found = cost_files.read("title,month,planned\nCrane,soon,1\n,2026-02,1\nCrane,2026-02,1234.567\nCrane,2026-13,1")
    assert [(number, code) for number, code, _text in found.wrong] == [(2, "month"), (3, "title"), (4, "amount"), (5, "month")]
    assert [code for _n, code, _t in cost_files.read("a;b\n1;2").wrong] == ["head_title", "head_month"]


@pytest.mark.parametrize("text", ["0.500", "1,234.567", "1.234,567", "1234.567", "-0,125"])
def test_three_digits_behind_a_mark_are_not_taken_for_thousands_where_they_cannot_be(text):
    found = cost_files.read(f"title;month;planned\nCrane;2026-02;{text}")
    assert [code for _n, code, _t in found.wrong] == ["amount"]


def test_thousands_are_read_with_either_mark():
    found = cost_files.read("title;month;planned;actual\nCrane;2026-02;1,234,567;-1.234")
    assert (found.rows[0]["planned"], found.rows[0]["actual"]) == (D(1234567), D(-1234))


def test_a_quotation_mark_that_nothing_closes_is_said_not_an_error():
    found = cost_files.read('title;month\n"Crane;2026-02\n' + "x" * 140_000)
    assert found.rows == []
    assert found.wrong


def test_money_is_moved_only_on_the_budget_that_was_looked_at(world):
    other = make.project(actor=world.alma, name="Depot")
    budget = budgets.approve(actor=world.alma, project=world.project, amount=D(1000), note="Board").budget
    seen = budget.version
    budgets.approve(actor=world.alma, project=world.project, amount=D(-400), note="Cut")
    with pytest.raises(Stale):
        budgets.transfer(actor=world.alma, budget=budget, to=other, amount=D(500), note="Gate", version=seen)
    now = Budget.objects.get(pk=budget.pk)
    assert (now.amount, BudgetEntry.objects.count()) == (D(600), 2)
    budgets.transfer(actor=world.alma, budget=now, to=other, amount=D(500), note="Gate", version=now.version)


def test_what_is_left_to_commit_counts_each_line_by_the_larger(world):
    make.cost_line(actor=world.boris, project=world.project, month=FEB, committed=D(100))
    make.cost_line(actor=world.boris, project=world.project, title="Gate", month=FEB, actual=D(70))
    found = whole(world.boris, world.project.space)
    assert found.total.bound == budgets.bound(world.project.space_id, "EUR", currencies.rates()) == D(170)


_amounts = st.decimals(min_value=0, max_value=10**9, places=2)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 12), st.sampled_from(["EUR", "USD", "CNY"]), _amounts, _amounts, st.none() | _amounts), max_size=12)
)  # fmt: skip
def test_the_sums_of_the_parts_are_those_of_the_whole_at_every_level(world, lines):
    CostLine.objects.all().delete()
    home = portfolios.create(actor=world.alma, parent=world.root, name="Harbour").space
    inner = portfolios.create(actor=world.alma, parent=home, name="Berths").space
    projects = [world.project, *(make.project(actor=world.alma, name=f"P{n}", parent=parent) for n, parent in enumerate((home, inner, inner)))]
    exchange_rates.create(actor=world.alma, currency="USD", on=date(2020, 1, 1), rate=D("0.91234567"))
    exchange_rates.create(actor=world.alma, currency="CNY", on=date(2020, 1, 1), rate=D("0.12837"))
    for at, month, currency, planned, committed, actual in lines:
        make.cost_line(actor=world.alma, project=projects[at], month=date(2025, month, 1), currency=currency, planned=planned, committed=committed, actual=actual)
    top = whole(world.alma)
    each = [whole(world.alma, project.space) for project in projects]
    for name in reads.MEASURES:
        total = getattr(top.total, name)
        assert total == sum(getattr(one.total, name) for one in each)
        for key in ("month", "kind", "treatment", "space_id"):
            assert total == sum(getattr(one, name) for one in top.by(key).values())
        assert getattr(whole(world.alma, home).total, name) == sum(getattr(one.total, name) for one in each[1:])
        assert getattr(whole(world.alma, inner).total, name) == sum(getattr(one.total, name) for one in each[2:])


def test_a_whole_portfolio_takes_as_many_queries_as_one_line(world, line):
    def count():
        with CaptureQueriesContext(connection) as asked:
            whole(world.alma)
        return len(asked)

    projects = [make.project(actor=world.alma, name=f"P{n}") for n in range(4)]
    count()  # what people may see is known from here on
    few = count()
    for project in projects:
        make.budget(actor=world.alma, project=project)
        for month in (1, 2, 3):
            make.cost_line(actor=world.alma, project=project, month=date(2026, month, 1))
    assert count() == few
    assert currencies.counting().currency == "EUR"
