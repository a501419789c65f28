"""The levelled plan is bound by the time that people really have: time off, terms of employment, firm bookings."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from tandem.compute.scheduling.levelling.array_check import ArrayChecker
from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning import capacity, levelling
from tandem.planning.models import PlanConflict
from tandem.reports.queries import plan_chain
from tandem.resources.actions import bookings, employments, time_off
from tandem.work.actions import work_items
from tests import make
from tests.planning.one_week import MONDAY, days, item, on

pytestmark = pytest.mark.usefixtures("monday")


def away(world, person, first, last, **values):
    return time_off.ask(actor=world.admin, person=person, starts_on=first, ends_on=last, **values)


def employed(world, person, **values):
    return employments.create(actor=world.admin, space=Space.objects.get(parent=None), person=person, **{"starts_on": date(2020, 1, 1), **values})


def held(plan) -> int:
    found = levelling.kept(plan.pk)
    return ArrayChecker(found.inputs.arrays()).held(found.starts.astype("int32"), np.zeros(found.inputs.n, np.int32), may_break=())


def test_two_weeks_of_illness_move_the_work_and_what_follows_it_and_nothing_else(world):
    first, second = item(world, "First", 3, people=[world.mei]), item(world, "Second", 3, people=[world.mei])
    after, other = item(world, "After", 2, people=[world.boris]), item(world, "Other", 4, people=[world.chen])
    for source, target in ((first, second), (second, after)):
        make.link(actor=world.admin, source=source, target=target)
    levelling.compute()
    assert (days(first), days(second), days(after)) == ((on(7), on(9)), (on(10), on(14)), (on(15), on(16)))
    away(world, world.mei, on(8), on(18))
    plan = levelling.compute()
    assert days(first) == (on(7), on(22)), "it goes on when she is back"
    assert (days(second), days(after)) == ((on(23), on(25)), (on(28), on(29)))
    assert days(other) == (on(7), on(10))
    assert held(plan) == 0


def test_who_is_back_earlier_works_earlier(world):
    first, second = item(world, "First", 3, people=[world.mei]), item(world, "Second", 3, people=[world.mei])
    ill = away(world, world.mei, on(7), on(18))
    levelling.compute()
    assert days(first) == (on(21), on(23))
    time_off.withdraw(actor=world.admin, time_off=ill)
    levelling.compute()
    assert (days(first), days(second)) == ((on(7), on(9)), (on(10), on(14)))


def test_half_a_day_off_takes_half_a_day(world):
    one = item(world, "One", 2, people=[world.mei])
    away(world, world.mei, on(8), on(8), starts_half=True)
    levelling.compute()
    assert days(one) == (on(7), on(9))


def test_what_is_only_asked_for_moves_nothing(world):
    one = item(world, "One", 3, people=[world.mei])
    time_off.ask(actor=world.mei, person=world.mei, starts_on=on(8), ends_on=on(18))
    levelling.compute()
    assert days(one) == (on(7), on(9))


def test_part_time_takes_longer(world):
    employed(world, world.mei, percent=50)
    one, two = item(world, "One", 5, people=[world.mei]), item(world, "Two", 5, people=[world.boris])
    plan = levelling.compute()
    assert (days(one), days(two)) == ((on(7), on(18)), (on(7), on(11)))
    assert held(plan) == 0


def test_who_joins_later_begins_later(world):
    employed(world, world.mei, starts_on=on(21))
    one = item(world, "One", 2, people=[world.mei])
    levelling.compute()
    assert days(one) == (on(21), on(22))


def test_a_firm_booking_keeps_its_share_for_what_it_is_for(world):
    other = make.project(actor=world.alma, name="Mobile", key="MOB")
    mine = item(world, "Mine", 5, people=[world.mei])
    levelling.compute()
    assert days(mine) == (on(7), on(11))
    soft = bookings.create(actor=world.admin, subject=other, person=world.mei, starts_on=on(7), ends_on=on(18), percent=50, is_hard=False)
    levelling.compute()
    assert days(mine) == (on(7), on(11)), "a soft one binds nobody"
    bookings.change(actor=world.admin, booking=soft, version=None, is_hard=True)
    levelling.compute()
    assert days(mine) == (on(7), on(18))
    theirs = item(world, "Theirs", 5, project=other, people=[world.mei])
    plan = levelling.compute()
    assert days(theirs) == (on(7), on(18)), "what is booked for it is still there"
    assert days(mine) == (on(7), on(18))
    assert held(plan) == 0


def test_the_last_day_of_somebody_stands_out_where_their_work_goes_on(world):
    employed(world, world.mei, ends_on=on(9))
    one = item(world, "One", 2, people=[world.mei])
    two = item(world, "Two", 4, people=[world.mei])
    levelling.compute()
    assert days(one)[1] <= on(8)
    assert days(two)[1] > on(9)
    found = PlanConflict.objects.open().get(kind=PlanConflict.Kind.LEAVER)
    assert (found.subject_id, found.space_id, found.wanted_on, found.computed_on) == (world.mei.pk, world.project.space_id, on(9), days(two)[1])
    assert found.detail["items"] == [two.pk]
    work_items.change(actor=world.admin, item=two, version=None, assignees=[world.boris])
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=PlanConflict.Kind.LEAVER).exists()


def test_too_much_is_measured_by_the_time_that_somebody_has(world):
    start, end = datetime(2026, 9, 7, 8, tzinfo=UTC), datetime(2026, 9, 11, 17, tzinfo=UTC)
    item(world, "One", 5, people=[world.mei], planned_start=start, planned_finish=end)
    levelling.compute()
    assert not PlanConflict.objects.open().filter(kind=PlanConflict.Kind.OVERLOAD).exists()
    away(world, world.mei, on(9), on(11))
    levelling.compute()
    found = PlanConflict.objects.open().get(kind=PlanConflict.Kind.OVERLOAD)
    assert (found.days, found.detail["hours"], found.detail["capacity"]) == (3, 40, 16)


def test_the_shares_of_a_day_add_up_whatever_day_one_counts_from():
    numbers = np.arange(date(2026, 9, 7).toordinal(), date(2026, 9, 7).toordinal() + 70)
    made = capacity._slots(np.full(70, 0.6), numbers)
    assert made.sum() == 336
    assert (capacity._slots(np.full(60, 0.6), numbers[10:]) == made[10:]).all()


def test_a_plan_takes_the_same_queries_for_many_people_away(world, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    away(world, world.mei, on(8), on(9))
    item(world, "One", 1, people=[world.mei])
    with CaptureQueriesContext(connection) as few:
        levelling.compute()
    for n, person in enumerate((world.boris, world.chen, world.alma)):
        away(world, person, on(8 + n), on(18))
        item(world, f"Item {n}", 1, people=[person])
    with CaptureQueriesContext(connection) as many:
        levelling.compute()
    assert len(many) <= len(few) + 3


def test_an_absence_is_named_as_the_reason_and_nobody_reads_why(world, monkeypatch):
    monkeypatch.setattr(plan_chain, "can_explain", lambda: True)
    first, second = item(world, "First", 1, people=[world.mei]), item(world, "Second", 1, people=[world.mei])
    levelling.compute()
    away(world, world.mei, on(8), on(18), kind="sickness")
    levelling.compute()
    late = max((first, second), key=days)
    assert days(late) == (on(21), on(21))
    found = plan_chain.of(world.boris, late)
    kept = [one for cause in found.steps[0].causes for one in cause.absences]
    assert [(one.code, one.person, one.first, one.last) for one in kept] == [("away", world.mei.name, on(8), on(18))]


def test_what_moved_since_yesterday_names_who_has_less_time(world):
    one = item(world, "One", 3, people=[world.mei])
    levelling.compute()
    with clock.held_at(MONDAY + timedelta(hours=24)):
        away(world, world.mei, on(9), on(18))
        plan = levelling.compute()
    moved = {move["item"]: move for move in plan.moves}
    assert moved[one.pk]["cause"] | {"own": True} == {"code": "time", "item": one.pk, "who": [world.mei.pk], "own": True}
