"""Forecasts of features, releases and projects: stored, reproducible, and silent where history says too little."""

from datetime import date, timedelta

import pytest

from tandem.history.models import Event
from tandem.planning import forecasts, schedule
from tandem.planning.actions import promises
from tandem.planning.models import Forecast, Run
from tandem.portfolio.models import Project
from tandem.product.actions import features
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


def shipped_by_a_steady_team(world, **values):
    """A feature of Chen's product whose items Boris' team delivers."""
    rows = histories.steady(actor=world.boris, project=world.project, **values)
    feature = make.feature(actor=world.chen, product=world.product, state="building")
    features.add_scope(actor=world.chen, subject=feature, items=rows, added_at=histories.at(date(2026, 6, 1)))
    return feature, rows


def current(subject) -> Forecast:
    return Forecast.objects.of(subject).get(is_current=True)


def test_a_forecast_is_stored_with_its_range_and_what_it_rests_on(world):
    feature, _ = shipped_by_a_steady_team(world, weeks=30)
    forecasts.compute(world.product.space)
    found = current(feature)
    assert (found.remaining, found.as_of) == (20, TODAY)
    assert TODAY < found.p50 < found.p80 < found.p95
    assert found.detail["found"] == 29
    assert found.detail["mean"] == pytest.approx(2.5, abs=0.1)
    assert found.detail["trials"] == 10_000
    assert len(found.detail["backtest"]["held"]) > 5
    # twenty items at one every second day are forty working days: eight weeks
    assert abs((found.p50 - TODAY).days - 56) <= 7


def test_without_a_promise_the_amount_is_that_by_the_end_of_the_quarter(world):
    feature, _ = shipped_by_a_steady_team(world, weeks=30)
    forecasts.compute(world.product.space)
    found = current(feature).detail["amount"]
    assert (found["by"], found["is_promised"]) == ("2026-12-31", False)
    # thirty working days, one item every second of them
    assert 20 > found["p50"] > found["p80"] > found["p95"] > 0
    assert abs(found["p50"] - 15) <= 2


@pytest.mark.parametrize("days_after_p80", [-1, 0])
def test_all_is_done_at_p80_by_a_promised_day_exactly_when_it_is_not_before_the_p80(world, days_after_p80):
    feature, _ = shipped_by_a_steady_team(world)
    forecasts.compute(world.product.space)
    day = current(feature).p80 + timedelta(days=days_after_p80)
    promises.give(actor=world.chen, subject=feature, to_whom="Shippers", date=day)
    forecasts.compute(world.product.space)
    found = current(feature).detail["amount"]
    assert (found["by"], found["is_promised"]) == (str(day), True)
    assert (found["p80"] == 20) == (days_after_p80 == 0)
    assert found["p95"] < 20


def test_the_same_inputs_are_not_computed_twice_and_a_change_is(world):
    feature, rows = shipped_by_a_steady_team(world)
    first = forecasts.compute(world.product.space)
    again = forecasts.compute(world.product.space)
    assert [r.pk for r in first] == [r.pk for r in again]
    features.remove_scope(actor=world.chen, subject=feature, items=rows[-5:])
    changed = forecasts.compute(world.product.space)
    assert changed[0].pk != first[0].pk
    assert changed[0].inputs_hash != first[0].inputs_hash
    assert Forecast.objects.of(feature).count() == 2
    assert current(feature).remaining == 15


def test_the_same_inputs_give_the_same_dates_when_computed_anew(world):
    feature, _ = shipped_by_a_steady_team(world)
    forecasts.compute(world.product.space)
    before = current(feature)
    assert before.run.seed
    Forecast.objects.all().delete()
    Run.objects.all().delete()
    forecasts.compute(world.product.space)
    after = current(feature)
    assert (before.p50, before.p80, before.p95, before.detail) == (after.p50, after.p80, after.p95, after.detail)
    assert before.run.seed == after.run.seed
    assert before.run.inputs_hash == after.run.inputs_hash


def test_a_run_is_one_event(world):
    shipped_by_a_steady_team(world)
    forecasts.compute(world.product.space)
    forecasts.compute(world.product.space)
    assert Event.objects.filter(verb="run.finished").count() == 1


def test_too_little_history_is_said_and_not_guessed(world):
    ends = histories.working_days_before(TODAY, 3)
    rows = histories.items(actor=world.boris, project=world.project, count=10, finished_on=ends)
    feature = make.feature(actor=world.chen, product=world.product)
    features.add_scope(actor=world.chen, subject=feature, items=rows)
    forecasts.compute(world.product.space)
    found = current(feature)
    assert found.refusal == {"code": "not_enough", "found": 3, "needed": 8}
    assert (found.p50, found.p80, found.remaining) == (None, None, 7)


def test_where_history_says_too_little_the_plan_says_when_it_ends(world):
    Project.objects.filter(pk=world.project.pk).update(starts_on=date(2026, 12, 7))
    one, two = (
        make.work_item(actor=world.boris, project=world.project, title=title, duration_minutes=days * 480)
        for title, days in (("One", 2), ("Two", 3))
    )
    make.link(actor=world.boris, source=one, target=two)
    feature = make.feature(actor=world.chen, product=world.product)
    features.add_scope(actor=world.chen, subject=feature, items=[one, two])
    forecasts.compute(world.product.space)
    assert "plan" not in current(feature).detail
    schedule.compute(world.project.space)
    forecasts.compute(world.product.space)
    found = current(feature)
    assert found.detail["plan"] == {"start": "2026-12-07", "finish": "2026-12-11"}
    assert (found.p50, found.p80, found.refusal["code"]) == (None, None, "not_enough")


def test_a_feature_without_scope_says_so(world):
    feature = make.feature(actor=world.chen, product=world.product)
    forecasts.compute(world.product.space)
    assert current(feature).refusal == {"code": "no_scope"}


def test_parts_are_counted_and_not_what_contains_them(world):
    rows = histories.steady(actor=world.boris, project=world.project, left=0)
    epic = make.work_item(actor=world.boris, project=world.project, title="Epic")
    histories.items(actor=world.boris, project=world.project, count=4, parent=epic)
    feature = make.feature(actor=world.chen, product=world.product)
    features.add_scope(actor=world.chen, subject=feature, items=[epic, *rows])
    forecasts.compute(world.product.space)
    assert current(feature).remaining == 4


def test_two_features_of_one_team_share_its_throughput(world):
    rows = histories.steady(actor=world.boris, project=world.project, left=20)
    ends = [r for r in rows if r.actual_finish]
    fresh = [r for r in rows if not r.actual_finish]
    both = []
    for part in (fresh[:10], fresh[10:]):
        both.append(make.feature(actor=world.chen, product=world.product, title=f"F{len(both)}", state="building"))
        features.add_scope(actor=world.chen, subject=both[-1], items=part)
    forecasts.compute(world.product.space)
    found = [current(f) for f in both]
    assert [f.remaining for f in found] == [10, 10]
    assert [f.detail["others"] for f in found] == [10, 10]
    assert found[0].detail["per_week"] == pytest.approx(1.25, abs=0.05)
    assert len(ends) == 30


def test_a_history_that_ended_long_ago_is_read_as_of_its_end(world):
    end = date(2019, 3, 1)
    Project.objects.filter(pk=world.project.pk).update(as_of=end)
    ends = histories.working_days_before(end, 60)[::2]
    histories.items(actor=world.boris, project=world.project, count=40, finished_on=ends, created=date(2018, 9, 1))
    forecasts.compute(world.project.space)
    found = current(world.project)
    assert found.as_of == end
    assert end < found.p50 < date(2019, 6, 1)


def test_holidays_and_free_days_are_not_worked(world):
    from tandem.work.actions import calendars

    histories.steady(actor=world.boris, project=world.project)
    forecasts.compute(world.project.space)
    before = current(world.project).p50
    own = calendars.create(actor=world.boris, space=world.project.space, name="Team", is_default=True)
    calendars.except_days(
        actor=world.boris, calendar=own, starts_on=date(2026, 12, 7), ends_on=date(2026, 12, 18), hours=[], name="Closed"
    )
    forecasts.compute(world.project.space)
    assert (current(world.project).p50 - before).days == 14
    assert current(world.project).detail["days_off"] == 10


def test_a_promise_carries_what_was_known_when_it_was_given(world):
    feature, _ = shipped_by_a_steady_team(world)
    promise = promises.give(actor=world.chen, subject=feature, to_whom="all", date=TODAY + timedelta(days=90))
    forecasts.compute(world.product.space)
    assert promise.basis["remaining"] == 20
    assert promise.basis["per_week"] == pytest.approx(2.5, abs=0.1)
    assert promise.basis["p80"] == current(feature).p80.isoformat()


def test_a_promise_of_the_past_rests_on_what_was_known_then(world):
    feature, _ = shipped_by_a_steady_team(world)
    given = TODAY - timedelta(days=28)
    promise = promises.give(actor=world.chen, subject=feature, to_whom="all", date=TODAY + timedelta(days=60), given_on=given)
    assert promise.basis["remaining"] == 29
    assert promise.basis["as_of"] == given.isoformat()


def test_the_causes_of_a_slip_add_up_to_it(world):
    feature, _rows = shipped_by_a_steady_team(world)
    given = TODAY - timedelta(days=42)
    promises.give(actor=world.chen, subject=feature, to_whom="all", date=TODAY + timedelta(days=30), given_on=given)
    more = histories.items(actor=world.boris, project=world.project, count=12, created=TODAY - timedelta(days=10))
    features.add_scope(actor=world.chen, subject=feature, items=more)
    forecasts.compute(world.product.space)
    found = current(feature)
    slip = found.detail["slip"]
    assert slip["days"] == (found.p80 - (TODAY + timedelta(days=30))).days > 0
    assert sum(cause["days"] for cause in slip["causes"]) == slip["days"]
    scope = next(c for c in slip["causes"] if c["code"] == "scope_added")
    assert scope["items"] == 12
    assert scope["days"] > 20
    codes = [way["code"] for way in slip["ways"]]
    assert codes[-1] == "revise"
    assert "take_out" in codes
    assert all(way["days"] <= 0 for way in slip["ways"])


def test_a_promise_before_any_history_says_that_its_reserve_is_reckoned_afterwards(world):
    feature = make.feature(actor=world.chen, product=world.product, state="building")
    made = promises.give(actor=world.chen, subject=feature, to_whom="all", date=TODAY + timedelta(days=3))
    assert "p80" not in made.basis
    rows = histories.steady(actor=world.boris, project=world.project)
    features.add_scope(actor=world.chen, subject=feature, items=rows)
    forecasts.compute(world.product.space)
    slip = current(feature).detail["slip"]
    assert slip["is_reckoned"] is True and sum(cause["days"] for cause in slip["causes"]) == slip["days"] > 0
    other, _rows = shipped_by_a_steady_team(world)
    promises.give(actor=world.chen, subject=other, to_whom="all", date=TODAY + timedelta(days=3))
    forecasts.compute(world.product.space)
    assert current(other).detail["slip"]["is_reckoned"] is False


def test_a_late_predecessor_is_named_as_the_cause(world):
    feature, rows = shipped_by_a_steady_team(world, left=4)
    other = make.project(actor=world.alma, name="Customs", key="CUS")
    late = make.work_item(actor=world.alma, project=other, title="API", due_on=TODAY + timedelta(days=120))
    make.link(actor=world.alma, source=late, target=rows[-1])
    promises.give(actor=world.chen, subject=feature, to_whom="all", date=TODAY + timedelta(days=30))
    forecasts.compute(world.product.space)
    found = current(feature)
    assert found.detail["waiting"]["item"] == late.pk
    assert found.p80 > TODAY + timedelta(days=120)
    cause = next(c for c in found.detail["slip"]["causes"] if c["code"] == "predecessor")
    assert cause["item"] == late.pk
    assert cause["days"] > 90  # what a wait costs is not put down to the team
    assert sum(c["days"] for c in found.detail["slip"]["causes"]) == found.detail["slip"]["days"]


def test_a_release_holds_the_scope_of_its_features(world):
    feature, _ = shipped_by_a_steady_team(world)
    release = make.release(actor=world.chen, product=world.product)
    features.change(actor=world.chen, feature=feature, version=None, release=release)
    forecasts.compute(world.product.space)
    assert current(release).remaining == 20


def test_demand_of_all_features_counts_each_item_once(world):
    feature, _ = shipped_by_a_steady_team(world)
    release = make.release(actor=world.chen, product=world.product)
    features.change(actor=world.chen, feature=feature, version=None, release=release)
    forecasts.compute(world.product.space)
    demand = sum(sum(f.detail["load"]["demand"].values()) for f in (current(feature), current(release)))
    assert demand == pytest.approx(20, abs=0.1)
    capacity = current(feature).detail["load"]["capacity"][str(world.project.space_id)]
    assert capacity["2026-12"] == pytest.approx(23 * 0.5, rel=0.15)


def test_a_release_ends_no_sooner_than_the_last_of_its_features(world):
    """The team is quick; one feature has a slow history of its own."""
    quick, _rows = shipped_by_a_steady_team(world, weeks=30, every=1, left=10)
    other = make.project(actor=world.alma, name="Depot", key="DEP")
    slow_rows = histories.steady(actor=world.alma, project=other, weeks=30, every=5, left=12)
    slow = make.feature(actor=world.chen, product=world.product, title="Slow part", state="building")
    features.add_scope(actor=world.alma, subject=slow, items=slow_rows, added_at=histories.at(date(2026, 4, 1)))
    release = make.release(actor=world.chen, product=world.product)
    for part in (quick, slow):
        features.change(actor=world.chen, feature=part, version=None, release=release)
    promises.give(actor=world.chen, subject=release, to_whom="all", date=TODAY + timedelta(days=30))
    forecasts.compute(world.product.space)
    found, last = current(release), current(slow)
    assert last.p80 > current(quick).p80
    assert found.p80 == last.p80
    cause = next(c for c in found.detail["slip"]["causes"] if c["code"] == "predecessor")
    assert cause["feature"] == slow.pk
    assert cause["days"] > 30
    assert sum(c["days"] for c in found.detail["slip"]["causes"]) == found.detail["slip"]["days"] == (found.p80 - TODAY).days - 30
    way = next(w for w in found.detail["slip"]["ways"] if w["code"] == "move_out")
    assert (way["feature"], way["items"]) == (slow.pk, 12)
    assert way["days"] < -30
    assert date.fromisoformat(way["date"]) >= current(quick).p80
