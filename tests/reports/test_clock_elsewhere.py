"""The clock of a project counts on its cards, in its forecast and in the notice of what has become old, as on its flow page."""

from datetime import timedelta

import pytest
from django.urls import reverse

from tandem.automation.actions import ageing
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.planning import forecasts
from tandem.planning.models import Forecast
from tandem.planning.scope import Reading
from tandem.portfolio.models import Project
from tandem.reports.queries.card_ages import CardAges
from tandem.work.models import State, WorkItem
from tests.reports.test_flow import NOW, at
from tests.reports.test_flow_clock import figures, put, walked


@pytest.fixture(autouse=True)
def today():
    with clock.held_at(NOW):
        yield


@pytest.fixture
def by(world):
    return {s.name: s for s in State.objects.filter(space=world.project.space)}


def ages(world, *items):
    found = CardAges(world.boris, world.project.space_id, NOW)
    rows = list(WorkItem.objects.filter(pk__in=[i.pk for i in items]).select_related("state").order_by("pk"))
    found.meet(rows)
    return found, rows


def test_cards_and_page_say_the_same(world, by):
    done = [{"To do": n, "In progress": n + 1, "In review": n + 4, "Done": n + 9} for n in range(12)]
    *_finished, reviewed, doing = walked(world, by, *done, {"To do": 0, "In progress": 2, "In review": 20}, {"To do": 0, "In progress": 2})
    put(world, start=by["In review"], counts_working_days=True)
    found, (first, second) = ages(world, reviewed, doing)
    page = figures(world)
    assert found.expected == pytest.approx(page.expectation.days)
    (late,) = page.in_progress
    assert late.line.id == first.pk and found.of(first) == int(late.age) < (NOW - at(20)).days
    assert found.of(second) is None, "before the start of the clock it waits"


def test_with_a_clock_of_its_own_neither_wholes_nor_given_up_work_count(world, by):
    quick = [{"To do": n, "In progress": n + 1, "In review": n + 2, "Done": n + 3} for n in range(10)]
    slow = {"To do": 0, "In progress": 1, "In review": 2, "Done": 19}
    rows = walked(world, by, *quick, *[slow] * 8)
    put(world, start=by["In review"])
    assert ages(world)[0].expected > 10
    WorkItem.objects.filter(pk__in=[r.pk for r in rows[10:14]]).update(is_given_up=True)
    for part, whole in zip(rows[:4], rows[14:], strict=True):
        WorkItem.objects.filter(pk=part.pk).update(parent=whole)
    found = ages(world)[0]
    assert found.expected == pytest.approx(figures(world).expectation.days) and found.expected < 2


def test_a_card_behind_the_end_of_the_clock_has_no_age(world, by):
    done = [{"To do": n, "In progress": n + 1, "Done": n + 3} for n in range(9)]
    *_rest, one = walked(world, by, *done, {"To do": 0, "In progress": 1, "In review": 5})
    put(world, stop=by["In review"])
    found, (row,) = ages(world, one)
    assert found.of(row) is None and found.left(row).date() == at(5).date()


def test_without_a_clock_nothing_is_read_of_their_ways(world, by, django_assert_num_queries):
    (one,) = walked(world, by, {"To do": 0, "In progress": 2})
    WorkItem.objects.filter(pk=one.pk).update(actual_start=at(2))
    row = WorkItem.objects.select_related("state").get(pk=one.pk)
    with django_assert_num_queries(2):
        found = CardAges(world.boris, world.project.space_id, NOW)
        found.meet([row])
    assert found.of(row) == (NOW - at(2)).days and found.expected is None


def test_the_board_says_by_which_clock(world, by, signed_in):
    walked(world, by, *({"To do": n, "In progress": n + 1, "In review": n + 4, "Done": n + 9} for n in range(9)))
    page = reverse("board", kwargs={"key": "POR"})
    assert "from “In review” to done" not in signed_in(world.boris).get(page).content.decode()
    put(world, start=by["In review"], counts_working_days=True)
    assert "from “In review” to done, working days" in signed_in(world.boris).get(page).content.decode()


def test_the_forecast_counts_what_the_clock_has_stopped_for(world, by):
    rows = walked(world, by, *({"To do": n, "In progress": n + 1, "In review": n + 2} for n in range(12)), {"To do": 3, "In progress": 4})
    project = Project.objects.get(pk=world.project.pk)
    assert len(Reading([project]).subjects[0].open_items) == 13
    put(world, stop=by["In review"])
    subject = Reading([project]).subjects[0]
    assert [item.id for item in subject.open_items] == [rows[-1].pk]
    done = next(item for item in subject.items if item.id == rows[0].pk)
    assert (done.started, done.finished) == (at(1).date(), at(2).date())
    forecasts.compute(world.project.space)
    found = Forecast.objects.of(project).get(is_current=True)
    assert found.remaining == 1 and found.detail["own_clock"] and found.detail["found"] == 12


def test_an_item_whose_way_is_unknown_keeps_its_own_dates(world, by):
    (one,) = walked(world, by, {"Done": 4})
    WorkItem.objects.filter(pk=one.pk).update(actual_start=at(1))
    put(world, start=by["In review"])
    (item,) = Reading([Project.objects.get(pk=world.project.pk)]).subjects[0].items
    assert (item.started, item.finished, item.is_done) == (at(1).date(), at(4).date(), True)


def test_nobody_is_told_twice_of_one_item_that_is_counted_in_working_days(world, by):
    done = [{"To do": n, "In progress": n + 1, "Done": n + 6} for n in range(12)]
    last = (NOW - at(0)).days
    walked(world, by, *done, {"To do": last - 9, "In progress": last - 8})
    put(world, counts_working_days=True)
    Project.objects.filter(pk=world.project.pk).update(owner=world.boris)
    for days in range(4):
        with clock.held_at(NOW + timedelta(days=days)):
            ageing.tell_all()
    assert Notification.objects.filter(mark__startswith="aged:").count() == 1


def test_what_presses_is_asked_in_the_days_in_which_the_expectation_is_counted(world, by):
    from tandem.reports.queries import pulls

    (one,) = walked(world, by, {"To do": 0})
    due = NOW.date() + timedelta(days=14)
    WorkItem.objects.filter(pk=one.pk).update(service_class="fixed_date", due_on=due)
    row = WorkItem.objects.select_related("state").get(pk=one.pk)
    usual = CardAges(world.boris, world.project.space_id, NOW)
    assert usual.days_until(due) == 14
    put(world, start=by["In progress"], counts_working_days=True)
    working = CardAges(world.boris, world.project.space_id, NOW)
    assert working.days_until(due) == 10 and working.days_until(NOW.date()) == 0 and working.days_until(NOW.date() - timedelta(days=7)) == -5
    for ages_, why in ((usual, "next"), (working, "due")):
        ages_.expected = 11.0
        found = pulls._judged(row, ages_, NOW)
        assert found.why == why, "eleven working days are more than two weeks, eleven days are less"
    assert found.days == 14, "people read days of the calendar"
