"""Net present value, rate of return and payback, against figures worked out by hand."""

from decimal import Decimal

import pytest

from tandem.portfolio.business_case import case, npv


def test_a_flow_is_discounted_from_the_end_of_its_quarter():
    assert npv([0, 0, 0, 108], 0.08) == pytest.approx(100)


def test_a_year_that_returns_a_tenth():
    found = case([1000], [0, 0, 0, 0, 1100], {}, Decimal(10))
    assert found.npv == 0
    assert found.irr == pytest.approx(0.10)
    assert found.payback == 5


@pytest.mark.parametrize(
    ("costs", "benefits", "why"),
    [([], [10], "nothing_spent"), ([10], [], "nothing_back"), ([10, 0, 30], [0, 25], "several"), ([1], [0, 10**6], "too_high")],
)
def test_where_there_is_no_single_rate_it_says_why(costs, benefits, why):
    found = case(costs, benefits, {}, Decimal(8))
    assert (found.irr, found.no_irr) == (None, why)


def test_payback_holds_for_good():
    assert case([10, 0, 20], [0, 15, 0, 16], {}, Decimal(8)).payback == 4
    assert case([10], [5], {}, Decimal(8)).payback is None


def test_an_empty_case_comes_to_nothing():
    found = case([], [], {"Developer": [3, 4]}, Decimal(8))
    assert (found.npv, found.irr, found.payback, found.effort, found.is_empty) == (0, None, None, 7, True)


def test_what_pays_for_itself_at_once_and_what_is_nearly_lost():
    assert case([100], [150], {}, Decimal(8)).payback == 1
    lost = case([1_000_000], [0, 100_000], {}, Decimal(8))
    assert lost.irr is None and lost.no_irr == "too_low"
