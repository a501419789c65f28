"""Percentiles of trials, with the interval in which the percentile of endless trials lies.

The interval is made of two order statistics: the number of trials at or below the true percentile is binomial
whatever the outcome's distribution is, so nothing is assumed about that (David & Nagaraja, *Order Statistics*,
7.1). It holds for independent trials; Latin hypercube samples are spread more evenly, so it errs to the wide side.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil, lgamma, log

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[np.float32] | npt.NDArray[np.float64] | npt.NDArray[np.int64]
CONFIDENCE = 0.95
SHARES = (0.5, 0.8, 0.95)


@dataclass(frozen=True, slots=True)
class Percentile:
    """`share` of the trials do not exceed `value`; with `confidence` the true percentile lies between `low` and
    `high`. A bound is None where there are too few trials for one."""

    share: float
    value: float
    low: float | None
    high: float | None
    confidence: float = CONFIDENCE


def percentile_of(ordered: Values, share: float, confidence: float = CONFIDENCE) -> Percentile:
    """Percentile of ascending values: the smallest one that at least `share` of them do not exceed."""
    count = len(ordered)
    place = max(0, ceil(share * count - 1e-9) - 1)
    low, high = ranks(count, share, confidence)
    return Percentile(
        share,
        float(ordered[place]),
        float(ordered[low - 1]) if low is not None else None,
        float(ordered[high - 1]) if high is not None else None,
        confidence,
    )


def percentiles_of(
    ordered: Values, shares: tuple[float, ...] = SHARES, confidence: float = CONFIDENCE
) -> tuple[Percentile, ...]:
    return tuple(percentile_of(ordered, share, confidence) for share in shares)


def ranks(count: int, share: float, confidence: float = CONFIDENCE) -> tuple[int | None, int | None]:
    """Ranks (from 1) of the order statistics that bracket a percentile, each side missing it with at most
    (1 - confidence) / 2; None where even the first or last value does not reach that."""
    miss = (1 - confidence) / 2
    first, reached = _binomial_cdf(count, share)
    # low = largest r with P(B < r) <= miss; high = smallest r with P(B >= r) <= miss, B ~ Binomial(count, share)
    low = first + int(np.searchsorted(reached, miss, side="right"))
    high = first + int(np.searchsorted(reached, 1 - miss - 1e-15, side="left")) + 1
    return (low if low >= 1 else None), (high if high <= count else None)


@lru_cache(maxsize=4_096)
def binomial_interval(hits: int, cases: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Exact (Clopper-Pearson) interval of a share, by bisection on the binomial distribution."""
    miss = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _bisect(lambda p: 1 - _reached(cases, p, hits - 1), miss)
    high = 1.0 if hits == cases else _bisect(lambda p: -_reached(cases, p, hits), -miss)
    return low, high


def _bisect(rising, target: float) -> float:  # type: ignore[no-untyped-def]
    low, high = 0.0, 1.0
    for _ in range(34):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) >= target else (middle, high)
    return (low + high) / 2


def _reached(cases: int, share: float, hits: int) -> float:
    """P(B <= hits)."""
    first, reached = _binomial_cdf(cases, share)
    return 0.0 if hits < first else float(reached[min(hits - first, len(reached) - 1)])


def _binomial_cdf(count: int, share: float) -> tuple[int, npt.NDArray[np.float64]]:
    """P(B <= first + i) for the i that matter: ten standard deviations and a bit on either side."""
    if not 0 < share < 1:
        return (0 if share <= 0 else count), np.ones(1)
    spread = 10 * (count * share * (1 - share)) ** 0.5 + 30
    first, last = max(0, int(count * share - spread)), min(count, int(count * share + spread))
    hits = np.arange(first, last + 1)
    odds = log(share / (1 - share))
    steps = np.log((count - hits[:-1]) / (hits[:-1] + 1)) + odds
    start = lgamma(count + 1) - lgamma(first + 1) - lgamma(count - first + 1)
    start += first * log(share) + (count - first) * log(1 - share)
    weights = np.exp(start + np.concatenate(([0.0], np.cumsum(steps))))
    return first, np.minimum(np.cumsum(weights / weights.sum()), 1.0)
