"""Why a promise slips: causes that add up, and ways out that work."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.forecasting.history import NotEnough
from tandem.compute.forecasting.slip import Cause, PromiseCase, slip, ways_out
from tandem.compute.forecasting.throughput import when
from tests.compute.test_throughput import histories, history

TWO, ONE = history(*[2] * 20), history(*[1] * 20)
CASE = PromiseCase(
    promised=12, today=5, remaining_then=20, added=6, remaining=20, history=ONE, history_then=TWO, ready=8
)


def test_each_cause_costs_the_days_that_it_moves():
    """Ten days of work for twelve; then six more items, half the pace, and a predecessor three days late."""
    found = slip(CASE)
    assert found.causes == (
        Cause("scope_added", 3),
        Cause("throughput", 12),
        Cause("predecessor", 3),
        Cause("reserve", -2),
    )
    assert (found.forecast, found.days) == (28, 16)
    assert [cause.code for cause in found.largest(2)] == ["throughput", "scope_added"]


def test_a_promise_on_track_has_days_in_hand():
    found = slip(replace(CASE, added=0, remaining=10, history=TWO, ready=0))
    assert (found.forecast, found.days) == (10, -2)
    assert found.largest() == ()
    assert found.ways_out.items_to_take_out == 0


@settings(max_examples=60, deadline=None)
@given(
    histories, histories, st.integers(5, 60), st.integers(0, 40), st.integers(1, 50), st.integers(-5, 30),
    st.integers(0, 50), st.integers(0, 30), st.integers(0, 60),
)  # fmt: skip
def test_causes_always_add_up(now, then, promised, today, before, added, left, ready_then, ready):
    case = PromiseCase(promised, today, before, added, left, now, then, None, ready_then, ready)
    found = slip(case, trials=200)
    assert sum(cause.days for cause in found.causes) == found.days == found.forecast - promised


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 60), st.integers(1, 60))
def test_what_is_taken_out_is_just_enough(past, remaining, days):
    case = PromiseCase(days, 0, remaining, 0, remaining, past)
    out = ways_out(case, trials=300).items_to_take_out
    left = when(past, remaining - out, trials=300)
    assert left.p80 <= days
    if out:
        assert when(past, remaining - out + 1, trials=300).p80 > days


def test_the_pace_that_would_be_needed_keeps_the_promise():
    """Twenty items in four days at one a day: five a day, twenty-five a week."""
    found = slip(replace(CASE, history=ONE)).ways_out
    assert (found.days_left, found.items_to_take_out) == (4, 16)
    assert (found.present_per_week, found.needed_per_week) == (5.0, 25.0)


def test_a_date_that_has_passed_has_no_way_out():
    found = ways_out(replace(CASE, today=13))
    assert (found.items_to_take_out, found.needed_per_week) == (None, None)


def test_without_a_history_the_assumed_pace_counts():
    found = slip(replace(CASE, history_then=history(1), assumed_per_day=4.0))
    assert found.causes[3] == Cause("reserve", 5 - 12)
    unknown = slip(replace(CASE, history_then=None, history=TWO, added=0, today=0, ready=0, ready_then=0))
    assert {cause.code: cause.days for cause in unknown.causes} == {
        "scope_added": 0, "throughput": 0, "predecessor": 0, "reserve": -2,
    }  # fmt: skip


def test_too_little_history_is_said():
    assert slip(replace(CASE, history=history(1, 1, 1))) == NotEnough(3)
