"""Scores of probabilistic forecasts: one number that rewards saying what one believes. Lower is better."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable

BINS = 10
Values = npt.NDArray[np.float64] | npt.NDArray[np.float32] | npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Brier:
    """Brier 1950 with Murphy's 1973 parts: score = reliability - resolution + uncertainty + what the bins blur.

    `reliability`: how far stated probabilities are from what came (0 is best); `resolution`: how far the groups lie
    from the average (more is better); `uncertainty`: what an always-average forecast scores.
    """

    score: float
    reliability: float
    resolution: float
    uncertainty: float
    cases: int


def brier(forecasts: Sequence[tuple[float, bool]]) -> Brier:
    """Of (probability, did it happen); `Uncomputable` no_forecasts, probability."""
    if not forecasts:
        raise Uncomputable("no_forecasts", value=0)
    stated = np.array([p for p, _ in forecasts])
    came = np.array([float(happened) for _, happened in forecasts])
    if ((stated < 0) | (stated > 1)).any():
        raise Uncomputable("probability", value=float(stated[(stated < 0) | (stated > 1)][0]))
    group = np.minimum((stated * BINS).astype(int), BINS - 1)
    mean, reliability, resolution = came.mean(), 0.0, 0.0
    for number in np.unique(group):
        inside = group == number
        weight, share = inside.mean(), came[inside].mean()
        reliability += weight * (stated[inside].mean() - share) ** 2
        resolution += weight * (share - mean) ** 2
    score = float(((stated - came) ** 2).mean())
    return Brier(score, float(reliability), float(resolution), float(mean * (1 - mean)), len(forecasts))


def crps(trials: Values, actual: float) -> float:
    """Continuous ranked probability score of a forecast given by its trials: E|X - y| - E|X - X'| / 2."""
    ordered = np.sort(np.asarray(trials, np.float64))
    count = len(ordered)
    if not count:
        raise Uncomputable("no_trials", value=0)
    weights = 2 * np.arange(1, count + 1) - count - 1
    return float(np.abs(ordered - actual).mean() - (weights * ordered).sum() / count**2)


def crps_of_quantiles(quantiles: Sequence[tuple[float, float]], actual: float) -> float:
    """CRPS by twice the pinball loss over the stated shares, each weighing the stretch that is nearest to it."""
    shares = np.array([share for share, _ in quantiles])
    values = np.array([value for _, value in quantiles])
    middles = (shares[1:] + shares[:-1]) / 2
    weights = np.diff(np.concatenate(([0.0], middles, [1.0])))
    loss = np.where(actual >= values, shares * (actual - values), (1 - shares) * (values - actual))
    return float(2 * (weights * loss).sum())
