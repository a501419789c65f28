"""Health of projects: grades that say what they rest on, beside the owner's own word; what cannot be derived has none."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.kit import clock
from tandem.planning.models import Forecast, LevelledPlan, PlanConflict, Run
from tandem.reports.queries import health as reads
from tandem.reports.queries import plan_conflicts as plan_reads
from tandem.web import standing
from tandem.work.actions import baselines, blocks
from tandem.work.models import WorkItem
from tests import make

pytestmark = pytest.mark.django_db
PAGE = "/projects/health/"


def day(count):
    return clock.today() + timedelta(days=count)


def report(world, project=None, on=-3, **values):
    return make.project_report(actor=world.alma, project=project or world.project, on=day(on), **values)


def forecast(project, p50, p80, **detail):
    run = Run.objects.create(space=project.space, kind="forecast", inputs_hash=f"h{project.pk}", as_of=clock.today(), seed=1, program="test")
    return Forecast.objects.create(
        space=project.space, run=run, subject_kind="portfolio.project", subject_id=project.pk, as_of=clock.today(), p50=p50, p80=p80, detail=detail
    )


def only(user):
    (one,) = reads.healths(user, None)
    return one


def test_a_project_with_nothing_to_say_is_not_graded(world):
    assert reads.healths(world.alma, None) == []
    report(world)
    assert reads.healths(world.alma, None) == [], "one report alone says nothing of what moved"


def test_the_forecast_is_held_against_what_was_reported(world):
    report(world, planned_finish=day(40), said="on")
    forecast(world.project, day(50), day(70))
    one = only(world.alma)
    assert (one.schedule.state, one.schedule.basis, one.days) == ("off", "p80_report", 30)
    assert (one.computed, one.said, one.apart) == ("off", "on", 2)
    assert one.scope.state == one.cost.state == "none"


def test_without_a_forecast_the_reported_dates_and_costs_say_it(world):
    report(world, on=-200, planned_finish=date(2030, 1, 1), budget=D(100))
    report(world, on=-3, planned_finish=date(2030, 3, 1), budget=D(110), said="off")
    one = only(world.alma)
    assert (one.schedule.state, one.schedule.basis, one.days) == ("risk", "slip", 59)
    assert (one.cost.state, one.growth, one.apart) == ("risk", 0.1, -1)


def test_scope_is_what_came_after_the_baseline(world):
    for title in ("One", "Two"):
        make.work_item(actor=world.boris, project=world.project, title=title)
    WorkItem.objects.filter(space=world.project.space).update(planned_start=clock.now(), planned_finish=clock.now())
    baselines.take(actor=world.boris, space=world.project.space, name="Agreed")
    make.work_item(actor=world.boris, project=world.project, title="Three")
    found = [one for one in reads.healths(world.alma, None) if one.project == world.project]
    assert (found[0].scope.state, found[0].scope.figures["added"], found[0].scope.figures["size"]) == ("off", 1, 2)


def test_the_page_names_who_says_better_than_is_computed(client, world):
    report(world, planned_finish=day(40), said="on")
    forecast(world.project, day(50), day(70))
    other = make.project(actor=world.alma, name="Quay")
    for on, cost in ((-90, 100), (-3, 101)):
        report(world, project=other, on=on, budget=D(cost), said="on")
    client.force_login(world.alma)
    page = client.get(PAGE).content.decode()
    assert "1 of 2 projects is off track by what is computed; 1 owner says better than that." in page
    assert "2 steps better than computed" in page and "How is this computed?" in page
    narrowed = client.get(PAGE, {"only": "better"}).content.decode()
    assert "Portal" in narrowed and "Quay</a>" not in narrowed
    client.force_login(world.dana)
    assert "Portal" not in client.get(PAGE).content.decode()
    assert client.get(PAGE, {"in": world.project.space.key}).status_code == 404


def test_more_projects_take_no_more_queries(client, world):
    client.force_login(world.alma)
    counts = []
    for number in range(2):
        for extra in range(1 + 3 * number):
            project = make.project(actor=world.alma, name=f"P{number}{extra}")
            report(world, project=project, on=-90)
            report(world, project=project, on=-3, budget=D(500_000_000))
        client.get(PAGE)
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def conflict(kind, space, spaces, subject=1):
    return PlanConflict.objects.create(kind=kind, subject_kind="people.user", subject_id=subject, space=space, days=3, detail={"spaces": spaces})


def planned(world, *spaces, ago=0):
    on = clock.today() - timedelta(days=ago)
    run = Run.objects.create(space=world.root, kind="level", inputs_hash="p", as_of=on, seed=1, program="test")
    return LevelledPlan.objects.create(space=world.root, run=run, as_of=on, inputs_hash="p", ends={str(space.pk): [] for space in spaces})


def test_risk_is_what_stands_against_the_project_today(client, world):
    report(world, said="on")
    here = world.project.space
    assert only(world.admin).risk.state == "none", "no plan knows it"
    planned(world, here, ago=8)
    assert only(world.admin).risk.state == "none", "a plan of last week says nothing of today"
    planned(world, here)
    assert (only(world.admin).risk.state, sum(only(world.admin).risk.figures.values())) == ("on", 0)
    item = make.work_item(actor=world.admin, project=world.project, title="Quay")
    blocks.start(actor=world.admin, item=item, kind="person", reason="Nobody there")
    assert (only(world.admin).risk.state, only(world.admin).risk.figures["blocked"]) == ("risk", 1)
    client.force_login(world.admin)
    assert f'href="/boards/{here.key}/"' in client.get(PAGE).content.decode()
    over = conflict(PlanConflict.Kind.OVERLOAD, here, [here.pk])
    broken = conflict(PlanConflict.Kind.PROMISE, world.product.space, [here.pk], subject=2)
    found = only(world.admin)
    assert (found.risk.state, found.risk.figures, found.computed) == ("off", {"promises": 1, "conflicts": 1, "blocked": 1, "risks": 0}, "off")
    standing.forget()
    page = client.get(PAGE).content.decode()
    assert "1 promise that the plan does not keep · 1 conflict of the plan · 1 item is blocked" in page
    assert plan_reads.lines(world.admin, here, 0)[1] == 2, "the inbox to which it leads shows both"
    for one in (over, broken):
        one.gone_at = clock.now()
        one.save()
    assert only(world.admin).risk.state == "risk"


def test_a_person_over_capacity_in_three_projects_is_one_conflict_of_each(world):
    spaces = [world.project.space, *(make.project(actor=world.alma, name=name).space for name in ("Crane", "Berth"))]
    planned(world, *spaces)
    for space in spaces:
        conflict(PlanConflict.Kind.OVERLOAD, space, [one.pk for one in spaces])
    assert {one.risk.figures["conflicts"] for one in reads.healths(world.admin, None)} == {1}


def test_a_conflict_that_one_may_not_see_is_no_risk_of_ones_project(world):
    report(world, said="on")
    planned(world, world.project.space)
    conflict(PlanConflict.Kind.PROMISE, world.product.space, [world.project.space_id])
    assert only(world.admin).risk.state == "off"
    assert only(world.mei).risk.state == "on", "the promise is of a product that Mei does not see"


def test_a_threat_that_stands_high_is_a_risk_and_a_chance_is_none(client, world):
    report(world, said="on")
    space = world.project.space
    make.risk(actor=world.admin, space=space, kind="chance", probability=90)
    assert only(world.admin).risk.state == "none", "a chance stands against nobody"
    low = make.risk(actor=world.admin, space=space, probability=5, days=[1], money=[])
    assert (only(world.admin).risk.state, only(world.admin).risk.figures["risks"]) == ("on", 0)
    make.risk(actor=world.admin, space=space, probability=80, days=[10, 30, 60])
    assert (only(world.admin).risk.state, only(world.admin).risk.figures["risks"]) == ("risk", 1)
    client.force_login(world.admin)
    page = client.get(PAGE).content.decode()
    assert "1 high risk" in page
    assert f'href="/risks/matrix/?in={space.key}"' in page
    assert low.is_open
