"""What labour has cost: from logged time at the rates of its days, the same sum over people, months and places."""

import re
from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tandem.collaboration.actions import watches
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.people.models import Role
from tandem.portfolio.actions import cost_lines, exchange_rates
from tandem.reports import budget_news
from tandem.reports.queries import cost_centres, earned_value
from tandem.reports.queries import labour as reads
from tandem.reports.queries import money as totals
from tandem.resources.actions import job_roles, person_roles, rates, time_sheets
from tandem.resources.models import TimeSheet
from tandem.web.portfolio import cost_centres as pages
from tandem.work.actions import time_entries
from tandem.work.models import TimeEntry
from tandem.work.models.time_lock import monday
from tests import make

pytestmark = pytest.mark.django_db
FIRST, TURN = date(2026, 2, 2), date(2026, 2, 16)


@pytest.fixture
def item(world):
    return make.work_item(actor=world.boris, project=world.project, estimate_minutes=1200)


def price(world, cost, day=date(2026, 1, 1), currency="EUR", **of):
    return rates.create(actor=world.alma, space=world.root, valid_from=day, cost=D(cost), currency=currency, **of)


def log(world, item, person, minutes, day):
    return time_entries.log(actor=world.boris, item=item, user=person, minutes=minutes, day=day)


def found(user, space=None, currency="EUR"):
    return reads.labour(user, totals.places(user, space), currency)


def test_an_hour_costs_the_rate_of_its_day(world, item):
    price(world, "60", person=world.mei)
    price(world, "90", TURN, person=world.mei)
    log(world, item, world.mei, 100, TURN - timedelta(days=1))
    log(world, item, world.mei, 20, TURN)
    log(world, item, world.mei, 60, date(2026, 3, 2))
    shares = found(world.alma).shares
    assert [(one.month, one.minutes, one.cost) for one in shares] == [(date(2026, 2, 1), 120, D("130.00")), (date(2026, 3, 1), 60, D("90.00"))]


def test_what_has_no_rate_costs_nothing_and_is_named(world, item, signed_in):
    price(world, "60", TURN, person=world.mei)
    log(world, item, world.mei, 45, TURN - timedelta(days=1))
    log(world, item, world.mei, 60, TURN)
    log(world, item, world.chen, 30, TURN)
    assert [(one.person_id, one.cost, one.unpriced) for one in found(world.alma).shares] == [(world.chen.pk, 0, 30), (world.mei.pk, D(60), 45)]
    page = signed_in(world.alma).get("/money/labour/?in=POR").content.decode()
    assert "Mei Lin: 0.8 h in" in page and "陈悦: 0.5 h in" in page


def test_approved_time_is_told_apart(world, item):
    price(world, "60", person=world.mei)
    log(world, item, world.mei, 60, TURN)
    log(world, item, world.mei, 30, TURN + timedelta(days=7))
    sheet = time_sheets.open_week(actor=world.mei, person=world.mei, week=TURN)
    time_sheets.submit(actor=world.mei, time_sheet=sheet)
    assert found(world.alma).shares[0].approved == 0
    time_sheets.decide(actor=world.boris, time_sheet=sheet, version=None, is_approved=True)
    assert (found(world.alma).shares[0].minutes, found(world.alma).shares[0].approved) == (90, 60)


PATHS = ("/money/labour/?in=POR", "/money/?in=POR", "/costs/?in=POR", "/costs/?in=POR&kind=labour", "/earned-value/POR/?unit=money")


def approve(world, person, *days):
    for day in days:
        sheet = time_sheets.open_week(actor=person, person=person, week=day)
        time_sheets.submit(actor=person, time_sheet=sheet)
        time_sheets.decide(actor=world.alma, time_sheet=sheet, version=None, is_approved=True)


def test_who_may_not_see_the_rates_is_told_a_month_that_is_over_approved_and_shared_by_three(world, item, signed_in):
    late = make.user(actor=world.admin, name="Lena", role=Role.MEMBER)
    people = {world.mei: "61.23", world.chen: "10", late: "20"}
    for person, cost in people.items():
        price(world, cost, person=person)
    before = FIRST - timedelta(days=14)
    log(world, item, world.mei, 60, before)
    approve(world, world.mei, before)
    told = []
    for person in people:
        log(world, item, person, 60, TURN)
        approve(world, person, TURN)
        told.append(found(world.boris).cost)
    assert told == [0, 0, D("91.23")], "all at once, so that no approval shows what one week cost"
    assert found(world.alma).cost == D("152.46")
    shown = found(world.boris)
    assert (shown.untold, sum(one.minutes for one in shown.shares), shown.by("month")[date(2026, 1, 1)].cost) == (60, 240, 0)
    assert totals.money(world.boris, totals.places(world.boris, None), "EUR").total.actual == D("91.23")
    for path in PATHS:
        page = signed_in(world.boris).get(path).content.decode()
        assert not re.search("61.23|152.46", page), path
    page = signed_in(world.boris).get(PATHS[0]).content.decode()
    assert "91.23" in page and "What 1 h cost is not told to you" in page and "not told</td>" in page and "without 1 h" in page
    assert "152.46" in signed_in(world.alma).get(PATHS[0]).content.decode()


def test_an_hour_written_for_somebody_shows_no_difference(world, item):
    """Boris logs an hour for Mei in a month that is told: it is told no more, until a second person has approved her week."""
    late = make.user(actor=world.admin, name="Lena", role=Role.MEMBER)
    for person in (world.mei, world.chen, late):
        price(world, "60", person=person)
        log(world, item, person, 60, TURN)
        approve(world, person, TURN)
    assert found(world.boris).cost == D(180)
    log(world, item, world.mei, 60, TURN + timedelta(days=7))
    assert (found(world.boris).cost, found(world.boris).untold, found(world.alma).cost) == (0, 240, D(240))


def test_the_current_month_is_told_when_it_is_over(world, item):
    month = clock.today().replace(day=1)
    cost_lines.create(actor=world.boris, space=world.project.space, title="Developers", kind="labour", month=month, planned=D(1000))
    late = make.user(actor=world.admin, name="Lena", role=Role.MEMBER)
    for person in (world.mei, world.chen, late):
        price(world, "60", person=person)
        log(world, item, person, 60, month)
    TimeSheet.objects.bulk_create(
        TimeSheet(space=world.root, person=person, week=monday(month), ends_on=monday(month) + timedelta(days=6), state="approved") for person in (world.mei, world.chen, late)
    )
    assert found(world.alma).shares[0].approved == 60 and found(world.boris).cost == 0
    with_it = earned_value.project(world.boris, world.project.space, "money")
    assert (with_it.left.untold_minutes, with_it.left.labour) == (180, False)
    with clock.held_at(clock.now() + timedelta(days=31)):
        assert found(world.boris).cost == D(180)


def test_who_may_not_see_costs_is_told_nothing(world, item, signed_in):
    price(world, "60", person=world.mei)
    log(world, item, world.mei, 60, TURN)
    for person in (world.mei, world.chen):
        assert not found(person).shares
        assert signed_in(person).get(PATHS[0]).status_code == 403
    assert not found(world.dana).shares
    assert signed_in(world.dana).get(PATHS[0]).status_code == 404


def test_it_stands_beside_the_typed_lines_and_no_hour_counts_twice(world, item):
    """Planned labour of a month that is over is replaced by what it cost; of the current month the greater counts."""
    month = clock.today().replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    price(world, "60", person=world.mei)
    for one in (before, month):
        cost_lines.create(actor=world.boris, space=world.project.space, title="Developers", kind="labour", month=one, planned=D(1000))
    log(world, item, world.mei, 600, before)
    log(world, item, world.mei, 300, month)
    whole = totals.money(world.alma, totals.places(world.alma, None), "EUR")
    assert (whole.total.planned, whole.total.actual, whole.total.outlook) == (D(2000), D(900), D(600) + D(1000))
    with_kinds = whole.by("kind")["labour"]
    assert (with_kinds.actual, with_kinds.outlook) == (D(900), D(1600))


def test_earned_value_in_money_counts_it(world, item):
    month = clock.today().replace(day=1)
    price(world, "60", person=world.mei)
    cost_lines.create(actor=world.boris, space=world.project.space, title="Developers", kind="labour", month=month, planned=D(1000))
    one = earned_value.project(world.alma, world.project.space, "money")
    assert one.left.labour and one.figures.actual is None
    log(world, item, world.mei, 90, month)
    log(world, item, world.chen, 40, month)
    one = earned_value.project(world.alma, world.project.space, "money")
    assert (one.figures.actual, one.left.labour, one.left.unpriced_minutes) == (9000, False, 40)


_LOGS = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 1), st.integers(1, 700), st.integers(0, 120)), min_size=1, max_size=12
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(logs=_LOGS, costs=st.lists(st.decimals(0, 500, places=2), min_size=4, max_size=4), turn=st.integers(0, 90), rate=st.decimals("0.1", "9", places=4))
def test_people_months_and_places_add_up_to_the_same(world, item, logs, costs, turn, rate):
    """Whatever is logged by whom, in which project, at which of two rates and in which currency."""
    from django.db import transaction

    with transaction.atomic():
        other = make.project(actor=world.alma, name="Gate", key="GAT")
        items = [item, make.work_item(actor=world.alma, project=other)]
        role = job_roles.create(actor=world.alma, space=world.root, name="Tester")
        person_roles.create(actor=world.alma, person=world.chen, job_role=role, starts_on=FIRST)
        exchange_rates.create(actor=world.alma, currency="USD", on=date(2025, 1, 1), rate=rate)
        price(world, costs[0], person=world.mei)
        price(world, costs[1], FIRST + timedelta(days=turn), currency="USD", person=world.mei)
        price(world, costs[2], FIRST + timedelta(days=turn // 2), job_role=role)
        people = [world.mei, world.chen, world.boris]
        TimeEntry.objects.bulk_create(
            TimeEntry(space_id=items[p].space_id, item=items[p], user=people[who], minutes=minutes, day=FIRST + timedelta(days=day), recorded_by=world.alma)
            for who, p, minutes, day in logs
        )
        whole = found(world.alma)
        sums = [sum(one.cost for one in whole.by(name).values()) for name in ("person_id", "month", "space_id")]
        parts = [found(world.alma, space).cost for space in (world.project.space, other.space)]
        rolled = totals.money(world.alma, totals.places(world.alma, None), "EUR").by("kind").get("labour", totals.Amounts())
        assert {*sums, sum(parts), rolled.actual} == {whole.cost}
        assert sum(one.minutes for one in whole.shares) == sum(minutes for _who, _p, minutes, _day in logs)
        exact = sum(minutes * _rate(who, day, turn, costs, rate) for who, _p, minutes, day in logs) / 60
        assert abs(whole.cost - exact) <= D("0.01") * 2 * len(logs)
        transaction.set_rollback(True)


def _rate(who, day, turn, costs, usd):
    if who == 0:
        return costs[1] * usd if day >= turn else costs[0]
    return costs[2] if who == 1 and day >= turn // 2 else D(0)


def test_the_number_of_queries_does_not_follow_the_hours(world, item):
    role = job_roles.create(actor=world.alma, space=world.root, name="Tester")
    price(world, "50", job_role=role)
    price(world, "60", TURN, job_role=role)

    def asked(people, days):
        for n in range(people):
            person = make.user(actor=world.admin, name=f"P{people}{n}", role=Role.MEMBER)
            person_roles.create(actor=world.alma, person=person, job_role=role, starts_on=FIRST)
            for day in range(days):
                log(world, item, person, 60, FIRST + timedelta(days=day))
        with CaptureQueriesContext(connection) as queries:
            found(world.alma)
        return len(queries)

    # within one transaction who may see what is read anew each time: seven of them
    assert asked(1, 2) == asked(4, 10) <= 16


def test_labour_counts_towards_the_limits_of_a_budget_for_who_is_told_it(world, item, signed_in):
    """800 of 1,000 are typed or logged for who sees rates; Boris, who does not, is told of the typed 200 alone, and of no limit."""
    price(world, "100", person=world.mei)
    log(world, item, world.mei, 600, date(2026, 2, 3))
    make.cost_line(actor=world.boris, project=world.project, month=date(2026, 2, 1), planned=D(0), committed=D(200))
    make.budget(actor=world.alma, project=world.project, amount="1500")
    spaces = totals.places(world.alma, None)
    reached = cost_centres.limits(totals.money(world.alma, spaces, "EUR"))
    assert [(one.space_id, one.bound, one.labour, one.limit) for one in reached] == [(world.project.space_id, D(1200), D(1000), 80)]
    assert "€1 k of it is labour as logged" in signed_in(world.alma).get("/money/?in=POR").content.decode()
    assert cost_centres.limits(totals.money(world.boris, totals.places(world.boris, None), "EUR")) == []
    assert "is committed or spent" not in signed_in(world.boris).get("/money/?in=POR").content.decode()


def test_labour_as_logged_is_told_whole_beside_what_was_typed_of_it(world, item, signed_in):
    """Of a month with 1,000 logged and 400 ordered as labour 1,000 count, and all of them were logged."""
    price(world, "100", person=world.mei)
    log(world, item, world.mei, 600, date(2026, 2, 3))
    make.cost_line(actor=world.boris, project=world.project, month=date(2026, 2, 1), kind="labour", planned=D(400), committed=D(400))
    make.budget(actor=world.alma, project=world.project, amount="1000")
    reached = cost_centres.limits(totals.money(world.alma, totals.places(world.alma, None), "EUR"))
    assert [(one.bound, one.labour, one.limit) for one in reached] == [(D(1000), D(1000), 100)]
    assert "€1 k of it is labour as logged" in signed_in(world.alma).get("/money/?in=POR").content.decode()


def test_cost_centres_in_another_currency_add_up_to_the_page(world):
    """Three centres of 0.05 dollars at 0.9: each is 4.5 cents, together 13.5."""
    exchange_rates.create(actor=world.admin, currency="USD", on=date(2026, 1, 1), rate=D("0.9"))
    for centre in ("1", "2", "3"):
        make.cost_line(actor=world.boris, project=world.project, title=centre, month=date(2026, 1, 1), planned=D("0.05"), currency="USD", cost_centre=centre)
        make.cost_line(actor=world.boris, project=world.project, title=f"Trip {centre}", month=date(2026, 1, 1), kind="travel", planned=D("0.05"), currency="USD", cost_centre=centre)
    found = totals.money(world.alma, totals.places(world.alma, None), "EUR")
    rows = cost_centres.centres(world.alma, totals.places(world.alma, None), found)
    assert found.total.outlook == D("0.28") and sum(one.total for one in rows) == D("0.28")


def test_a_line_far_ahead_leaves_the_bars_of_today(world, signed_in):
    for month in (date(2026, 2, 1), date(2099, 1, 1)):
        make.cost_line(actor=world.boris, project=world.project, title=str(month), month=month, planned=D(100), cost_centre="4711")
    shown = signed_in(world.boris).get("/money/?in=POR").content.decode()
    assert "month=2026-02&amp;centre=4711" in shown and "month=2099-01&amp;centre=4711" not in shown
    assert "Earlier and later months are in the sums" in shown


def test_every_cost_centre_and_month_leads_to_its_lines_and_to_no_others(world, signed_in):
    """One that is called as none is asked for, and one beyond what the menu shows."""
    for title, centre in (("Bare", ""), ("Dash", "-"), ("Dashes", "--"), ("Minus", "-7"), ("Plain", "4711")):
        make.cost_line(actor=world.boris, project=world.project, title=f"{title} line", month=date(2026, 1, 1), planned=D(100), cost_centre=centre)
    for n in range(200):
        make.cost_line(actor=world.boris, project=world.project, title=f"Many {n}", month=date(2026, 2, 1), planned=D(1), cost_centre=f"0{n:03}")
    client = signed_in(world.boris)
    for title, centre in (("Bare", ""), ("Dash", "-"), ("Dashes", "--"), ("Minus", "-7"), ("Plain", "4711")):
        shown = client.get(pages.lines_of(centre, "POR", date(2026, 1, 1))).content.decode()
        assert [one for one in ("Bare", "Dash", "Dashes", "Minus", "Plain") if f"{one} line" in shown] == [title]
    for nothing in ("centre=9999", "centre=4711&month=2020-01", "centre=%00&month=2020-01"):
        shown = client.get(f"/costs/?{nothing}")
        assert shown.status_code == 200 and not any(f"{one} line" in shown.content.decode() for one in ("Bare", "Dash", "Dashes", "Minus", "Plain"))


def test_cost_centres_add_up_to_the_lines_and_lead_to_them(world, signed_in):
    for centre, month, planned in (("4711", 1, 300), ("4711", 2, 200), ("", 2, 50), ("0815", 1, 100)):
        make.cost_line(actor=world.boris, project=world.project, title=f"Line {centre or 'none'}", month=date(2026, month, 1), planned=D(planned), cost_centre=centre)
    found = totals.money(world.alma, totals.places(world.alma, None), "EUR")
    rows = cost_centres.centres(world.alma, totals.places(world.alma, None), found)
    assert [(one.name, one.total) for one in rows] == [("4711", D(500)), ("0815", D(100)), ("", D(50))]
    assert sum(one.total for one in rows) == found.total.outlook
    client = signed_in(world.boris)
    shown = client.get("/money/?in=POR").content.decode()
    assert "/costs/?in=POR&amp;month=2026-01&amp;centre=0815" in shown and "/costs/?in=POR&amp;month=2026-02&amp;centre=-" in shown
    listed = client.get("/costs/?in=POR&month=2026-02&centre=-").content.decode()
    assert "Line none" in listed and "Line 4711" not in listed
    assert "4711" not in signed_in(world.mei).get("/money/").content.decode()


def test_who_watches_is_told_of_a_budget_with_labour_as_far_as_the_labour_is_told_them(world, item):
    """One person's labour: who sees rates hears that the budget is full; who does not hears nothing from which the rate would follow."""
    price(world, "100", person=world.mei)
    make.budget(actor=world.alma, project=world.project, amount="1000")
    log(world, item, world.mei, 540, TURN)
    for person in (world.alma, world.boris):
        watches.watch(actor=person, subject=world.project)
    told = Notification.objects.filter(facts__has_key="budget_with_labour")
    assert budget_news.tell() == 1 and told.get().user == world.alma and told.get().facts == {"budget_with_labour": 80}
    assert budget_news.tell() == 0, "once"
    log(world, item, world.mei, 120, TURN + timedelta(days=1))
    assert budget_news.tell() == 1 and set(told.values_list("user", "facts__budget_with_labour")) == {(world.alma.pk, 80), (world.alma.pk, 100)}
    make.budget(actor=world.alma, project=world.project, amount="9000")
    assert budget_news.tell() == 0
