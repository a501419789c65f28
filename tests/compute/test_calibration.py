"""Did forecasts hold as often as they said: against closed forms and forecasters whose fault is known."""

from math import pi, sqrt
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.calibration import (
    HUNDREDTHS,
    PastForecast,
    calibrate,
    from_back_test,
    next_forecast,
)
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.forecasting.scores import brier, crps, crps_of_quantiles
from tandem.compute.forecasting.throughput import backtest, look_back
from tests.compute.test_throughput import steady

TRUTH = NormalDist(100, 10)


def said(distribution, actual, waited=None):
    return PastForecast(tuple((s, distribution.inv_cdf(s)) for s in HUNDREDTHS), actual, waited)


def forecaster(distribution, count=500, seed=1):
    """Says `distribution` each time; what comes is drawn from TRUTH, spread evenly over its percentiles."""
    rng = np.random.default_rng(seed)
    shares = (rng.permutation(count) + 0.5) / count
    return [said(distribution, TRUTH.inv_cdf(float(share))) for share in shares]


def test_who_says_the_truth_is_found_consistent():
    found = calibrate(forecaster(TRUTH))
    assert found.code == "consistent"
    assert [one.held for one in found.curve] == pytest.approx([one.stated for one in found.curve], abs=3e-3)
    assert found.recalibrated.stated == pytest.approx(0.8)
    assert found.recalibrated.low < 0.8 < found.recalibrated.high
    assert found.brier == pytest.approx(0.8 * 0.2, abs=3e-3)
    assert found.stretch == pytest.approx(1.0, abs=3e-3)


def test_who_is_too_sure_of_an_early_end_is_told_which_percentile_would_have_held():
    """Says N(95, 5): its P80 is 99.2, which holds in Phi(-0.079) = 47 %; 108.4 holds in 80 %, its P99.6."""
    found = calibrate(forecaster(NormalDist(95, 5)))
    assert found.code == "too_optimistic"
    p80 = NormalDist(95, 5).inv_cdf(0.8)
    assert found.at_target.held == pytest.approx(TRUTH.cdf(p80), abs=3e-3)
    assert found.off_by == pytest.approx(TRUTH.cdf(p80) - 0.8, abs=3e-3)
    assert found.recalibrated.stated == 1.0  # P99 still holds too rarely
    assert found.stretch == pytest.approx(TRUTH.inv_cdf(0.8) / p80, abs=3e-3)
    assert next_forecast(np.arange(100.0), found) is None


def test_a_range_that_is_too_narrow_is_recalibrated_as_theory_says():
    """Says N(100, 5) where N(100, 10) is true: P(p) holds in Phi(z / 2), which is 0.8 at P95.4."""
    found = calibrate(forecaster(NormalDist(100, 5)))
    assert found.code == "too_optimistic"
    assert found.recalibrated.stated == 0.96
    assert found.recalibrated.low <= 0.954 <= found.recalibrated.high
    assert next_forecast(np.arange(1.0, 101.0), found) == 96.0


def test_who_keeps_too_much_in_hand_is_told_so():
    found = calibrate(forecaster(NormalDist(120, 10)))
    assert found.code == "too_cautious"
    assert found.off_by == pytest.approx(0.2, abs=0.01)
    assert found.recalibrated.stated == pytest.approx(NormalDist(120, 10).cdf(TRUTH.inv_cdf(0.8)), abs=0.011)


def test_the_sharper_of_two_true_forecasters_scores_better():
    rng = np.random.default_rng(4)
    known = rng.normal(100, 8, 400)
    actual = known + rng.normal(0, 6, 400)
    vague = calibrate([said(TRUTH, float(a)) for a in actual])
    sharp = calibrate([said(NormalDist(float(k), 6), float(a)) for k, a in zip(known, actual, strict=True)])
    assert sharp.sharpness < vague.sharpness
    assert sharp.crps < vague.crps


def test_few_cases_are_counted_not_rated():
    assert calibrate([]) == NotEnough(0, 10)
    assert calibrate(forecaster(TRUTH, 9)) == NotEnough(9, 10)


def test_ten_cases_prove_little_and_the_interval_says_so():
    found = calibrate(forecaster(NormalDist(98, 10), 10))
    assert found.code == "consistent"
    assert found.at_target.high - found.at_target.low > 0.4


def test_overlapping_cases_count_as_fewer():
    cases = forecaster(NormalDist(97, 10), 200)
    alone, shared = calibrate(cases), calibrate(cases, overlap=10)
    assert (alone.code, shared.code) == ("too_optimistic", "consistent")
    assert shared.effective == alone.effective / 10
    assert shared.at_target.low < alone.at_target.low


def test_what_is_not_decided_yet_is_not_counted_also_when_it_came_early():
    """P80 of TRUTH is 108: after 105 days neither the quick ones nor the open ones say anything about it."""
    decided = forecaster(TRUTH, 100)
    young = [said(TRUTH, 90.0, waited=105.0) for _ in range(50)] + [said(TRUTH, None, waited=105.0)] * 50
    found = calibrate(decided + young)
    assert (found.forecasts, found.at_target.cases) == (200, 100)
    assert found.at_target.held == calibrate(decided).at_target.held
    assert found.crps == calibrate(decided).crps


def test_what_is_not_done_after_its_p80_counts_as_a_miss():
    found = calibrate(forecaster(TRUTH, 50) + [said(TRUTH, None, waited=200.0)] * 50)
    assert found.at_target.held == pytest.approx(0.4)
    assert found.code == "too_optimistic"
    assert found.stretch is None


def test_the_back_test_of_a_steady_team_gives_its_calibration():
    history = steady(250, 1.5)
    found = calibrate(from_back_test(list(look_back(history))), overlap=4)
    rated = backtest(history)
    assert found.at_target.cases == len(rated.cases)
    assert found.at_target.held == rated.share_p80
    assert found.code in ("consistent", "too_optimistic", "too_cautious")


# --- scores


def test_crps_of_many_normal_trials_is_the_closed_form():
    """Gneiting & Raftery 2007: y (2 Phi(y) - 1) + 2 phi(y) - 1 / sqrt(pi) for N(0, 1)."""
    normal = NormalDist()
    trials = np.array([normal.inv_cdf((k + 0.5) / 4_000) for k in range(4_000)])
    for y in (-1.5, 0.0, 0.7, 2.5):
        closed = y * (2 * normal.cdf(y) - 1) + 2 * normal.pdf(y) - 1 / sqrt(pi)
        assert crps(trials, y) == pytest.approx(closed, abs=2e-3)
        assert crps_of_quantiles([(s, normal.inv_cdf(s)) for s in HUNDREDTHS], y) == pytest.approx(
            closed, abs=0.01
        )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=20), st.floats(-60, 60))
def test_crps_is_the_mean_distance_less_half_the_mean_distance_of_pairs(trials, actual):
    x = np.array(trials)
    plain = np.abs(x - actual).mean() - np.abs(x[:, None] - x[None, :]).mean() / 2
    assert crps(x, actual) == pytest.approx(plain, abs=1e-9)
    assert crps(x, actual) >= -1e-9


def test_brier_and_its_parts_of_a_small_table_by_hand():
    """0.2 said five times and true once, 0.9 said five times and true four times."""
    found = brier([(0.2, k == 0) for k in range(5)] + [(0.9, k > 0) for k in range(5)])
    assert found.score == pytest.approx((4 * 0.04 + 0.64 + 4 * 0.01 + 0.81) / 10)
    assert found.reliability == pytest.approx(0.5 * 0 + 0.5 * 0.01)
    assert found.resolution == pytest.approx(0.5 * 0.09 + 0.5 * 0.09)
    assert found.uncertainty == pytest.approx(0.25)
    assert found.score == pytest.approx(found.reliability - found.resolution + found.uncertainty)


def test_what_is_no_forecast_is_refused():
    with pytest.raises(Uncomputable, match="quantile_values"):
        PastForecast(((0.5, 9.0), (0.8, 8.0)), 5.0)
    with pytest.raises(Uncomputable, match="outcome_unknown"):
        PastForecast(((0.5, 7.0), (0.8, 8.0)), None)
    with pytest.raises(Uncomputable, match="target_not_stated"):
        calibrate([PastForecast(((0.5, 7.0), (0.9, 8.0)), 7.5)] * 20)
    with pytest.raises(Uncomputable, match="probability"):
        brier([(1.2, True)])


def test_a_width_is_not_made_up_from_percentiles_never_stated():
    pasts = [PastForecast(((0.5, 7.0), (0.8, 8.0)), 7.5)] * 20
    found = calibrate(pasts)
    assert (found.sharpness, found.relative_sharpness) == (None, None)
    wide = calibrate([PastForecast(((0.05, 1.0), (0.8, 8.0), (0.95, 9.0)), 7.5)] * 20)
    assert wide.sharpness == pytest.approx((8 + 2 / 3) - (1 + 7 * 0.05 / 0.75))
