"""Estimates that admit not knowing: three points of a duration or a cost, and the distribution they stand for."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import erf, inf, sqrt
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable

Floats = npt.NDArray[np.float64]
KINDS = ("fixed", "uniform", "triangular", "pert", "lognormal")
Z90 = NormalDist().inv_cdf(0.9)
REACH = 4.25
"""Tables reach so many standard deviations of the normal score: 1 in 100,000 lies outside on each side."""
CELLS = 128
BETA_CELLS = 1024
PERT_WEIGHT = 4.0
LARGEST, HEAVIEST = 1e15, 1_000.0
"""Beyond these the arithmetic of the simulation (float32 in places) no longer tells one value from another."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A quantity as a distribution; make one with `fixed`, `uniform`, `triangular`, `pert` or `lognormal`.

    For a lognormal `low`, `mid` and `high` are P10, P50 and P90, else the least, the most likely and the
    largest value. Raises `Uncomputable`: estimate_kind, estimate_not_finite, estimate_too_large (beyond 1e15, or a
    weight beyond 1,000), estimate_order (low <= mid <= high does not hold; a lognormal needs low < mid < high).
    """

    kind: str
    low: float
    mid: float
    high: float
    weight: float = PERT_WEIGHT

    def __post_init__(self) -> None:
        points = (self.low, self.mid, self.high)
        if self.kind not in KINDS:
            raise Uncomputable("estimate_kind", value=self.kind)
        # By comparison: math.isfinite has no answer for whole numbers beyond the floats.
        if not all(-inf < value < inf for value in (*points, self.weight)) or self.weight <= 0:
            raise Uncomputable("estimate_not_finite", value=(*points, self.weight))
        if max(map(abs, points)) > LARGEST or self.weight > HEAVIEST:
            raise Uncomputable("estimate_too_large", value=(*points, self.weight), most=LARGEST)
        if not self.low <= self.mid <= self.high or (
            self.kind == "lognormal" and not self.low < self.mid < self.high
        ):
            raise Uncomputable("estimate_order", value=points)

    @property
    def is_certain(self) -> bool:
        return self.low == self.high

    @property
    def mean(self) -> float:
        """Expected value of the distribution (of a lognormal before anything is cut off at zero)."""
        if self.kind == "triangular":
            return (self.low + self.mid + self.high) / 3
        if self.kind == "pert":
            return (self.low + self.weight * self.mid + self.high) / (self.weight + 2)
        if self.kind == "lognormal":
            sigma, scale = _skew(*(np.array(value) for value in (self.low, self.mid, self.high)))
            return float(self.mid + scale * np.expm1(sigma**2 / 2))
        return (self.low + self.high) / 2

    def quantile(self, share: float) -> float:
        """The value that is not exceeded with probability `share`, 0 < share < 1."""
        return float(quantiles(self, np.array([NormalDist().inv_cdf(share)]))[0])


def fixed(value: float) -> Estimate:
    return Estimate("fixed", value, value, value)


def uniform(low: float, high: float) -> Estimate:
    """Everything between is as likely."""
    return Estimate("uniform", low, (low + high) / 2, high)


def triangular(low: float, mode: float, high: float) -> Estimate:
    return Estimate("triangular", low, mode, high)


def pert(low: float, mode: float, high: float, weight: float = PERT_WEIGHT) -> Estimate:
    """Beta distribution with mean (low + weight * mode + high) / (weight + 2): PERT, Malcolm et al. 1959, and
    its modified form for another weight than 4."""
    return Estimate("pert", low, mode, high, weight)


def normal(mean: float, deviation: float) -> Estimate:
    """Normal distribution, by its own P10, P50 and P90."""
    return Estimate("lognormal", mean - Z90 * deviation, mean, mean + Z90 * deviation)


def lognormal(p10: float, p50: float, p90: float) -> Estimate:
    """Shifted lognormal that has exactly these three percentiles.

    Where the lower half is the wider one it is mirrored, and where both are alike it is the normal
    distribution. It may fall below zero; the simulation cuts durations off there.
    """
    return Estimate("lognormal", p10, p50, p90)


def quantiles(estimate: Estimate, scores: Floats) -> Floats:
    """Values at normal scores: the quantile of Phi(score) for each, in the shape of `scores` (one dimension)."""
    return np.asarray(_quantiles([estimate], scores)[0], np.float64)


def _quantiles(estimates: Sequence[Estimate], scores: Floats) -> Floats:
    """(estimates, scores), all of one kind at once."""
    shares = normal_cdf(scores)
    kinds = np.array(["fixed" if one.is_certain else one.kind for one in estimates])
    points = np.array([(one.low, one.mid, one.high) for one in estimates], np.float64).reshape(-1, 3)
    found = np.repeat(points[:, :1], len(scores), axis=1)
    low, mode, high = (points[:, k, None] for k in range(3))
    for kind in set(kinds.tolist()) - {"fixed", "pert"}:
        those = kinds == kind
        if kind == "uniform":
            found[those] = low[those] + shares * (high - low)[those]
        elif kind == "triangular":
            found[those] = _triangular(low[those], mode[those], high[those], shares)
        else:
            found[those] = _lognormal(low[those], mode[those], high[those], scores)
    for i, kind in enumerate(kinds.tolist()):
        if kind == "pert":
            found[i] = _pert(estimates[i], shares)
    return found


def _triangular(low: Floats, mode: Floats, high: Floats, shares: Floats) -> Floats:
    turn = (mode - low) / (high - low)
    rising = low + np.sqrt((high - low) * (mode - low)) * np.sqrt(shares)
    falling = high - np.sqrt((high - low) * (high - mode)) * np.sqrt(1 - shares)
    return np.asarray(np.where(shares < turn, rising, falling), np.float64)


def tables(estimates: Iterable[Estimate]) -> npt.NDArray[np.float32]:
    """One row for each estimate: its values at CELLS + 1 equidistant normal scores from -REACH to REACH."""
    grid = np.linspace(-REACH, REACH, CELLS + 1)
    parts = [_quantiles(part, grid).astype(np.float32) for part in _parts(estimates)]
    return np.concatenate([np.empty((0, CELLS + 1), np.float32), *parts])


def normal_cdf(scores: Floats) -> Floats:
    return np.array([_phi(z) for z in scores.tolist()])


@lru_cache(maxsize=4_096)
def _phi(z: float) -> float:
    return 0.5 * (1 + erf(z / sqrt(2)))


def curves(estimates: Iterable[Estimate], strata: int, cells: int) -> npt.NDArray[np.float32]:
    """(estimates, cells + 1, strata): row c, column s is the quantile at (s + c / cells) / strata.

    The outermost cells end where their mean is right, so that an endless tail has its weight.
    """
    total, inside = strata * cells, 64
    share = np.arange(1, total) / total
    tail = (np.arange(inside) + 0.5) / inside / total
    quantile = NormalDist().inv_cdf
    score = np.array([quantile(float(u)) for u in (*tail, *share, *(1 - tail))])
    found = [np.empty((0, cells + 1, strata), np.float32)]
    for part in _parts(estimates):
        values = _quantiles(part, score)
        first, middle, last = values[:, :inside], values[:, inside:-inside], values[:, -inside:]
        low, high = 2 * first.mean(axis=1) - middle[:, 0], 2 * last.mean(axis=1) - middle[:, -1]
        knots = np.concatenate((low[:, None], middle, high[:, None]), axis=1).astype(np.float32)
        grid = knots[:, :-1].reshape(-1, strata, cells).swapaxes(1, 2)
        found.append(np.concatenate((grid, knots[:, None, cells::cells]), axis=1))
    return np.concatenate(found)


def _parts(estimates: Iterable[Estimate]) -> Iterator[list[Estimate]]:
    """Few enough at a time to stay in the cache."""
    every = list(estimates)
    for begin in range(0, len(every), 256):
        yield every[begin : begin + 256]


def _skew(low: Floats, mid: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Sigma of the lognormal (negative: mirrored; nearly 0: normal) and what multiplies expm1(sigma * score)."""
    above, below = high - mid, mid - low
    sigma = np.log(above / below) / Z90
    sigma = np.where(np.abs(sigma) < 1e-6, 1e-6, sigma)
    return sigma, above / np.expm1(sigma * Z90)


def _lognormal(low: Floats, mid: Floats, high: Floats, scores: Floats) -> Floats:
    sigma, scale = _skew(low, mid, high)
    return np.asarray(mid + scale * np.expm1(sigma * scores), np.float64)


def _pert(estimate: Estimate, shares: Floats) -> Floats:
    """The beta distribution by its density at the midpoints of 1,024 cells: error below 1e-4 of the range."""
    span = estimate.high - estimate.low
    rise = estimate.weight * (estimate.mid - estimate.low) / span
    fall = estimate.weight * (estimate.high - estimate.mid) / span
    at = (np.arange(BETA_CELLS) + 0.5) / BETA_CELLS
    density = np.exp(rise * np.log(at) + fall * np.log1p(-at))
    reached = np.concatenate(([0.0], np.cumsum(density)))
    edges = np.arange(BETA_CELLS + 1) / BETA_CELLS
    return estimate.low + span * np.interp(shares, reached / reached[-1], edges)
