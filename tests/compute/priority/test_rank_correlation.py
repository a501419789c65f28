"""Rank correlation against figures that others worked out."""

from math import atanh, sqrt, tanh

import pytest

from tandem.compute.priority.rank_correlation import agreement, ranks

IQ = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110]
HOURS = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17]


def test_the_published_example_of_spearman():
    """Wikipedia, “Spearman's rank correlation coefficient”: IQ and hours of television, −29/165."""
    assert agreement(IQ, HOURS).rho == pytest.approx(-29 / 165, abs=1e-12)


def test_without_equal_values_it_is_the_formula_of_the_squared_differences():
    n, apart = len(IQ), sum((a - b) ** 2 for a, b in zip(ranks(IQ), ranks(HOURS), strict=True))
    assert agreement(IQ, HOURS).rho == pytest.approx(1 - 6 * apart / (n * (n * n - 1)), abs=1e-12)


def test_equal_values_share_their_mean_rank():
    assert ranks([3, 1, 3, 2, 3]) == [4, 1, 4, 2, 4]


def test_the_range_is_that_of_bonett_and_wright():
    made = agreement(IQ, HOURS)
    width = 1.96 * sqrt((1 + made.rho**2 / 2) / 7)
    assert made.low == pytest.approx(tanh(atanh(made.rho) - width), abs=1e-4)
    assert made.high == pytest.approx(tanh(atanh(made.rho) + width), abs=1e-4)
    assert -1 <= made.low < made.rho < made.high <= 1


@pytest.mark.parametrize(("turn", "rho"), [(1, 1), (-1, -1)], ids=["the-same-order", "turned-round"])
def test_a_perfect_order_is_one(turn, rho):
    made = agreement(list(range(9)), [turn * n**3 for n in range(9)])
    assert made.rho == rho
    assert (made.low, made.high)[:: int(turn)][1] == rho


def test_a_perfect_order_of_few_has_a_range():
    """By hand for 8: the next order has 1 − 12/504 = 0.97619; atanh 2.21, width 1.96·√(1.47647/5) = 1.0651; tanh 1.145."""
    made = agreement(list(range(8)), list(range(8)))
    assert (made.rho, made.low, made.high) == (1, pytest.approx(0.8153, abs=2e-3), 1)
    turned = agreement(list(range(8)), list(range(8, 0, -1)))
    assert (turned.rho, turned.low, turned.high) == (-1, -1, -made.low)


def test_too_few_and_all_equal_say_nothing():
    assert agreement([1, 2, 3], [1, 2, 3]).why_none == "too_few"
    assert agreement(list(range(9)), [5] * 9).why_none == "all_equal"
    with pytest.raises(ValueError, match="same length"):
        agreement([1], [])
