"""What was planned for a day, and which share of it came true: worked out by hand."""

from datetime import date
from decimal import Decimal

import pytest

from tandem.portfolio import realisation

_D = Decimal
TODAY = date(2027, 7, 10)


def plan(**values):
    plain = {"is_money": True, "baseline": None, "target": None, "target_on": None, "profile": (), "starts_on": None, "cadence": 92}
    return realisation.plan(**{**plain, **values})


def money(**values):
    return plan(profile=[0, 30, 60, 60], starts_on=date(2026, 10, 1), **values)


def calls():
    return plan(is_money=False, baseline=_D(400), target=_D(250), target_on=date(2027, 6, 30))


@pytest.mark.parametrize(
    ("day", "due"),
    [(date(2026, 12, 30), None), (date(2026, 12, 31), 0), (date(2027, 3, 31), 30), (date(2027, 6, 30), 90), (date(2030, 1, 1), 150)],
    ids=["before", "first-quarter", "second-quarter", "third-quarter", "long-after"],
)
def test_money_is_due_when_a_quarter_has_ended(day, due):
    assert money().at(day) == (None if due is None else _D(due))


def test_the_last_day_of_a_quarter_is_held_against_that_quarter():
    """Measured on the last day of the third quarter: 0 + 30 + 60 were planned by then, and all by the end of the fourth."""
    made = realisation.realised(money(), [(date(2027, 6, 30), _D(45))], TODAY)
    assert (made.planned, made.to_plan, made.plan.steps[-1][0]) == (_D(90), 0.5, date(2027, 9, 30))


def test_money_that_came_is_compared_with_all_and_with_what_was_due():
    made = realisation.realised(money(), [(date(2027, 4, 2), _D(20)), (date(2027, 7, 5), _D(75))], TODAY)
    assert (made.share, made.planned, made.to_plan) == (0.5, _D(90), pytest.approx(75 / 90))
    assert (made.state, made.due_on, made.is_overdue) == ("risk", date(2027, 10, 5), False)


@pytest.mark.parametrize(("value", "state"), [(82, "on"), (81, "on"), (80, "risk"), (63, "risk"), (62, "off"), (0, "off"), (150, "done"), (200, "done")])
def test_the_state_follows_the_share_of_what_was_due(value, state):
    assert realisation.realised(money(), [(date(2027, 7, 5), _D(value))], TODAY).state == state


def test_a_measure_goes_from_its_baseline_to_its_target_downwards_too():
    made = realisation.realised(calls(), [(date(2027, 7, 1), _D(310))], TODAY)
    assert (made.share, made.to_plan, made.state) == (0.6, 0.6, "off")


def test_what_got_worse_is_below_nothing():
    assert realisation.realised(calls(), [(date(2027, 7, 1), _D(430))], TODAY).share == pytest.approx(-0.2)


def test_before_anything_is_due_there_is_a_share_and_no_state():
    made = realisation.realised(calls(), [(date(2027, 3, 1), _D(370))], TODAY)
    assert (made.share, made.to_plan, made.state) == (0.2, None, "none")


def test_nothing_measured_says_nothing():
    made = realisation.realised(money(), [], TODAY)
    assert (made.share, made.to_plan, made.state) == (None, None, "none")


@pytest.mark.parametrize(
    ("made", "due"),
    [(money(), date(2027, 1, 1)), (calls(), date(2027, 6, 30)), (plan(profile=[5]), None), (plan(target=_D(5), target_on=date(2028, 1, 1)), date(2028, 1, 1))],
    ids=["a-cadence-after-it-begins", "on-the-target-day", "without-a-day", "still-to-come"],
)
def test_the_first_measurement_is_due(made, due):
    found = realisation.realised(made, [], TODAY)
    assert found.due_on == due
    assert found.is_overdue is (due is not None and due < TODAY)


def test_what_is_closed_is_due_no_more():
    assert realisation.realised(money(), [], TODAY, is_open=False).due_on is None
