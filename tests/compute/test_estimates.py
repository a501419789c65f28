"""Learnt estimates: the bound keeps its word on any distribution, knows nothing of the future, and says when it knows too little."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.forecasting.estimates import ENOUGH, Case, Course, back_test, bound, learn


def case(ratio, began=0, ended=1):
    return Case(8.0, 8.0 * ratio, began, ended)


def test_median_bound_and_bias_by_hand():
    found = learn([case(n / 10) for n in range(5, 15)])  # 0.5 … 1.4
    assert (found.count, found.middle, found.least, found.most) == (10, pytest.approx(0.95), 0.5, 1.4)
    assert found.bound == pytest.approx(1.3), "rank 9 of 10: ⌈0.8 · 11⌉"
    assert learn([Case(1, 3, 0, 1)] + [Case(100, 100, 0, 1)] * 9).total == pytest.approx(903 / 901), (
        "hours weigh, not items"
    )


def test_too_little_is_said_and_not_guessed():
    assert learn([case(1.0)] * (ENOUGH - 1)) is None and learn([]) is None
    assert bound([1.0, 2.0, 3.0]) is None and bound([1.0, 2.0, 3.0, 4.0]) == 4.0
    assert back_test([case(1.0, n, n) for n in range(10)], lambda n: ["all"]) is None


@pytest.mark.parametrize(
    "draw", [lambda r: r.lognormvariate(0.3, 0.6), lambda r: r.random() + 0.2, lambda r: r.paretovariate(1.2)]
)
def test_the_bound_holds_for_four_of_five_whatever_the_distribution(draw):
    rng = random.Random(7)
    cases = [case(draw(rng), n, n) for n in range(3000)]
    found = back_test(cases, lambda n: ["all"])
    assert len(found.held) > 2900 and 0.78 < found.share < 0.83 and found.chance > 0.05


def test_a_past_that_grows_slower_is_told():
    """Ratios that rise for ever: the bound of the past is always too low, and the check says so."""
    found = back_test([case(1 + n / 50, n, n) for n in range(200)], lambda n: ["all"])
    assert found.share == 0.0 and found.chance < 0.001


def test_only_what_had_ended_is_known():
    """All begin before any has ended: nothing was known, so nothing is judged."""
    assert back_test([case(1.0, 0, 5)] * 50, lambda n: ["all"]) is None
    late = [case(9.0, 0, 100)] * 20 + [case(1.0, n, n) for n in range(40)]
    found = back_test(late, lambda n: ["all"])
    assert all(found.held), "the nine-fold ones were not finished yet when the others began"


def test_the_nearest_class_with_enough_is_asked():
    cases = [case(1.0, n, n) for n in range(30)] + [case(3.0, n, n) for n in range(30)]
    own = back_test(cases, lambda n: [("own", n >= 30), "all"])
    assert own.share == 1.0
    assert back_test(cases, lambda n: ["all"]).share >= 0.75


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.01, 100), min_size=ENOUGH, max_size=60))
def test_the_bound_is_one_of_the_past_and_above_the_median(ratios):
    found = learn([case(r) for r in ratios])
    assert found.least <= found.middle <= found.bound * (1 + 1e-9) and found.bound <= found.most
    assert sum(r <= found.bound * (1 + 1e-9) for r in ratios) >= 0.8 * len(ratios)


def test_how_likely_so_few_would_be():
    assert Course((True,) * 8 + (False,) * 2).chance == pytest.approx(0.6241903616)
    assert Course((False,) * 5).chance == pytest.approx(0.2**5)
