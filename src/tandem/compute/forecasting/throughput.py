"""How long the rest takes, and how much gets done by then: Monte Carlo over the team's own days.

Every trial draws working days with replacement until the rest is done (bootstrap of daily throughput, see the
Kanban Guide's throughput and D. Vacanti, *Actionable Agile Metrics*). It draws them from a history that was itself
drawn from the known one, as many days long: the pace that a few weeks show is not known exactly, and a forecast that
takes it for known is too sure of itself (decision 0006; B. Efron, R. Tibshirani, *An Introduction to the Bootstrap*).
The same seed gives the same answer on every machine: only the raw bits of PCG64 are used, whose stream NumPy guarantees.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from math import ceil

import numpy as np
import numpy.typing as npt

from tandem.compute.forecasting.history import NEEDED, Basis, History, Irregularity, NotEnough
from tandem.compute.forecasting.percentiles import SHARES, ranks

TRIALS = 10_000
FURTHEST = 5_000
"""Working days (about twenty years) after which a trial is given up."""
BLOCK = 64
BINS = 24
NEEDED_CASES = 5
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of the picture: so many trials end within working days `first` to `last`, both included."""

    first: int
    last: int
    trials: int


@dataclass(frozen=True, slots=True)
class When:
    """Working days until all of it is done; a percentile is None when it lies beyond `FURTHEST`.

    `distribution` holds (working days, trials), ascending; trials that were given up are missing from it.
    `intervals` bracket the P50, P80 and P95 that endless trials would give, with 95 % confidence (see
    `percentiles`); `p80_low` and `p80_high` are the one of the P80.
    """

    remaining: int
    p50: int | None
    p80: int | None
    p95: int | None
    p80_low: int | None
    p80_high: int | None
    distribution: tuple[tuple[int, int], ...]
    bins: tuple[Bin, ...]
    basis: Basis
    warnings: tuple[Irregularity, ...]
    trials: int
    seed: int
    intervals: tuple[tuple[int | None, int | None], ...] = ()

    def chance_within(self, days: int) -> float:
        """Share of trials that are done within so many working days."""
        return sum(count for day, count in self.distribution if day <= days) / self.trials


@dataclass(frozen=True, slots=True)
class HowMuch:
    """Items done within `days` working days: at least `p80` in 80 % of the trials.

    `intervals` bracket the P50, P80 and P95 of endless trials, with 95 % confidence.
    """

    days: int
    p50: int
    p80: int
    p95: int
    bins: tuple[Bin, ...]
    basis: Basis
    warnings: tuple[Irregularity, ...]
    trials: int
    seed: int
    intervals: tuple[tuple[int | None, int | None], ...] = ()


@dataclass(frozen=True, slots=True)
class BacktestCase:
    """On `on`, with what was known then: `items` were forecast to take `p50`/`p80` working days and took
    `actual`.

    `actual` is None when they were not done at the end of the history; the P80 had not held then.
    """

    on: date
    items: int
    p50: int
    p80: int
    actual: int | None
    held_p50: bool
    held_p80: bool


@dataclass(frozen=True, slots=True)
class Backtest:
    """How often the forecast would have held on the same history. Cases overlap, so the shares are rough."""

    cases: tuple[BacktestCase, ...]
    share_p50: float
    share_p80: float


def when(
    history: History, remaining: int, *, trials: int = TRIALS, seed: int = 0, with_growth: bool = False
) -> When | NotEnough:
    """Working days until `remaining` items are done, as P50, P80 and P95.

    `with_growth` draws each day's arrivals with its finished items (needs `History.arrived`): the rest grows
    as it did.
    """
    if history.items < NEEDED:
        return NotEnough(history.items)
    days = simulate(history, remaining, trials, seed, with_growth)
    lost = float((days > FURTHEST).mean())
    warnings = history.irregularities() + ((Irregularity("beyond_horizon", lost),) if lost else ())
    known = days[days <= FURTHEST]
    values, counts = np.unique(known, return_counts=True)
    ordered = np.sort(days)
    p50, p80, p95 = (_within(percentile(ordered, share)) for share in SHARES)
    intervals = tuple(
        (_ranked(ordered, low), _ranked(ordered, high)) for low, high in (ranks(trials, s) for s in SHARES)
    )
    return When(
        remaining, p50, p80, p95, *intervals[1], tuple(zip(values.tolist(), counts.tolist(), strict=True)),
        _bins(known), history.basis(), warnings, trials, seed, intervals,
    )  # fmt: skip


def how_much(history: History, days: int, *, trials: int = TRIALS, seed: int = 0) -> HowMuch | NotEnough:
    """Items finished within `days` working days: what is reached at least with 50, 80 and 95 % certainty."""
    if history.items < NEEDED:
        return NotEnough(history.items)
    ordered = np.sort(reached(history, days, trials=trials, seed=seed))
    p50, p80, p95 = (at_least(ordered, share) for share in SHARES)
    falling = ordered[::-1]
    intervals = tuple(
        (_reached(falling, high), _reached(falling, low)) for low, high in (ranks(trials, s) for s in SHARES)
    )
    return HowMuch(
        days,
        p50,
        p80,
        p95,
        _bins(ordered),
        history.basis(),
        history.irregularities(),
        trials,
        seed,
        intervals,
    )


def backtest(
    history: History,
    *,
    horizon: int = 20,
    window: int = 60,
    step: int = 5,
    trials: int = 2_000,
    seed: int = 0,
) -> Backtest | NotEnough:
    """Forecast again on past days and look what came true.

    Every `step` working days: take the last `window` days as history, ask how long as many items take as
    `horizon` days usually bring, and count how often the real duration stayed within P50 and P80. Only days
    whose P80 lies within the history are cases, so that a miss is as visible as a hit. NotEnough counts
    cases.
    """
    cases = []
    for past in look_back(history, horizon=horizon, window=window, step=step, trials=trials, seed=seed):
        p50, p80 = percentile(past.ordered, 0.5), percentile(past.ordered, 0.8)
        if p80 > past.waited:
            continue
        actual = past.actual
        cases.append(
            BacktestCase(
                past.on, past.items, p50, p80, actual,
                actual is not None and actual <= p50, actual is not None and actual <= p80,
            )
        )  # fmt: skip
    if len(cases) < NEEDED_CASES:
        return NotEnough(len(cases), NEEDED_CASES)
    return Backtest(
        tuple(cases), sum(c.held_p50 for c in cases) / len(cases), sum(c.held_p80 for c in cases) / len(cases)
    )


@dataclass(frozen=True, eq=False, slots=True)
class Looked:
    """A forecast made again on a past day: working days per trial (ascending), what it took (None: not done yet) and
    how many days of history came after."""

    on: date
    items: int
    ordered: Ints
    actual: int | None
    waited: int


def look_back(
    history: History,
    *,
    horizon: int = 20,
    window: int = 60,
    step: int = 5,
    trials: int = 2_000,
    seed: int = 0,
) -> Iterator[Looked]:
    """Every `step` working days the forecast of then, for as many items as `horizon` days usually brought in the
    last `window`; days with less than `NEEDED` items behind them are left out."""
    total = np.concatenate(([0], np.cumsum(np.array(history.finished, dtype=np.int64))))
    for at in range(min(window, len(history.days)) // 2, len(history.days), step):
        known = history.part(max(0, at - window), at)
        if known.items < NEEDED:
            continue
        items = max(1, round(known.per_day * horizon))
        done = int(np.searchsorted(total, total[at] + items, side="left"))
        yield Looked(
            history.days[at], items, np.sort(simulate(known, items, trials, seed, with_growth=False)),
            done - at if done < len(total) else None, len(history.days) - at,
        )  # fmt: skip


def reached(history: History, days: int, *, trials: int = TRIALS, seed: int = 0) -> Ints:
    """Items finished within `days` working days, one number per trial (unordered), from the same draws as
    `when`.
    """
    sums = np.zeros(trials, np.int64)
    source = _Draws(history, trials, seed)
    counts = np.array(history.finished, dtype=np.int64)
    left = max(0, days)
    while left:
        block = counts[next(source)[:, : min(left, BLOCK)]]
        sums += block.sum(axis=1)
        left -= block.shape[1]
    return sums


def percentile(ordered: Ints, share: float) -> int:
    """The smallest outcome that at least `share` of the trials do not exceed."""
    return int(ordered[max(0, ceil(share * len(ordered) - 1e-9) - 1)])


def at_least(ordered: Ints, share: float) -> int:
    """The largest outcome that at least `share` of the trials reach."""
    return int(ordered[len(ordered) - max(1, ceil(share * len(ordered) - 1e-9))])


def simulate(
    history: History, remaining: int, trials: int = TRIALS, seed: int = 0, with_growth: bool = False
) -> Ints:
    """Working days per trial; FURTHEST + 1 where the rest was not done by then."""
    days = np.full(trials, 0 if remaining <= 0 else FURTHEST + 1, np.int64)
    if remaining <= 0 or not history.days:
        return days
    net = np.array(history.finished, dtype=np.int64)
    if with_growth and history.arrived:
        net = net - np.array(history.arrived, dtype=np.int64)
    sums = np.zeros(trials, np.int64)
    waiting = np.ones(trials, np.bool_)
    source = _Draws(history, trials, seed)
    for begin in range(0, FURTHEST, BLOCK):
        draw = next(source)  # for all trials, also those that are done: a larger rest must meet the same days
        run = np.cumsum(net[draw[waiting]], axis=1) + sums[waiting, None]
        hit = run >= remaining
        found = hit.any(axis=1)
        rows = np.flatnonzero(waiting)
        days[rows[found]] = begin + 1 + hit[found].argmax(axis=1)
        sums[rows] = run[:, -1]
        waiting[rows[found]] = False
        if not waiting.any():
            break
    days[days > FURTHEST] = FURTHEST + 1
    return days


class _Draws:
    """Endless blocks of day numbers, trials x BLOCK, each trial from a history of its own: one drawn from the known
    one, or that itself where the drawn one has no finished item."""

    def __init__(self, history: History, trials: int, seed: int) -> None:
        self.bits = np.random.PCG64(seed)
        self.size, self.trials = len(history.days), trials
        self.histories = self._days(trials, self.size).astype(np.int32)
        finished = np.array(history.finished, dtype=np.int64)
        self.histories[finished[self.histories].sum(axis=1) == 0] = np.arange(self.size, dtype=np.int32)

    def __next__(self) -> Ints:
        return np.take_along_axis(self.histories, self._days(self.trials, BLOCK), axis=1).astype(np.int64)

    def _days(self, rows: int, columns: int) -> Ints:
        count = rows * columns
        raw = self.bits.random_raw((count + 1) // 2)
        halves = np.concatenate((raw & np.uint64(0xFFFFFFFF), raw >> np.uint64(32)))[:count]
        return ((halves * np.uint64(self.size)) >> np.uint64(32)).astype(np.int64).reshape(rows, columns)


def _ranked(ordered: Ints, rank: int | None) -> int | None:
    return None if rank is None else _within(int(ordered[rank - 1]))


def _reached(falling: Ints, rank: int | None) -> int | None:
    return None if rank is None else int(falling[rank - 1])


def _within(days: int) -> int | None:
    return days if days <= FURTHEST else None


def _bins(values: Ints) -> tuple[Bin, ...]:
    if not len(values):
        return ()
    low, high = int(values.min()), int(values.max())
    width = max(1, ceil((high - low + 1) / BINS))
    counts = np.bincount((values - low) // width)
    return tuple(
        Bin(low + place * width, low + (place + 1) * width - 1, int(count))
        for place, count in enumerate(counts)
    )
