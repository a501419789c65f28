"""The range in which a plan ends: from estimates and from history in one network, told with its data, refused where there is too little."""

from datetime import date, timedelta

import pytest

from tandem.compute.forecasting.risk_network import Impact, RiskEvent
from tandem.compute.forecasting.three_point import fixed
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.models import Role
from tandem.planning import forecasts, network_ranges, plan_ranges, range_work
from tandem.planning.actions import plan_ranges as actions
from tandem.planning.models import Forecast, PlanRange, Run
from tandem.portfolio.actions import projects
from tandem.product.actions import features
from tandem.work.actions import time_entries, work_items
from tandem.work.models import WorkItem
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY

DAY = 480


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


@pytest.fixture
def quay(world):
    return make.project(actor=world.alma, name="Quay seven", key="QUA")


def learnt(world, ratios):
    """Finished items of the portal that took so many times their estimate, by three people in turn."""
    people = [world.boris, world.mei, world.chen]
    for k, ratio in enumerate(ratios):
        item = make.work_item(actor=world.boris, project=world.project, estimate_minutes=60)
        time_entries.log(actor=world.boris, item=item, user=people[k % 3], minutes=round(60 * ratio), day=TODAY - timedelta(days=40))
        work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, state=make.state_of(world.project, "done"))
        at = clock.now() - timedelta(days=40)
        WorkItem.objects.filter(pk=item.pk).update(actual_start=at, actual_finish=at)


def task(world, project, days, **values):
    return make.work_item(actor=world.alma, project=project, duration_minutes=round(days * DAY), **values)


def weekdays_after(day: date, count: int) -> date:
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5
    return day


def test_of_estimates_that_are_always_off_alike_the_end_is_that_many_times_the_path(world, quay):
    learnt(world, [1.5] * 9)
    first, second, beside = task(world, quay, 4), task(world, quay, 6), task(world, quay, 9)
    make.link(actor=world.alma, source=first, target=second)
    found = plan_ranges.compute(quay.space)
    assert found.p50 == found.p80 == found.p95 == weekdays_after(TODAY, 15), "1.5 x (4 + 6) days"
    assert found.detail["learnt"] == [{"kind": "type", "type": beside.type.name, "count": 9, "tasks": 3, "low": 1.5, "middle": 1.5, "high": 1.5}]
    assert found.detail["tasks"] == 3 and found.detail["counted"] == [] and found.detail["drivers"] == []
    assert Run.objects.get(pk=found.run_id).kind == "range"


def test_a_spread_of_estimates_makes_a_range_and_says_what_moves_it(world, quay):
    learnt(world, [0.5, 0.7, 0.9, 1.0, 1.0, 1.2, 1.5, 2.0, 3.0])
    long, short = task(world, quay, 40), task(world, quay, 5)
    make.link(actor=world.alma, source=short, target=long)
    found = plan_ranges.compute(quay.space)
    assert found.p50 < found.p80 < found.p95
    assert (found.detail["drivers"][0]["kind"], found.detail["drivers"][0]["id"]) == ("item", long.pk)
    assert found.detail["drivers"][0]["days"] > found.detail["drivers"][1]["days"] > 0
    assert sum(count for _first, _last, count in found.detail["bins"]) > 0.98 * found.detail["trials"]
    assert date.fromisoformat(found.detail["p80_between"][0]) <= found.p80 <= date.fromisoformat(found.detail["p80_between"][1])


def test_people_fewer_than_three_are_not_told_on(world, quay):
    learnt(world, [1.5] * 9)
    for entry in WorkItem.objects.filter(space=world.project.space):
        entry.time_entries.update(user=world.mei)
    task(world, quay, 4)
    (row,) = plan_ranges.compute(quay.space).detail["learnt"]
    assert row["count"] == 9 and "middle" not in row


def test_a_feature_is_counted_from_its_throughput_in_the_same_network(world, quay):
    rows = histories.steady(actor=world.boris, project=world.project, weeks=30, left=20)
    feature = make.feature(actor=world.chen, product=world.product, state="building")
    features.add_scope(actor=world.chen, subject=feature, items=rows, added_at=histories.at(date(2026, 6, 1)))
    forecasts.compute(world.product.space)
    alone = Forecast.objects.of(feature).get(is_current=True)
    only = plan_ranges.compute(world.project.space)
    assert [(row["node"], row["items"]) for row in only.detail["counted"]] == [(f"feature:{feature.pk}", 20)]
    assert abs((only.p50 - alone.p50).days) <= 2 and abs((only.p80 - alone.p80).days) <= 4, "a network of one feature is its forecast"

    learnt(world, [1.0] * 9)
    after = task(world, quay, 10)
    make.link(actor=world.alma, source=rows[-1], target=after)
    both = plan_ranges.compute(world.root)
    assert both.detail["tasks"] == 1 and both.detail["items"] == 21
    assert abs((both.p80 - weekdays_after(only.p80, 10)).days) <= 4, "the task follows on the feature"
    assert both.detail["drivers"][0]["kind"] == "feature"


def test_a_feature_around_a_task_is_taken_apart_into_its_items(world, quay):
    rows = histories.steady(actor=world.boris, project=world.project, weeks=30, left=20, estimate_minutes=DAY)
    learnt(world, [1.0] * 9)
    feature = make.feature(actor=world.chen, product=world.product, state="building")
    features.add_scope(actor=world.chen, subject=feature, items=rows[-20:], added_at=histories.at(date(2026, 6, 1)))
    between = task(world, quay, 10)
    make.link(actor=world.alma, source=rows[-1], target=between)
    make.link(actor=world.alma, source=between, target=rows[-2])
    found = plan_ranges.compute(world.root)
    assert found.detail["counted"] == [] and found.detail["closed"] == 0
    assert found.p50 >= weekdays_after(TODAY, 12), "a day, ten days, a day"


def test_where_too_little_is_known_nothing_is_said_but_why(world, quay):
    task(world, quay, 4)
    learnt(world, [1.0] * 5)
    found = plan_ranges.compute(quay.space)
    assert (found.p50, found.refusal) == (None, {"code": "not_enough", "found": 5, "needed": 8})
    for _ in range(3):
        make.work_item(actor=world.alma, project=quay)
    assert plan_ranges.compute(quay.space).refusal == {"code": "unsized", "unsized": 3, "tasks": 4}
    assert plan_ranges.compute(make.project(actor=world.alma, name="Empty", key="EMP").space).refusal == {"code": "no_work"}
    assert plan_ranges.compute(world.product.space) is None


def test_the_same_inputs_are_not_computed_twice_and_one_row_a_day_stays(world, quay):
    learnt(world, [0.5, 0.7, 0.9, 1.0, 1.0, 1.2, 1.5, 2.0, 3.0])
    one = task(world, quay, 4)
    first = plan_ranges.compute(quay.space)
    assert plan_ranges.compute(quay.space).pk == first.pk
    work_items.change(actor=world.alma, item=one, version=None, duration_minutes=8 * DAY)
    second = plan_ranges.compute(quay.space)
    assert second.p80 > first.p80 and list(PlanRange.objects.filter(space=quay.space)) == [second]


def test_a_project_that_is_over_has_no_range_any_more(world, quay):
    learnt(world, [1.0] * 9)
    task(world, quay, 4)
    assert plan_ranges.compute(quay.space).p80
    projects.change(actor=world.alma, project=quay, version=None, state="cancelled")
    assert plan_ranges.compute(quay.space).refusal == {"code": "no_work"}


def test_a_risk_is_an_event_of_the_same_trials(world, quay):
    learnt(world, [1.0] * 9)
    first, second = task(world, quay, 4), task(world, quay, 6)
    make.link(actor=world.alma, source=first, target=second)
    sure = RiskEvent("storm", 1.0, (Impact(f"item:{first.pk}", fixed(5.0)), Impact("item:999999", fixed(50.0))))
    found = plan_ranges.compute(quay.space, [sure])
    assert found.p50 == weekdays_after(TODAY, 15) and found.detail["risks"] == 1 and found.detail["unplaced"] == 1
    never = RiskEvent("flood", 0.0, (Impact(f"item:{first.pk}", fixed(5.0)),))
    assert plan_ranges.compute(quay.space, [never]).p50 == weekdays_after(TODAY, 10)


def test_a_source_of_risks_is_asked_with_the_projects(world, quay, monkeypatch):
    learnt(world, [1.0] * 9)
    one = task(world, quay, 4)
    asked = []

    def source(projects):
        asked.append(projects)
        return [RiskEvent("storm", 1.0, (Impact(f"item:{one.pk}", fixed(6.0)),))]

    monkeypatch.setattr(network_ranges, "sources", [source])
    assert plan_ranges.compute(quay.space).p50 == weekdays_after(TODAY, 10) and asked == [frozenset({quay.pk})]


def test_what_is_confidential_is_not_part_of_what_stands_above_it(world, quay):
    learnt(world, [1.0] * 9)
    task(world, quay, 4)
    assert plan_ranges.compute(world.root).detail["items"] == 1
    secret = make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True)
    task(world, secret, 400)
    assert [project.space.key for project in range_work.projects_of(world.root)] == ["POR", "QUA"]
    assert plan_ranges.compute(world.root).detail["items"] == 1


def test_work_that_has_a_day_does_not_begin_before_it(world, quay):
    learnt(world, [1.0] * 9)
    task(world, quay, 2, constraint="SNET", constraint_at=histories.at(TODAY + timedelta(days=14)))
    found = plan_ranges.compute(quay.space)
    assert found.p50 == TODAY + timedelta(days=15), "a Thursday and a Friday"


def test_a_container_ends_with_all_that_it_holds(world, quay):
    learnt(world, [1.0] * 9)
    whole = make.work_item(actor=world.alma, project=quay, title="Foundations")
    task(world, quay, 3, parent=whole)
    task(world, quay, 7, parent=whole)
    after = task(world, quay, 5)
    make.link(actor=world.alma, source=whole, target=after)
    assert plan_ranges.compute(quay.space).p50 == weekdays_after(TODAY, 12)


def test_who_does_not_work_there_does_not_ask(world, quay):
    with pytest.raises(Hidden):
        actions.ask(actor=world.dana, space=quay.space, title="Range")
    with pytest.raises(Denied):
        actions.ask(actor=make.user(actor=world.admin, name="Ines Reader", role=Role.AUDITOR), space=quay.space, title="Range")
    with pytest.raises(Refused, match="range_without_projects"):
        actions.ask(actor=world.admin, space=world.product.space, title="Range")
    job = actions.ask(actor=world.alma, space=quay.space, title="Range")
    assert actions.ask(actor=world.alma, space=quay.space, title="Range").pk == job.pk
