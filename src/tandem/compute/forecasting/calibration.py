"""Did past forecasts hold as often as they said, and what does that mean for the next one?

Reliability and sharpness: Gneiting, Balabdaoui & Raftery 2007, *Probabilistic forecasts, calibration and
sharpness*; CRPS: Gneiting & Raftery 2007; intervals of shares: Clopper & Pearson 1934.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, isfinite

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.history import NotEnough
from tandem.compute.forecasting.percentiles import binomial_interval
from tandem.compute.forecasting.scores import crps_of_quantiles
from tandem.compute.forecasting.throughput import Looked

NEEDED_FORECASTS = 10
TARGET = 0.8
SHOWN = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
HUNDREDTHS = tuple(place / 100 for place in range(1, 100))
TOO_OPTIMISTIC, TOO_CAUTIOUS, CONSISTENT = "too_optimistic", "too_cautious", "consistent"
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class PastForecast:
    """What was said: `quantiles` as (share, value), ascending; and what came: `actual`, None while it has not.

    `waited`: how long after the forecast was given we know what happened. A percentile beyond that is not judged,
    also not where the thing is done: else only good news would count. None: long enough for everything.
    """

    quantiles: tuple[tuple[float, float], ...]
    actual: float | None
    waited: float | None = None

    def __post_init__(self) -> None:
        shares, values = [s for s, _ in self.quantiles], [v for _, v in self.quantiles]
        if len(shares) < 2 or any(not 0 < s < 1 for s in shares) or sorted(set(shares)) != shares:
            raise Uncomputable("quantile_shares", value=tuple(shares))
        if sorted(values) != values or not all(isfinite(value) for value in values):
            raise Uncomputable("quantile_values", value=tuple(values))
        if self.actual is None and self.waited is None:
            raise Uncomputable("outcome_unknown", value=None)


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of `cases` forecasts that said "by here with probability `stated`", the share `held` did; the true share lies
    between `low` and `high` with 95 % confidence."""

    stated: float
    held: float
    cases: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """The stated percentile that held in `target` of the cases, and those that are compatible with that.

    1.0 stands for "not even the highest percentile that was stated"."""

    target: float
    stated: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How good the forecasts were, and what follows.

    - code: too_optimistic or too_cautious when the share that held at the target lies beyond chance, else
      consistent (which is not a proof of being right: see the interval). `off_by`: held minus target.
    - stretch: what the target percentile would have had to be multiplied by to hold as often as it said; None where
      that cannot be told (a value of zero, or too many not done yet).
    - brier: of the statements "by its target percentile" (lower is better; target * (1 - target) when calibrated).
    - crps: mean, in the unit of the values (lower is better); over `scored` forecasts that have come true.
    - sharpness: mean width from P10 to P90, and `relative_sharpness` as a share of the median; None where the stated
      percentiles do not reach so far.
    - effective: cases that count as independent.
    """

    forecasts: int
    effective: float
    curve: tuple[Reliability, ...]
    at_target: Reliability
    code: str
    off_by: float
    recalibrated: Recalibrated
    stretch: float | None
    brier: float
    crps: float | None
    scored: int
    sharpness: float | None
    relative_sharpness: float | None


def calibrate(
    pasts: Sequence[PastForecast], *, target: float = TARGET, overlap: float = 1.0
) -> Calibration | NotEnough:
    """Judge past forecasts; NotEnough with fewer than ten whose target percentile can be judged.

    All must state the same shares (raises `Uncomputable` quantile_shares), `target` among them. `overlap`: how many
    of them share one outcome on average (a back-test every 5 days of 20-day forecasts: 4); intervals are as
    wide as the fewer independent cases deserve.
    """
    if not pasts:
        return NotEnough(0, NEEDED_FORECASTS)
    shares = [share for share, _ in pasts[0].quantiles]
    for past in pasts:
        if [share for share, _ in past.quantiles] != shares:
            raise Uncomputable("quantile_shares", value=tuple(share for share, _ in past.quantiles))
    if target not in shares:
        raise Uncomputable("target_not_stated", value=target)
    if overlap < 1:
        raise Uncomputable("overlap", value=overlap)
    grid = [_reliability(pasts, place, share, overlap) for place, share in enumerate(shares)]
    at_target = grid[shares.index(target)]
    if at_target is None or at_target.cases < NEEDED_FORECASTS:
        return NotEnough(at_target.cases if at_target else 0, NEEDED_FORECASTS)
    known = [one for one in grid if one is not None]
    done = [past for past in pasts if past.actual is not None and past.waited is None]
    done += [past for past in pasts if past.waited is not None and _is_scored(past)]
    sharpness, relative = _sharpness(pasts)
    return Calibration(
        len(pasts),
        at_target.cases / overlap,
        tuple(one for one in known if one.stated in SHOWN) or tuple(known),
        at_target,
        _code(at_target, target),
        at_target.held - target,
        _recalibrated(known, target),
        _stretch(pasts, shares.index(target), target),
        at_target.held * (1 - target) ** 2 + (1 - at_target.held) * target**2,
        float(np.mean([crps_of_quantiles(p.quantiles, p.actual) for p in done if p.actual is not None])) if done else None,
        len(done),
        sharpness,
        relative,
    )  # fmt: skip


def next_forecast(ordered: npt.NDArray[np.int64] | Floats, calibration: Calibration) -> float | None:
    """The value of the next forecast (its trials, ascending) that deserves the name of the target percentile.

    None where not even the highest percentile that was stated held often enough.
    """
    stated = calibration.recalibrated.stated
    if stated >= 1:
        return None
    return float(ordered[max(0, ceil(stated * len(ordered) - 1e-9) - 1)])


def from_back_test(pasts: Sequence[Looked]) -> tuple[PastForecast, ...]:
    """Past forecasts of the throughput model with all their hundredths."""
    return tuple(
        PastForecast(
            tuple((s, float(p.ordered[ceil(s * len(p.ordered) - 1e-9) - 1])) for s in HUNDREDTHS),
            p.actual,
            p.waited,
        )
        for p in pasts
    )


def _reliability(
    pasts: Sequence[PastForecast], place: int, share: float, overlap: float
) -> Reliability | None:
    judged = [p for p in pasts if p.waited is None or p.quantiles[place][1] <= p.waited]
    if not judged:
        return None
    hits = sum(p.actual is not None and p.actual <= p.quantiles[place][1] for p in judged)
    effective = max(1, round(len(judged) / overlap))
    low, high = binomial_interval(round(hits / len(judged) * effective), effective)
    return Reliability(share, hits / len(judged), len(judged), low, high)


def _code(found: Reliability, target: float) -> str:
    if found.high < target:
        return TOO_OPTIMISTIC
    return TOO_CAUTIOUS if found.low > target else CONSISTENT


def _recalibrated(curve: Sequence[Reliability], target: float) -> Recalibrated:
    held = [one.stated for one in curve if one.held >= target]
    possible = [one.stated for one in curve if one.low <= target <= one.high]
    above = [one.stated for one in curve if one.low > target]
    low = min(possible, default=max((one.stated for one in curve if one.high < target), default=0.0))
    # Where the highest stated percentile is still compatible, a higher one is too.
    high = max(possible, default=1.0) if above else 1.0
    return Recalibrated(target, min(held, default=1.0), low, max(low, high))


def _stretch(pasts: Sequence[PastForecast], place: int, target: float) -> float | None:
    ratios = []
    for past in pasts:
        stated = past.quantiles[place][1]
        if past.waited is not None and stated > past.waited:
            continue
        if stated <= 0:
            return None
        ratios.append(past.actual / stated if past.actual is not None else float("inf"))
    found = sorted(ratios)[max(0, ceil(target * len(ratios) - 1e-9) - 1)]
    return found if isfinite(found) else None


def _is_scored(past: PastForecast) -> bool:
    """Done, and its highest percentile had passed: else only the quick ones would be scored."""
    return past.actual is not None and past.waited is not None and past.quantiles[-1][1] <= past.waited


def _sharpness(pasts: Sequence[PastForecast]) -> tuple[float | None, float | None]:
    """Mean width and mean share of the median: nothing is made up beyond what was stated."""
    lows, medians, highs = (_values(pasts, share) for share in (0.1, 0.5, 0.9))
    if lows is None or highs is None:
        return None, None
    widths = highs - lows
    relative = float(np.mean(widths / medians)) if medians is not None and medians.min() > 0 else None
    return float(np.mean(widths)), relative


def _values(pasts: Sequence[PastForecast], share: float) -> Floats | None:
    """Of each forecast the value at a share, None where it lies outside the stated shares (alike for all)."""
    shares = [stated for stated, _ in pasts[0].quantiles]
    if not shares[0] <= share <= shares[-1]:
        return None
    return np.array([np.interp(share, shares, [value for _, value in past.quantiles]) for past in pasts])
