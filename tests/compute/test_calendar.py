"""Working time: calendars on an integer axis."""

from datetime import date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.axis import elapsed
from tandem.compute.scheduling.calendar import (
    ELAPSED,
    OFFICE_DAY,
    CalendarException,
    SeasonalWeek,
    WorkingCalendar,
)
from tests.compute.plans import CALENDARS, MAY, NIGHTS, OFFICE

YEAR = (date(2024, 1, 1), date(2024, 12, 31))
moments = st.datetimes(datetime(2024, 1, 8), datetime(2024, 6, 20)).map(lambda at: at.replace(microsecond=0))
axes = st.sampled_from(sorted(CALENDARS)).map(lambda name: CALENDARS[name].axis(*YEAR))


@settings(deadline=None)
@given(axes, st.integers(60, 20_000))
def test_a_position_becomes_a_moment_and_back(axis, minutes):
    seconds = minutes * 60
    assert axis.position(axis.as_finish(seconds)) == seconds
    assert axis.position(axis.as_start(seconds)) == seconds
    assert axis.as_finish(seconds) <= axis.as_start(seconds)


@settings(deadline=None)
@given(axes, moments)
def test_no_working_time_lies_before_the_next_working_moment(axis, at):
    assert at <= axis.next_working(at)
    assert axis.between(at, axis.next_working(at)) == 0


@settings(deadline=None)
@given(axes, moments, st.integers(0, 3000))
def test_what_is_added_lies_between(axis, at, minutes):
    assert axis.between(at, axis.add(at, minutes)) == minutes
    assert axis.add(axis.add(at, minutes), -minutes) <= axis.next_working(at)


def test_a_day_of_work_ends_in_the_evening_and_the_next_begins_in_the_morning():
    axis = OFFICE.axis(*YEAR)
    friday = datetime(2024, 1, 5, 8)
    assert axis.add(friday, 480) == datetime(2024, 1, 5, 17)
    assert axis.next_working(datetime(2024, 1, 5, 17)) == datetime(2024, 1, 8, 8)
    assert axis.add(friday, 481) == datetime(2024, 1, 8, 8, 1)


def test_lunch_is_no_work():
    assert OFFICE.axis(*YEAR).between(datetime(2024, 1, 5, 11), datetime(2024, 1, 5, 14)) == 120


def test_a_night_shift_runs_over_midnight():
    axis = NIGHTS.axis(*YEAR)
    assert axis.add(datetime(2024, 1, 5, 8), 480) == datetime(2024, 1, 6, 8)
    assert axis.next_working(datetime(2024, 1, 6, 9)) == datetime(2024, 1, 8, 23)


def test_a_holiday_is_free_and_its_moved_day_is_worked():
    assert not MAY.is_working_day(date(2024, 5, 2))
    assert MAY.is_working_day(date(2024, 4, 28))
    assert not OFFICE.is_working_day(date(2024, 4, 28))
    assert MAY.count_working_days(date(2024, 4, 28), date(2024, 5, 11)) == 3 + 5 + 1


def test_a_holiday_of_the_base_holds_for_a_person_with_an_own_week():
    person = WorkingCalendar("p", week=(None, None, ((600, 660),), None, None, None, None), base=MAY)
    assert person.day(date(2024, 5, 1)) == ()
    assert person.day(date(2024, 5, 8)) == ((600, 660),)
    assert person.day(date(2024, 5, 9)) == OFFICE_DAY


def test_an_own_exception_is_stronger_than_the_base():
    person = WorkingCalendar(
        "p",
        week=(None,) * 7,
        exceptions=(CalendarException(date(2024, 5, 2), date(2024, 5, 2), ((540, 600),)),),
        base=MAY,
    )
    assert person.day(date(2024, 5, 2)) == ((540, 600),)


def test_a_seasonal_week_changes_only_its_days():
    summer = SeasonalWeek(date(2024, 6, 3), date(2024, 6, 9), ((), None, None, None, None, None, None))
    calendar = WorkingCalendar("s", seasons=(summer,))
    assert calendar.day(date(2024, 6, 3)) == ()
    assert calendar.day(date(2024, 6, 4)) == OFFICE_DAY
    assert calendar.day(date(2024, 6, 10)) == OFFICE_DAY


def test_two_calendars_at_once_leave_what_both_work():
    both = OFFICE.axis(*YEAR).meet(CALENDARS["mornings"].axis(*YEAR))
    assert both.add(datetime(2024, 1, 5, 8), 180) == datetime(2024, 1, 5, 12)
    assert both.add(datetime(2024, 1, 5, 8), 181) == datetime(2024, 1, 8, 9, 1)


def test_elapsed_time_knows_no_night():
    at = datetime(2024, 1, 5, 17)
    assert elapsed(at, 1440) == ELAPSED.axis(*YEAR).add(at, 1440) == datetime(2024, 1, 6, 17)


@pytest.mark.parametrize("day", [((600, 540),), ((480, 720), (700, 900)), ((480, 1441),)])
def test_intervals_that_overlap_or_leave_the_day_are_refused(day):
    with pytest.raises(Uncomputable, match="calendar_intervals") as refused:
        WorkingCalendar("wrong", week=(day,) * 7)
    assert refused.value.params == {"calendar": "wrong", "value": day}
