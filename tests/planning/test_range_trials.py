"""Ranges tried against what came: past baselines reckoned as of their own day, with nothing that was known only later."""

from datetime import date, timedelta

import pytest

from tandem.kit import clock
from tandem.planning import range_trials
from tandem.planning.models import RangeCase
from tandem.reports.queries import plan_range_words, plan_ranges
from tandem.work.actions import baselines, work_items
from tandem.work.models import Baseline, Link, WorkItem
from tests import make
from tests.planning import histories
from tests.planning.histories import TODAY
from tests.planning.test_plan_ranges import learnt, quay, task, weekdays_after  # noqa: F401

THEN = TODAY - timedelta(days=30)
"""A Tuesday, ten days after what the estimates are learnt from."""


@pytest.fixture(autouse=True)
def _today():
    with histories.today():
        yield


def taken(world, project, rows, on=THEN, actor=None):
    """A baseline as if it had been taken on that day, with the links of the items."""
    for row in rows:
        Link.objects.filter(source=row).update(created_at=histories.at(on - timedelta(days=1)))
    WorkItem.objects.filter(space=project.space, planned_start=None).update(planned_start=histories.at(on), planned_finish=histories.at(on, 17))
    made = baselines.take(actor=actor or world.alma, space=project.space, name="Approved plan")
    Baseline.objects.filter(pk=made.pk).update(created_at=histories.at(on))
    return Baseline.objects.get(pk=made.pk)


def finished(world, project, rows, on):
    for row in rows:
        work_items.change(actor=world.alma, item=WorkItem.objects.get(pk=row.pk), version=None, state=make.state_of(project, "done"))
        WorkItem.objects.filter(pk=row.pk).update(actual_start=histories.at(on - timedelta(days=1)), actual_finish=histories.at(on, 15))


@pytest.fixture
def chain(world, quay):  # noqa: F811
    """Four, two and four days of estimate in a row; estimates are passed by half: fifteen working days from the baseline on."""
    learnt(world, [1.5] * 9)
    rows = [task(world, quay, days) for days in (4, 2, 4)]
    make.link(actor=world.alma, source=rows[0], target=rows[1])
    make.link(actor=world.alma, source=rows[1], target=rows[2])
    return rows


def case():
    return RangeCase.objects.get()


@pytest.mark.parametrize(("late", "held"), [(0, True), (1, False)])
def test_p80_held_or_not_by_the_day_on_which_the_last_of_it_was_done(world, quay, chain, late, held):  # noqa: F811
    taken(world, quay, chain)
    end = weekdays_after(THEN, 15)
    finished(world, quay, chain, end + timedelta(days=late))
    assert range_trials.renew() == 1
    assert (case().p50, case().p80, case().items, case().ended_on) == (end, end, 3, end + timedelta(days=late))
    assert case().held(clock.today()) is held
    told = plan_ranges.tried(world.alma, quay.space)
    assert (told.held, told.decided, told.undecided) == (int(held), 1, 0)
    assert plan_range_words.tried(told)[0] == f"Reckoned as of the day of each past baseline, P80 would have held in {int(held)} of 1 case."
    assert range_trials.renew() == 0, "once for each baseline"


def test_open_work_is_missed_once_p80_is_over_and_undecided_before(world, quay, chain):  # noqa: F811
    taken(world, quay, chain)
    range_trials.renew()
    assert case().p80 < TODAY and case().held(TODAY) is False
    assert case().held(case().p80) is None
    finished(world, quay, chain, TODAY)
    assert range_trials.renew() == 1 and case().ended_on == TODAY


def test_nothing_that_was_finished_later_is_known(world, quay, chain):  # noqa: F811
    """Nine more items, finished after the baseline, took four times their estimate."""
    taken(world, quay, chain)
    learnt(world, [4.0] * 9)
    newest = WorkItem.objects.filter(space=world.project.space).order_by("-id")[:9].values_list("pk", flat=True)
    WorkItem.objects.filter(pk__in=list(newest)).update(actual_finish=histories.at(THEN + timedelta(days=1)))
    range_trials.renew()
    assert case().p80 == weekdays_after(THEN, 15)


def test_with_too_little_known_then_there_is_no_range_and_it_says_so(world, quay, chain):  # noqa: F811
    taken(world, quay, chain, on=TODAY - timedelta(days=60))
    range_trials.renew()
    assert case().p80 is None and case().refusal["code"] == "not_enough" and case().held(TODAY) is None
    assert plan_ranges.tried(world.alma, quay.space).little == 1


def test_what_was_done_before_given_up_or_removed_is_no_part_of_it(world, quay, chain):  # noqa: F811
    more = [task(world, quay, 50) for _n in range(3)]
    taken(world, quay, chain)
    finished(world, quay, more[:1], THEN - timedelta(days=3))
    work_items.remove(actor=world.alma, item=WorkItem.objects.get(pk=more[1].pk), version=None)
    WorkItem.objects.filter(pk=more[2].pk).update(is_given_up=True)
    range_trials.renew()
    assert (case().items, case().p80) == (3, weekdays_after(THEN, 15))


def test_of_two_items_or_of_today_nothing_is_tried(world, quay, chain):  # noqa: F811
    WorkItem.objects.filter(space=quay.space).update(planned_start=histories.at(TODAY), planned_finish=histories.at(TODAY, 17))
    baselines.take(actor=world.alma, space=quay.space, name="Today")
    finished(world, quay, chain[:1], THEN - timedelta(days=1))
    taken(world, quay, chain[1:])
    assert range_trials.renew() == 0


def test_the_place_shows_its_own_and_says_what_there_is_elsewhere(world, quay, chain, signed_in):  # noqa: F811
    secret = make.project(actor=world.admin, name="Board", key="BRD", is_confidential=True)
    taken(world, quay, chain)
    hidden = [make.work_item(actor=world.admin, project=secret, duration_minutes=960) for _n in range(3)]
    taken(world, secret, hidden, actor=world.admin)
    finished(world, quay, chain, weekdays_after(THEN, 15))
    range_trials.renew()
    assert RangeCase.objects.count() == 2
    assert plan_ranges.tried(world.admin, world.root).decided == 2
    seen = plan_ranges.tried(world.alma, world.project.space)
    assert (seen.decided, seen.wide_decided, len(seen.cases)) == (0, 1, 0), "elsewhere, and not what is confidential"
    assert "In everything that you see: 1 of 1 case." in plan_range_words.tried(seen)


def test_the_risks_that_feed_a_range_are_named_to_who_sees_them(world, quay):  # noqa: F811
    risk = make.risk(actor=world.alma, space=quay.space, title="The crane is late")
    told = {"risk_shares": [{"risk": str(risk.pk), "happened": 0.3, "with": "2026-12-11", "without": "2026-12-01"}, {"risk": "999999", "happened": 0.5, "with": None, "without": None}]}
    rows = plan_ranges._struck(world.alma, told)
    assert [(row.risk, row.happened, row.with_it) for row in rows] == [(risk, 0.3, date(2026, 12, 11)), (None, 0.5, None)]
    assert plan_ranges._struck(world.dana, told)[0].risk is None
