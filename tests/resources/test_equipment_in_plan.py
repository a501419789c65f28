"""Equipment beyond its own page: the levelled plan waits for a crane, its cost stands in the project's, its days go with the work."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.people.models import Role
from tandem.planning import levelling, plan_ways, way_words
from tandem.planning.actions import acceptances
from tandem.planning.models import LevelledPlan, PlanConflict
from tandem.reports.queries import equipment_costs, money, plan_chain, plan_sentences
from tandem.resources.actions import equipment
from tandem.resources.models import EquipmentNeed
from tandem.work.actions import calendars, work_items
from tandem.work.models import WorkItem
from tests import make
from tests.planning.conftest import monday  # noqa: F401
from tests.planning.one_week import at, days, item, on

pytestmark = pytest.mark.usefixtures("monday")


@pytest.fixture
def crane(world):
    return equipment.create(actor=world.alma, space=world.root, name="Crane", available=D(1), rate=D("310.55"), currency="EUR")


def need(world, row, what, amount="1", first=7, last=8, **more):
    return equipment.need(actor=world.admin, item=row, equipment=what, amount=D(amount), starts_on=on(first), ends_on=on(last), **more)


@pytest.fixture
def two(world, crane):
    """Two people, two items of two days, and one crane that both need."""
    other = make.user(actor=world.admin, name="Omar", role=Role.MEMBER, space=world.project.space)
    rows = item(world, "Piles", 2, people=[world.mei]), item(world, "Beams", 2, people=[other])
    levelling.compute()
    assert days(rows[0]) == days(rows[1]) == (on(7), on(8)), "two people do both at once"
    for row in rows:
        need(world, row, crane, override_reason="Two at once")
    return rows


def test_the_levelled_plan_waits_for_the_crane_and_says_so(world, two, crane, monkeypatch):
    monkeypatch.setattr(plan_chain, "can_explain", lambda: True)
    levelling.compute()
    first, second = sorted(two, key=lambda row: days(row)[0])
    assert (days(first), days(second)) == ((on(7), on(8)), (on(9), on(10)))
    cause = plan_chain.of(world.admin, second).steps[0].causes[0]
    assert (cause.code, cause.equipment, cause.other) == ("capacity", "Crane", first)
    assert plan_sentences.because(cause, plan_chain.of(world.admin, second).steps[0]).startswith(f"Crane is needed for {first} until")


def test_work_waits_for_the_days_on_which_its_equipment_can_be_used(world, crane):
    """The crane works on Wednesdays and Thursdays; who needs it has two days of work and time all week."""
    mid_week = calendars.create(actor=world.alma, space=world.root, name="Mid-week", week={str(n): [[480, 720], [780, 1020]] if n in (3, 4) else [] for n in range(1, 8)})
    row, other = item(world, "Piles", 3, people=[world.mei]), item(world, "Paper", 1, people=[make.user(actor=world.admin, name="Omar", role=Role.MEMBER, space=world.project.space)])
    need(world, row, crane)
    levelling.compute()
    assert days(row) == (on(7), on(9)), "any day is good"
    equipment.change(actor=world.alma, equipment=crane, version=None, calendar=mid_week, available=None)
    levelling.compute()
    assert (on(7).weekday(), days(row)) == (0, (on(9), on(16))), "Wednesday, Thursday, and Wednesday of the next week"
    assert days(other) == (on(7), on(7)), "nobody else waits"


def test_a_second_crane_lets_both_begin(world, two, crane):
    equipment.change(actor=world.alma, equipment=crane, version=None, available=D(2))
    levelling.compute()
    assert days(two[0]) == days(two[1]) == (on(7), on(8))


def test_material_and_what_there_is_enough_of_hold_nobody_up(world, two, crane):
    EquipmentNeed.objects.all().delete()
    sand = equipment.create(actor=world.alma, space=world.root, name="Sand", kind="material", unit="t", available=D(10))
    tools = equipment.create(actor=world.alma, space=world.root, name="Tools")
    for row in two:
        need(world, row, sand, "5")
        need(world, row, tools, "100")
    levelling.compute()
    assert days(two[0]) == days(two[1]) == (on(7), on(8))


def test_what_has_begun_keeps_the_crane_and_two_begun_ones_do_not_stop_the_plan(world, two):
    third = item(world, "Roof", 1, people=[make.user(actor=world.admin, name="Pia", role=Role.MEMBER, space=world.project.space)])
    need(world, third, EquipmentNeed.objects.first().equipment, override_reason="And one more")
    for row in two:
        work_items.move(actor=world.admin, item=WorkItem.objects.get(pk=row.pk), version=None, state=make.state_of(world.project, "in_progress"))
    plan = levelling.compute()
    assert plan is not None and days(third)[0] == on(9)


def test_a_change_of_a_need_makes_the_plan_stale(world, two, crane):
    before = levelling.compute().pk
    equipment.change(actor=world.alma, equipment=crane, version=None, available=D(2))
    after = levelling.compute()
    assert LevelledPlan.objects.count() >= 2 and after.pk != before


def test_a_way_out_may_be_one_more_crane(world, two):
    for row in two:
        work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=row.pk), version=None, planned_start=at(7), planned_finish=at(8, 17))
    levelling.compute()
    conflict = PlanConflict.objects.open().get(kind=PlanConflict.Kind.PROJECT)
    _plan, ways = plan_ways.compute(conflict, seconds=60.0)
    more = [way for way in ways if way["code"] == "add_capacity"]
    assert more and all(way["equipment"] == EquipmentNeed.objects.first().equipment_id and way["capacity"] == 0 and way["user"] is None for way in more)
    assert way_words.way(more[0], other="Crane") == "Get more of Crane for a time"


def test_needs_go_where_the_accepted_dates_put_the_work(world, two, crane):
    for row in two:
        work_items.change(actor=world.admin, item=WorkItem.objects.get(pk=row.pk), version=None, planned_start=at(7), planned_finish=at(8, 17))
    plan = levelling.compute()
    acceptances.accept(actor=world.admin, plan=plan.pk, project=world.project, name="One after the other")
    first, second = sorted(two, key=lambda row: days(row)[0])
    kept = {row.item_id: (row.starts_on, row.ends_on) for row in EquipmentNeed.objects.all()}
    assert (kept[first.pk], kept[second.pk]) == ((on(7), on(8)), (on(9), on(10)))
    assert [taken for _week, taken in equipment_costs.weeks(crane, on(7), 1)] == [D(1)], "no day has more than there is"


def test_where_it_goes_over_what_there_is_the_reason_is_on_record(world, two, crane):
    third = item(world, "Roof", 1)
    kept = need(world, third, crane, first=14, last=14)
    EquipmentNeed.objects.exclude(pk=kept.pk).update(override_reason="", starts_on=on(7), ends_on=on(7))
    equipment.follow(actor=world.admin, days={two[0].pk: 7}, reason="It moved with its work item")
    moved = EquipmentNeed.objects.get(item=two[0])
    assert (moved.starts_on, moved.override_reason) == (on(14), "It moved with its work item")
    assert EquipmentNeed.objects.get(pk=kept.pk).override_reason == ""


def test_its_cost_is_committed_and_expected_by_month_to_the_cent(world, crane):
    row = item(world, "Piles", 2)
    kept = need(world, row, crane, "0.33", 28, 28)
    equipment.correct(actor=world.admin, equipment_need=kept, version=None, starts_on=on(28), ends_on=on(28) + timedelta(days=6))
    kept.refresh_from_db()
    found = money.money(world.alma, money.places(world.alma, None), "EUR")
    by_month = {month: amounts.committed for month, amounts in found.by("month").items()}
    assert by_month == {date(2026, 9, 1): D("307.44"), date(2026, 10, 1): D("409.93")}, "three days and four of 102.4815 each"
    assert found.total.committed == found.total.outlook == found.total.bound == kept.cost == D("717.37")
    assert (found.total.planned, found.total.actual) == (0, 0)


def test_typed_lines_of_the_kind_plan_it_and_do_not_count_twice(world, crane):
    need(world, item(world, "Piles", 2), crane)  # 621.10
    make.cost_line(actor=world.alma, project=world.project, month=on(1), kind="equipment", planned=D(500), currency="EUR")
    found = money.money(world.alma, money.places(world.alma, None), "EUR")
    assert (found.total.planned, found.total.committed, found.total.outlook) == (D(500), D("621.10"), D("621.10"))
    make.cost_line(actor=world.alma, project=world.project, month=on(1), kind="equipment", planned=D(0), committed=D(400), currency="EUR")
    found = money.money(world.alma, money.places(world.alma, None), "EUR")
    assert (found.total.committed, found.total.outlook) == (D("621.10"), D(900))


def test_of_a_month_that_is_over_what_it_came_to_replaces_what_was_reserved(world, crane):
    need(world, item(world, "Piles", 2), crane)  # 621.10
    make.cost_line(actor=world.alma, project=world.project, month=on(1), kind="equipment", planned=D(0), actual=D(400), currency="EUR")
    assert money.money(world.alma, money.places(world.alma, None), "EUR").total.outlook == D("621.10")
    with clock.held_at(at(7) + timedelta(days=40)):
        found = money.money(world.alma, money.places(world.alma, None), "EUR").total
    assert (found.actual, found.outlook, found.bound) == (D(400), D(400), D(400))


def test_who_may_not_see_costs_sees_none_of_it_and_more_needs_ask_no_more(world, crane):
    need(world, item(world, "Piles", 2), crane)
    assert money.money(world.mei, money.places(world.mei, None), "EUR").is_empty

    def asked():
        with CaptureQueriesContext(connection) as found:
            money.money(world.alma, money.places(world.alma, None), "EUR")
        return len(found)

    few = asked()
    for n in range(4):
        need(world, item(world, f"Pile {n}", 1), crane, first=10 + n, last=10 + n)
    assert asked() == few


def test_the_page_shows_what_is_taken_week_by_week(world, two, crane, signed_in):
    assert equipment_costs.weeks(crane, on(7), 2) == [(on(7), D(2)), (on(14), D(0))]
    page = signed_in(world.alma).get(f"/equipment/{crane.pk}/").content.decode()
    assert "Taken week by week" in page and "▲ 2" in page and "200 %" in page
