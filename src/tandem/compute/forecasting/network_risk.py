"""When a plan with uncertain durations and risks ends and what it costs: Monte Carlo over the network.

Each trial draws every duration, cost and risk, and computes the earliest dates (or levels them, see
`levelled_risk`). Vose, *Risk Analysis*; criticality index: Van Slyke 1963; cruciality and schedule sensitivity
index: Williams 1992, PMI *Practice Standard for Project Risk Management*.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
from numba import get_num_threads

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting import network_kernel
from tandem.compute.forecasting.network_kernel import LANES, SUMS
from tandem.compute.forecasting.percentiles import SHARES, Percentile, percentiles_of
from tandem.compute.forecasting.risk_arrays import Model, compiled_network
from tandem.compute.forecasting.risk_network import RiskNetwork

TRIALS = 10_048
"""A whole number of blocks of 64."""
MOST_TRIALS = 10_000_000
BLOCKS = 16
"""Blocks of one task of a thread; fixed, so that sums are added in the same order by any number of threads."""
THREADS = 8
Floats = npt.NDArray[np.float32]
Sums = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spread:
    """A quantity over all trials: P50, P80 and P95 with their intervals, mean, standard deviation, range."""

    percentiles: tuple[Percentile, ...]
    mean: float
    deviation: float
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class ActivityShare:
    """What an activity has to do with the end.

    - criticality: share of trials in which it lies on a critical path.
    - cruciality: correlation of its duration with the end (0 when either does not vary).
    - sensitivity: criticality x its deviation / the end's deviation (SSI).
    - end_when_short, end_when_long: mean end over the trials in which it takes at most its P10, at least its P90
      (a bar of the tornado); None where there are no such trials or it does not vary.
    """

    activity: str
    criticality: float
    cruciality: float
    sensitivity: float
    end_when_short: float | None
    end_when_long: float | None

    @property
    def swing(self) -> float:
        """Length of its bar in the tornado."""
        if self.end_when_short is None or self.end_when_long is None:
            return 0.0
        return self.end_when_long - self.end_when_short


@dataclass(frozen=True, slots=True)
class RiskShare:
    """Mean end and cost with and without a risk; None where it always, or never, happened."""

    risk: str
    happened: float
    end_with: float | None
    end_without: float | None
    cost_with: float | None
    cost_without: float | None


@dataclass(frozen=True, eq=False)
class NetworkForecast:
    """Result of `simulate`. `ends` and `costs` hold every trial, in the order of the trials (float32).

    `activities` are in the network's order, `risks` too. `sampling` is "latin" or "random"."""

    end: Spread
    cost: Spread
    activities: tuple[ActivityShare, ...]
    risks: tuple[RiskShare, ...]
    trials: int
    seed: int
    sampling: str
    is_levelled: bool
    ends: Floats
    costs: Floats

    def tornado(self, count: int = 10) -> tuple[ActivityShare, ...]:
        """Activities that move the end most, the largest first."""
        return tuple(sorted(self.activities, key=lambda one: -abs(one.swing))[:count])

    def chance(self, *, end: float = float("inf"), cost: float = float("inf")) -> float:
        """Share of trials that end by `end` and cost at most `cost` (joint confidence level)."""
        return float(((self.ends <= end) & (self.costs <= cost)).mean())


def simulate(
    network: RiskNetwork,
    *,
    trials: int = TRIALS,
    seed: int = 0,
    sampling: str = "latin",
    threads: int | None = None,
) -> NetworkForecast:
    """End and cost of the network over at least `trials` trials (rounded up to blocks of 64).

    The same network, number of trials, seed and sampling give the same result with any number of threads (default: one
    for each core, at most 8).
    Raises `Uncomputable`: trials, sampling, correlations_impossible, and what `RiskNetwork` refuses.
    """
    check(trials, sampling)
    model, order = compiled_network(network, latin=sampling == "latin", seed=seed)
    middle, budget = centres(model)

    def part(first: int, ends: Floats, costs: Floats, count: Sums, sums: Sums, risk_sums: Sums) -> None:
        network_kernel.trials(model, first, hashed(seed), middle, budget, ends, costs, count, sums, risk_sums)

    ends, costs, totals = run(part, len(order), len(network.risks), trials, threads)
    return told(network, order, ends, costs, totals, model, (seed, sampling, False))


def check(trials: int, sampling: str) -> None:
    if not 1 <= trials <= MOST_TRIALS:
        raise Uncomputable("trials", value=trials, most=MOST_TRIALS)
    if sampling not in ("latin", "random"):
        raise Uncomputable("sampling", value=sampling)


def hashed(seed: int) -> np.uint32:
    """Neighbouring seeds must not give neighbouring draws."""
    return np.uint32(int.from_bytes(blake2b(str(seed).encode(), digest_size=4).digest(), "little"))


def centres(model: Model) -> tuple[np.float32, np.float32]:
    """End and cost when everything takes its median: sums are kept as distances from these."""
    d = np.repeat(model.centre[:, None], LANES, axis=1)
    s, t = np.empty_like(d), np.empty(LANES, np.float32)
    network_kernel.forward(model, d, s, t)
    return t[0], np.float32(model.sure_cost + float((model.rate * model.centre).sum()))


Part = Callable[[int, Floats, Floats, Sums, Sums, Sums], None]


def run(
    part: Part, activities: int, risks: int, trials: int, threads: int | None
) -> tuple[Floats, Floats, tuple[Sums, Sums, Sums]]:
    """Do all blocks on threads; sums are added in the order of the blocks, whoever computed them."""
    blocks = -(-trials // LANES)
    ends, costs = np.empty((blocks, LANES), np.float32), np.empty((blocks, LANES), np.float32)

    def task(first: int) -> tuple[Sums, Sums, Sums]:
        last = min(first + BLOCKS, blocks)
        own = (np.zeros(activities), np.zeros((activities, SUMS)), np.zeros((risks, 3)))
        part(first, ends[first:last], costs[first:last], *own)
        return own

    totals = (np.zeros(activities), np.zeros((activities, SUMS)), np.zeros((risks, 3)))
    starts = range(0, blocks, BLOCKS)
    count = min(threads or get_num_threads(), THREADS, len(starts))
    with ThreadPoolExecutor(count) as pool:
        done: Iterator[tuple[Sums, Sums, Sums]] = pool.map(task, starts) if count > 1 else map(task, starts)
        for own in done:
            for total, one in zip(totals, own, strict=True):
                total += one
    return ends.ravel(), costs.ravel(), totals


def told(
    network: RiskNetwork,
    order: list[int],
    ends: Floats,
    costs: Floats,
    totals: tuple[Sums, Sums, Sums],
    model: Model,
    how: tuple[int, str, bool],
) -> NetworkForecast:
    """Put arrays back into the words of the network."""
    middle, budget = centres(model)
    end, cost = spread(ends), spread(costs)
    shares: list[ActivityShare | None] = [None] * len(order)
    for position, i in enumerate(order):
        name, count, sums = network.activities[i].id, totals[0][position], totals[1][position]
        shares[i] = _share(name, count / len(ends), sums, len(ends), end, float(middle))
    risks = tuple(
        _risk(risk.id, row, len(ends), (end.mean, cost.mean), (float(middle), float(budget)))
        for risk, row in zip(network.risks, totals[2], strict=True)
    )
    return NetworkForecast(
        end, cost, tuple(one for one in shares if one), risks, len(ends), *how, ends, costs
    )


def spread(values: Floats) -> Spread:
    ordered = np.sort(values)
    exact = ordered.astype(np.float64)
    return Spread(
        percentiles_of(ordered, SHARES),
        float(exact.mean()),
        float(exact.std()),
        float(exact[0]),
        float(exact[-1]),
    )


def _share(
    name: str, criticality: float, sums: Sums, trials: int, end: Spread, middle: float
) -> ActivityShare:
    mean = sums[0] / trials
    deviation = max(sums[1] / trials - mean**2, 0.0) ** 0.5
    together = sums[2] / trials - mean * (end.mean - middle)
    varies = deviation > 1e-6 * max(1.0, abs(end.mean)) and end.deviation > 0
    return ActivityShare(
        name,
        float(criticality),
        float(np.clip(together / (deviation * end.deviation), -1, 1)) if varies else 0.0,
        float(criticality * deviation / end.deviation) if varies else 0.0,
        float(middle + sums[3] / sums[4]) if varies and sums[4] else None,
        float(middle + sums[5] / sums[6]) if varies and sums[6] else None,
    )


def _risk(
    name: str, sums: Sums, trials: int, means: tuple[float, float], middles: tuple[float, float]
) -> RiskShare:
    times = int(sums[0])
    with_it = [m + float(s) / times if times else None for m, s in zip(middles, sums[1:], strict=True)]
    without = [
        m + (trials * (mean - m) - float(s)) / (trials - times) if times < trials else None
        for m, mean, s in zip(middles, means, sums[1:], strict=True)
    ]
    return RiskShare(name, times / trials, with_it[0], without[0], with_it[1], without[1])
