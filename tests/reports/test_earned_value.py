"""Earned value of a project by hand: the ten months of the reference case in money, hours with what is missing, a portfolio's sum."""

from datetime import date, datetime, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tandem.kit import clock
from tandem.kit.dates import months_on, unit_end
from tandem.portfolio.actions import projects
from tandem.reports.queries import earned_value as reads
from tandem.work.actions import baselines, time_entries, work_items
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 4, 30)


@pytest.fixture
def april():
    with clock.held_at(datetime(2026, 4, 30, 12, tzinfo=clock.now().tzinfo)):
        yield


def item(world, project=None, *, planned=None, done=False, **values):
    """An item of so many hours over its planned days."""
    row = make.work_item(actor=world.alma, project=project or world.project, **values)
    if planned:
        first, last = (datetime(*day.timetuple()[:3], 12, tzinfo=clock.now().tzinfo) for day in planned)
        WorkItem.objects.filter(pk=row.pk).update(planned_start=first, planned_finish=last)
    if done:
        work_items.move(actor=world.alma, item=row, version=None, state=make.state_of(project or world.project, "done"))
    return row


def standing(world, unit="hours", user=None):
    return reads.project(user or world.alma, world.project.space, unit)


@pytest.mark.usefixtures("april")
def test_the_reference_case_in_money_to_the_cent(world):
    """Ten months of 10,000; after four months 30,000 earned and 36,000 spent."""
    months = [months_on(date(2026, 1, 1), n) for n in range(10)]
    for n, month in enumerate(months):
        spent = {"actual": D(9000)} if n < 4 else {"forecast": D("12500")}
        make.cost_line(actor=world.alma, project=world.project, month=month, planned=D(10000), **spent)
        item(world, planned=(month, unit_end(month, "month")), estimate_minutes=600, done=n < 3)
    one = standing(world, "money")
    figures, found = one.figures, one.found
    assert (figures.budget, figures.planned, figures.earned, figures.actual) == (10_000_000, 4_000_000, 3_000_000, 3_600_000), "cents"
    assert (found.sv, found.cv, found.spi) == (-1_000_000, -600_000, 0.75)
    assert found.cpi == pytest.approx(30 / 36)
    assert found.eac.typical == pytest.approx(12_000_000)
    assert found.eac.atypical == 10_600_000
    assert found.eac.both == pytest.approx(14_800_000, rel=1e-9)
    assert found.eac.bottom_up == 3_600_000 + 6 * 1_250_000
    assert (found.tcpi_budget, found.tcpi_estimate) == (pytest.approx(70 / 64), pytest.approx(70 / 84))
    assert one.schedule.es == pytest.approx(90 / 7, abs=0.05), "what is earned was planned by the 31st of March"
    assert one.course[-1].planned == 10_000_000


@pytest.mark.usefixtures("april")
def test_hours_by_hand_and_what_is_missing_is_said(world):
    done = item(world, planned=(date(2026, 4, 1), date(2026, 4, 20)), estimate_minutes=600, done=True)
    half = item(world, planned=(date(2026, 4, 21), date(2026, 5, 10)), estimate_minutes=1200, percent_complete=50)
    item(world, planned=(date(2026, 4, 1), date(2026, 4, 2)), estimate_minutes=60, done=True)
    item(world, estimate_minutes=99)
    item(world, planned=(date(2026, 4, 1), date(2026, 4, 2)))
    assert standing(world).found.figures.actual is None
    assert standing(world).found.missing["cpi"] == "actual_unknown"
    time_entries.log(actor=world.alma, item=done, minutes=700, day=date(2026, 4, 3))
    time_entries.log(actor=world.alma, item=half, minutes=500, day=date(2026, 4, 29))
    one = standing(world)
    assert (one.figures.budget, one.figures.planned, one.figures.earned, one.figures.actual) == (1860, 660 + 1200 * 10 // 20, 660 + 600, 1200)
    assert (one.left.unsized, one.left.unplanned, one.left.done_unlogged) == (1, 1, 1)
    assert one.found.eac.bottom_up == 1200 + 700
    assert [(at.on, at.actual) for at in one.course if at.on == TODAY] == [(TODAY, 1200)]


@pytest.mark.usefixtures("april")
def test_the_plan_in_force_is_the_newest_baseline(world):
    row = item(world, planned=(date(2026, 4, 1), date(2026, 4, 10)), estimate_minutes=600)
    baselines.take(actor=world.alma, space=world.project.space, name="First")
    later = datetime(2026, 6, 1, tzinfo=clock.now().tzinfo)
    WorkItem.objects.filter(pk=row.pk).update(planned_start=later, planned_finish=later + timedelta(days=9))
    assert standing(world).figures.planned == 600


def test_points_of_sprints_have_no_cost(world):
    done, todo = (item(world, estimate_points=points) for points in (3, 5))
    make.sprint(actor=world.alma, project=world.project, begins=-20, days=10, items=[done])
    make.sprint(actor=world.alma, project=world.project, name="Later", begins=10, days=10, items=[todo])
    one = standing(world, "points")
    assert (one.figures.budget, one.figures.planned, one.figures.earned, one.figures.actual) == (8000, 3000, 0, None)
    assert one.found.missing["eac"] == "actual_unknown"


def test_nothing_is_invented_where_nothing_is_planned(world, signed_in):
    item(world, estimate_minutes=60)
    assert standing(world).found is None
    text = signed_in(world.mei).get(reverse("earned_value", kwargs={"key": "POR"})).content.decode()
    assert "Nothing can be derived: 1 item with a size has no planned day." in text


@pytest.mark.usefixtures("april")
def test_a_portfolio_is_the_sum_of_its_projects_and_asks_as_often_as_one(world, signed_in):
    others = [make.project(actor=world.alma, name=f"P{n}") for n in range(3)]
    ids = [world.project.space_id, *(one.space_id for one in others)]

    def asked():
        with CaptureQueriesContext(connection) as found:
            reads.standings(world.alma, ids, "hours")
        return len(found)

    asked()  # what people may see is known from here on
    few = asked()
    for n, project in enumerate((world.project, *others)):
        for _ in range(3):
            row = item(world, project, planned=(date(2026, 4, 1), date(2026, 4, 30)), estimate_minutes=60 * (n + 1), done=n == 0)
            time_entries.log(actor=world.alma, item=row, minutes=30, day=TODAY)
    assert asked() == few
    whole = reads.whole(reads.standings(world.alma, ids, "hours").values())
    assert (whole.figures.budget, whole.figures.planned, whole.figures.earned, whole.figures.actual) == (1800, 1800, 180, 360)
    assert "All of them" in signed_in(world.alma).get(reverse("earned_values")).content.decode()


@pytest.mark.usefixtures("april")
def test_a_portfolio_in_money_is_the_sum_of_its_projects_in_one_currency_and_asks_as_often_as_one(world, signed_in):
    others = [make.project(actor=world.alma, name=f"P{n}") for n in range(3)]
    ids = [world.project.space_id, *(one.space_id for one in others)]

    def cost(project, planned, actual):
        item(world, project, estimate_minutes=60, done=True)
        item(world, project, estimate_minutes=180)
        make.cost_line(actor=world.alma, project=project, month=date(2026, 3, 1), planned=planned, actual=actual)

    def asked():
        with CaptureQueriesContext(connection) as found:
            told = reads.standings(world.alma, ids, reads.MONEY, "EUR")
        return told, len(found)

    cost(world.project, D("1000.10"), D("300.03"))
    few = asked()[1]
    for n, project in enumerate(others[:2]):
        cost(project, D(2000 + n), D("500.50"))
    found, many = asked()
    assert many <= few + 1, "labour of no project is asked for twice"
    figures = reads.whole(found.values()).figures
    assert (figures.budget, figures.planned, figures.earned, figures.actual) == (500110, 500110, 25002 + 50000 + 50025, 130103)
    assert found[others[2].space_id].found is None
    page = signed_in(world.alma).get(reverse("earned_values"), {"unit": "money"}).content.decode()
    whole = page.split("All of them")[1].split("</tr>")[0]
    assert "€5 k" in whole and "€1.3 k" in whole
    assert "no planned cost that you may see" not in page, "the third has no items either"
    assert "unit=money" not in signed_in(world.mei).get(reverse("earned_values")).content.decode()


@pytest.mark.usefixtures("april")
def test_money_is_offered_to_who_may_see_costs_only_and_a_stranger_sees_no_page(world, signed_in):
    item(world, planned=(date(2026, 4, 1), date(2026, 4, 30)), estimate_minutes=600)
    make.cost_line(actor=world.alma, project=world.project, month=TODAY)
    assert reads.units_of(world.boris, world.project.space_id) == ["money", "hours"]
    assert reads.units_of(world.mei, world.project.space_id) == ["hours"]
    url = reverse("earned_value", kwargs={"key": "POR"})
    assert "€" in signed_in(world.boris).get(url).content.decode()
    assert "€" not in signed_in(world.mei).get(url + "?unit=money").content.decode()
    assert signed_in(world.dana).get(url).status_code == 404


@pytest.mark.usefixtures("april")
def test_in_money_unplanned_and_unestimated_work_counts_as_well(world):
    """Two of four items are done: half of the planned cost is earned, though none is planned and three have no estimate."""
    for n in range(4):
        item(world, done=n < 2, **({"estimate_minutes": 6000} if n == 3 else {}))
    make.cost_line(actor=world.alma, project=world.project, month=date(2026, 4, 1), planned=D("1000.01"))
    one = standing(world, "money")
    assert (one.work_unit, one.figures.earned, one.figures.planned) == ("items", 50_000, 100_001)


@pytest.mark.usefixtures("april")
def test_nothing_is_derived_of_items_that_were_not_all_read(world, client, monkeypatch):
    first, last = date(2026, 4, 1), date(2026, 4, 20)
    for _n in range(3):
        item(world, planned=(first, last), estimate_minutes=600)
    monkeypatch.setattr(reads, "MOST", 2)
    one = standing(world)
    assert (one.too_many, one.found, one.pieces) == (True, None, [])
    client.force_login(world.alma)
    said = client.get(reverse("earned_value", kwargs={"key": world.project.space.key})).content.decode()
    assert "more than 2 items" in said
    monkeypatch.setattr(reads, "MOST", 3)
    assert standing(world).found is not None


def earns(world, how):
    projects.change(actor=world.alma, project=world.project, version=None, earning=how)


def milestone(world, day, points=None, *, done=False):
    return item(world, planned=(day, day), done=done, is_milestone=True, estimate_points=points, title=f"By {day}")


@pytest.mark.usefixtures("april")
def test_milestones_with_weights_earn_their_part_of_the_money_to_the_cent(world, signed_in):
    """100,000 over milestones of 20, 30, 30 and 20: three were planned by the end of April, two are reached, 36,000 is spent."""
    earns(world, "milestones")
    for n in range(10):
        make.cost_line(actor=world.alma, project=world.project, month=months_on(date(2026, 1, 1), n), planned=D(10000), **({"actual": D(9000)} if n < 4 else {}))
    days = (date(2026, 1, 31), date(2026, 3, 31), date(2026, 4, 30), date(2026, 6, 30))
    for n, (day, points) in enumerate(zip(days, (20, 30, 30, 20), strict=True)):
        milestone(world, day, points, done=n < 2)
    item(world, planned=(date(2026, 4, 1), date(2026, 5, 10)), estimate_minutes=1200, percent_complete=90)
    one = standing(world, "money")
    figures, found = one.figures, one.found
    assert (figures.budget, figures.planned, figures.earned, figures.actual) == (10_000_000, 8_000_000, 5_000_000, 3_600_000), "cents"
    assert (found.sv, found.cv, found.spi) == (-3_000_000, 1_400_000, 0.625)
    assert found.cpi == pytest.approx(50 / 36)
    assert found.eac.typical == pytest.approx(7_200_000)
    assert found.eac.atypical == 8_600_000
    assert found.tcpi_budget == pytest.approx(50 / 64)
    assert one.ends == date(2026, 6, 30), "the last milestone, not the last month of costs"
    assert [(step.planned, step.earned) for step in one.course if step.on == date(2026, 4, 30)] == [(8_000_000, 5_000_000)]
    page = signed_in(world.alma).get(reverse("earned_value", kwargs={"key": "POR"}) + "?unit=money").content.decode()
    assert "The milestones carry the whole budget" in page and "By 2026-06-30" in page and "30 %" in page


@pytest.mark.usefixtures("april")
def test_milestones_without_weights_count_the_same_and_one_without_a_day_is_named(world):
    """Hours: 50 are estimated; of three milestones two were planned by now, one is reached."""
    earns(world, "milestones")
    for _n in range(5):
        item(world, planned=(date(2026, 4, 1), date(2026, 6, 1)), estimate_minutes=600, percent_complete=50)
    milestone(world, date(2026, 4, 1), done=True)
    milestone(world, date(2026, 4, 20))
    milestone(world, date(2026, 7, 1))
    item(world, is_milestone=True, title="Some day")
    one = standing(world)
    assert (one.figures.budget, one.figures.planned, one.figures.earned) == (3000, 2000, 1000)
    assert (one.left.steps, one.found.spi) == (1, 0.5)
    weighed = milestone(world, date(2026, 4, 2), 8, done=True)
    one = standing(world)
    assert (one.figures.planned, one.figures.earned, one.left.steps) == (3000, 3000, 4), "beside one with points those without are left out"
    assert [step.id for step in one.steps] == [weighed.pk]


@pytest.mark.usefixtures("april")
def test_the_baseline_says_when_a_milestone_was_planned(world):
    earns(world, "milestones")
    item(world, planned=(date(2026, 4, 1), date(2026, 6, 1)), estimate_minutes=600)
    row = milestone(world, date(2026, 4, 10))
    baselines.take(actor=world.alma, space=world.project.space, name="First")
    WorkItem.objects.filter(pk=row.pk).update(planned_finish=datetime(2026, 8, 1, 12, tzinfo=clock.now().tzinfo))
    assert standing(world).figures.planned == 600


@pytest.mark.usefixtures("april")
def test_finished_or_nothing(world):
    done = item(world, planned=(date(2026, 4, 1), date(2026, 4, 20)), estimate_minutes=600, done=True)
    item(world, planned=(date(2026, 4, 21), date(2026, 5, 10)), estimate_minutes=1200, percent_complete=90)
    assert standing(world).figures.earned == 600 + 1080
    earns(world, "finished")
    one = standing(world)
    assert (one.figures.earned, one.figures.planned, done.pk) == (600, 600 + 600, one.pieces[0].id)


@pytest.mark.usefixtures("april")
def test_without_a_planned_milestone_nothing_is_earned_with_them(world, signed_in):
    earns(world, "milestones")
    item(world, planned=(date(2026, 4, 1), date(2026, 4, 20)), estimate_minutes=600, done=True)
    assert standing(world).found is None
    page = signed_in(world.alma).get(reverse("earned_value", kwargs={"key": "POR"})).content.decode()
    assert "Nothing can be derived: value is earned with milestones, and none has a planned day." in page


@pytest.mark.usefixtures("april")
def test_projects_that_earn_otherwise_add_up_and_ask_as_often_as_one(world):
    others = [make.project(actor=world.alma, name=f"M{n}") for n in range(3)]
    for project in others:
        projects.change(actor=world.alma, project=project, version=None, earning="milestones")
        item(world, project, planned=(date(2026, 4, 1), date(2026, 4, 30)), estimate_minutes=100)
        for day in (20, 25):
            first = date(2026, 4, day)
            item(world, project, planned=(first, first), is_milestone=True, done=day == 20)

    def asked(ids):
        with CaptureQueriesContext(connection) as found:
            reads.standings(world.alma, ids, "hours")
        return len(found)

    ids = [one.space_id for one in others]
    assert asked(ids) == asked(ids[:1])
    whole = reads.whole(reads.standings(world.alma, ids, "hours").values())
    assert (whole.figures.budget, whole.figures.planned, whole.figures.earned) == (300, 300, 150)
