"""Forecasts from history: percentiles, too little data, warnings, the look back."""

from datetime import date, timedelta
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.history import History, NotEnough, history_of
from tandem.compute.forecasting.throughput import FURTHEST, backtest, how_much, when
from tests.compute.plans import MAY, OFFICE

MONDAY = date(2024, 1, 1)


def history(*finished: int, arrived: tuple[int, ...] = ()) -> History:
    days, day = [], MONDAY
    while len(days) < len(finished):
        if day.weekday() < 5:
            days.append(day)
        day += timedelta(days=1)
    return History(tuple(days), finished, arrived)


def steady(days: int, rate: float, seed: int = 3) -> History:
    return history(*(int(count) for count in np.random.default_rng(seed).poisson(rate, days)))


histories = st.lists(st.integers(0, 4), min_size=10, max_size=60).map(lambda counts: history(*counts, 8))


def test_one_item_every_day_takes_as_many_days_as_items():
    found = when(history(*[1] * 20), 13)
    assert (found.p50, found.p80, found.p95) == (13, 13, 13)
    assert found.distribution == ((13, 10_000),)


def test_nothing_left_takes_no_day():
    assert when(history(*[1] * 20), 0).p95 == 0


def test_a_coin_takes_as_long_as_the_mixed_binomial_says():
    """Half of twenty days finish one item. A trial's own twenty days hold k of them, k by Binomial(20, 1/2) (none: the
    known half), and n days are enough with P(Binomial(n, k/20) >= 10): summed by hand."""
    found = when(history(*[0, 1] * 10), 10, trials=40_000)
    for days in (9, 12, 16, 19, 24, 30, 36, 50):
        assert found.chance_within(days) == pytest.approx(_coin(days), abs=0.008)
    assert _coin(found.p80 - 1) < 0.8 <= _coin(found.p80) and _coin(found.p95 - 1) < 0.95 <= _coin(found.p95)
    assert found.p80_low <= found.p80 <= found.p80_high


def _coin(days):
    def enough(share):
        return sum(comb(days, k) * share**k * (1 - share) ** (days - k) for k in range(10, days + 1))

    return sum(comb(20, k) / 2**20 * enough(k / 20 if k else 0.5) for k in range(21))


def test_a_long_history_is_nearly_known():
    """Over a thousand days little is left of the doubt about the pace: as if days were drawn from the known ones."""
    found = when(history(*[0, 1] * 500), 10, trials=40_000)
    assert (found.p50, found.p80, found.p95) == (19, 24, 28), "the negative binomial"


def test_a_short_history_says_less_than_a_long_one():
    short, long = (when(history(*[0, 1, 3, 0, 1] * times), 40) for times in (4, 40))
    assert short.p95 - short.p50 > long.p95 - long.p50


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 60), st.integers(0, 2**32))
def test_the_same_seed_gives_the_same_answer_and_percentiles_rise(past, remaining, seed):
    first, second = (when(past, remaining, trials=400, seed=seed) for _ in range(2))
    assert repr(first).encode() == repr(second).encode()
    assert first.p50 <= first.p80 <= first.p95
    assert when(past, remaining + 5, trials=400, seed=seed).p80 >= first.p80
    assert sum(bar.trials for bar in first.bins) == sum(count for _, count in first.distribution) == 400


@settings(max_examples=40, deadline=None)
@given(histories, st.integers(1, 80), st.integers(0, 99))
def test_what_is_reached_by_a_day_and_when_it_is_reached_are_one_answer(past, days, seed):
    amount = how_much(past, days, trials=400, seed=seed)
    assert amount.p95 <= amount.p80 <= amount.p50
    if amount.p80 > 0:
        assert when(past, amount.p80, trials=400, seed=seed).p80 <= days
    assert when(past, amount.p80 + 1, trials=400, seed=seed).p80 > days


def test_another_seed_draws_other_days():
    past = steady(60, 1.0)
    assert when(past, 80, seed=1).distribution != when(past, 80, seed=2).distribution


def test_these_draws_are_the_same_on_every_machine():
    found = when(steady(40, 1.2), 30, trials=1000, seed=42)
    assert (found.p50, found.p80, found.p95) == (26, 32, 37)


def test_three_finished_items_are_not_enough():
    assert when(history(1, 0, 1, 0, 1), 10) == NotEnough(found=3, needed=8)
    assert how_much(history(1, 0, 1), 10) == NotEnough(2)
    assert backtest(history(1, 0, 1)) == NotEnough(0, 5)


def test_the_basis_says_what_the_forecast_rests_on():
    basis = when(history(9, 1, 1, 1, 1, 1, 0, 2, 2, 2, 2, 2), 5).basis
    assert (basis.first, basis.last, basis.working_days, basis.items) == (MONDAY, date(2024, 1, 16), 12, 24)
    assert (basis.per_week_low, basis.per_week_mean, basis.per_week_high) == (4.0, 10.0, 10.0)


def codes(past: History) -> set[str]:
    return {warning.code for warning in when(past, 5).warnings}


def test_a_regular_history_has_no_warning():
    assert codes(history(*[1, 2, 0, 1, 1] * 8)) == set()


def test_irregular_histories_are_named():
    assert codes(history(*[1] * 10)) == {"few_finished"}
    assert "gap" in codes(history(*[1] * 30, *[0] * 15, *[1] * 5))
    assert "burst" in codes(history(*[1] * 20, 15, *[1] * 5))
    assert "trend" in codes(history(*[3] * 20, *[1] * 20))
    assert "gap" not in codes(history(*([1] + [0] * 9) * 10))


def test_growing_scope_takes_longer_and_may_never_end():
    calm = history(*[2] * 20, arrived=(1,) * 20)
    assert when(calm, 10).p80 == 5
    assert when(calm, 10, with_growth=True).p80 == 10
    growing = when(history(*[1] * 20, arrived=(1,) * 20), 10, with_growth=True, trials=50)
    assert growing.p50 is None
    assert growing.warnings[-1].code == "beyond_horizon"
    assert growing.distribution == ()


def test_a_backlog_beyond_all_days_has_no_date():
    assert when(history(*[1] * 10), FURTHEST + 10, trials=20).p50 is None


def test_a_steady_team_keeps_its_forecasts_in_the_look_back():
    found = backtest(steady(400, 1.5), step=4)
    assert 0.65 <= found.share_p80 <= 0.95
    assert 0.3 <= found.share_p50 <= 0.75
    assert all(case.held_p80 == (case.actual is not None and case.actual <= case.p80) for case in found.cases)
    assert all(case.held_p80 or not case.held_p50 for case in found.cases)


def test_a_team_that_slowed_down_shows_misses():
    slowing = history(*[3] * 100, *[1] * 100)
    missed = [case for case in backtest(slowing).cases if not case.held_p80]
    assert missed
    assert all(case.actual is None or case.actual > case.p80 for case in missed)


def test_items_finished_on_a_free_day_count_for_the_next_working_day():
    saturday, holiday = date(2024, 4, 27), date(2024, 5, 1)
    past = history_of([saturday, holiday, date(2024, 4, 26)], MAY, date(2024, 4, 26), date(2024, 5, 7))
    assert dict(zip(past.days, past.finished, strict=True))[date(2024, 4, 28)] == 1
    assert dict(zip(past.days, past.finished, strict=True))[date(2024, 5, 6)] == 1
    assert past.items == 3


def test_what_lies_outside_the_window_is_not_counted():
    past = history_of([date(2023, 12, 31), date(2024, 2, 1)], OFFICE, MONDAY, date(2024, 1, 31), [MONDAY])
    assert past.items == 0
    assert past.arrived[0] == 1
    assert len(past.recent(5).days) == 5


def test_a_history_of_uneven_length_is_refused():
    with pytest.raises(Uncomputable, match="history_lengths"):
        History((MONDAY,), (1, 2))
