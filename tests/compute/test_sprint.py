"""A sprint by hand: three items, one that comes later, one that goes, one that grows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from tandem.compute.flow.sprint import (
    BEGINNING,
    Outlook,
    Piece,
    course,
    effects,
    spans_of_change,
    sum_at,
    velocity,
)
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.scheduling.calendar import CalendarException, WorkingCalendar

MONDAY = date(2026, 11, 2)
OFFICE = WorkingCalendar("office")


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, 2 + day, hour, tzinfo=UTC)


BEGAN = at(0, 9)
PIECES = [
    Piece(1, ((BEGINNING, True),), ((at(1), True),), ((BEGINNING, 3.0),)),
    Piece(2, ((at(0, 8), True), (at(3), False)), (), ((BEGINNING, 5.0),)),
    Piece(3, ((at(2), True),), ((at(4), True), (at(5), False), (at(6), True)), ((BEGINNING, 2.0), (at(4, 9), 8.0))),
]


def test_the_sums_follow_scope_work_and_estimates():
    days = course(PIECES, MONDAY, MONDAY + timedelta(days=6), at(9), BEGAN)
    assert [(s.items, s.done, s.size, s.done_size) for _, s in days] == [
        (2, 0, 8.0, 0.0), (2, 1, 8.0, 3.0), (3, 1, 10.0, 3.0), (2, 1, 5.0, 3.0), (2, 2, 11.0, 11.0), (2, 1, 11.0, 3.0),
        (2, 2, 11.0, 11.0),
    ]  # fmt: skip
    assert sum_at(PIECES, at(2)).left == 2


def test_the_future_is_not_drawn_and_today_is_as_of_now():
    days = course(PIECES, MONDAY, MONDAY + timedelta(days=6), at(2, 11), BEGAN)
    assert [day for day, _ in days] == [MONDAY + timedelta(days=n) for n in range(3)]
    assert days[-1][1].items == 2, "the item of noon has not come yet"


def test_what_changed_before_the_start_is_no_change_of_scope():
    assert spans_of_change(PIECES, BEGAN, at(9)) == [(m, m) for m in (at(2), at(3), at(4, 9))]


def test_what_is_sorted_in_one_go_is_one_change():
    late = [Piece(n, ((at(1) + timedelta(seconds=50 * n), True),), (), ()) for n in range(4)]
    assert spans_of_change(late, BEGAN, at(9)) == [(at(1), at(1) + timedelta(seconds=150))]


def _outlook(finished=40) -> Outlook:
    days = [MONDAY - timedelta(days=n) for n in range(1, finished + 1)]
    return Outlook(days, OFFICE, MONDAY - timedelta(days=80), MONDAY + timedelta(days=4))


def test_adding_work_lowers_the_chance_and_taking_it_out_raises_it():
    grown = [Piece(n, ((BEGINNING, True),), (), ((BEGINNING, 1.0),)) for n in range(4)]
    grown.append(Piece(9, ((at(1), True), (at(2), False)), (), ((BEGINNING, 1.0),)))
    added, removed = effects(grown, _outlook(), BEGAN, at(4))
    assert (added.before.left, added.after.left) == (4, 5)
    assert added.chance_before > added.chance_after
    assert removed.chance_after > removed.chance_before


def test_the_same_data_give_the_same_chance_and_nothing_left_is_certain():
    assert _outlook().chance(MONDAY, 5) == _outlook().chance(MONDAY, 5)
    assert _outlook().chance(MONDAY, 0) == 1.0
    assert _outlook(5).chance(MONDAY, 0) == 1.0, "no history is needed for that"


def test_nothing_is_said_from_too_little():
    assert _outlook(5).chance(MONDAY, 3) == NotEnough(5)
    assert velocity([20, 30]) == NotEnough(2, 3)


def test_days_left_follow_the_calendar():
    off = WorkingCalendar("off", exceptions=(CalendarException(MONDAY, MONDAY + timedelta(days=2)),))
    assert Outlook([], off, MONDAY, MONDAY + timedelta(days=4)).days_left(MONDAY) == 2


def test_velocity_has_a_range_and_says_how_often_it_was_enough():
    found = velocity([20, 30, 25, 40, 35])
    assert (found.low, found.middle, found.high) == pytest.approx((24.0, 30.0, 36.0))
    assert not found.is_scaled and found.enough_for(30) == 3 and found.enough_for(41) == 0


def test_velocity_is_scaled_to_the_days_that_people_have():
    found = velocity([20, 30, 25], [40, 50, 50], 25)
    assert found.is_scaled and found.usual == pytest.approx((12.5, 15.0, 12.5))
    assert not velocity([20, 30, 25], [40, 0, 50], 25).is_scaled, "the days of one sprint are not known"
