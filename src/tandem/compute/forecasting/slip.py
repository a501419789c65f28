"""Why a promise slips, in days that add up, and what would bring it back.

Days are working days counted from the day the promise was given (that day is 0). The forecast is taken at
one percentile again and again while one thing after the other changes from what it was then to what it is
now; each difference is the share of one cause (a waterfall: the order scope, throughput, predecessor is
fixed, and the sum is exact).
"""

from dataclasses import dataclass
from math import ceil

import numpy as np

from tandem.compute.forecasting.history import NEEDED, WEEK, History, NotEnough
from tandem.compute.forecasting.throughput import FURTHEST, TRIALS, at_least, percentile, reached, simulate


@dataclass(frozen=True, slots=True)
class PromiseCase:
    """A promise then and now.

    `promised`, `today`: days. `remaining_then` items were open when it was given, `added` came since (less
    what was taken out), `remaining` are open now. `history_then` is what the team had shown by then (None,
    or too little of it: `assumed_per_day`, and without that today's rate, is taken). `ready_then`, `ready`:
    the day on which the last predecessor was to be finished, and now is.
    """

    promised: int
    today: int
    remaining_then: int
    added: int
    remaining: int
    history: History
    history_then: History | None = None
    assumed_per_day: float | None = None
    ready_then: int = 0
    ready: int = 0


@dataclass(frozen=True, slots=True)
class Cause:
    """`code`: scope_added, throughput, predecessor, or reserve (what the promise had in hand, negative)."""

    code: str
    days: int


@dataclass(frozen=True, slots=True)
class WaysOut:
    """What would keep the promise, each way alone; None where nothing of that kind can.

    `items_to_take_out` of those that remain, or `needed_per_week` finished instead of `present_per_week`,
    within the `days_left` between today (or the predecessor) and the promise.
    """

    days_left: int
    items_to_take_out: int | None
    needed_per_week: float | None
    present_per_week: float


@dataclass(frozen=True, slots=True)
class Slip:
    """`forecast` and `promised` as days since the promise; `days` is the slip, negative when there is time
    in hand.

    The days of `causes` add up to `days`. `is_beyond`: the forecast lies past the furthest day that is
    simulated.
    """

    forecast: int
    promised: int
    days: int
    causes: tuple[Cause, ...]
    ways_out: WaysOut
    percentile: int
    is_beyond: bool

    def largest(self, count: int = 3) -> tuple[Cause, ...]:
        """The causes that cost most days, largest first; none that helps."""
        return tuple(sorted((c for c in self.causes if c.days > 0), key=lambda c: -c.days)[:count])


def slip(case: PromiseCase, *, at: int = 80, trials: int = TRIALS, seed: int = 0) -> Slip | NotEnough:
    """Decompose the slip of a promise at percentile `at`; NotEnough when today's history is too short."""
    if case.history.items < NEEDED:
        return NotEnough(case.history.items)
    share = at / 100

    def now(items: int) -> int:
        return percentile(np.sort(simulate(case.history, items, trials, seed)), share)

    def then(items: int) -> int:
        if case.history_then is not None and case.history_then.items >= NEEDED:
            return percentile(np.sort(simulate(case.history_then, items, trials, seed)), share)
        if case.assumed_per_day:
            return ceil(max(0, items) / case.assumed_per_day - 1e-9)
        return now(items)

    rest = now(case.remaining)
    given = max(0, case.ready_then) + then(case.remaining_then)
    with_scope = max(0, case.ready_then) + then(case.remaining_then + case.added)
    with_pace = max(case.today, case.ready_then) + rest if case.remaining > 0 else case.today
    forecast = max(case.today, case.ready) + rest if case.remaining > 0 else case.today
    causes = (
        Cause("scope_added", with_scope - given),
        Cause("throughput", with_pace - with_scope),
        Cause("predecessor", forecast - with_pace),
        Cause("reserve", given - case.promised),
    )
    return Slip(
        forecast, case.promised, forecast - case.promised, causes, ways_out(case, at=at, trials=trials,
        seed=seed), at, rest > FURTHEST,
    )  # fmt: skip


def ways_out(case: PromiseCase, *, at: int = 80, trials: int = TRIALS, seed: int = 0) -> WaysOut:
    """What to change so that the forecast at percentile `at` meets the promise."""
    left = case.promised - max(case.today, case.ready)
    pace = case.history.per_day * WEEK
    if case.remaining <= 0:
        return WaysOut(left, 0, 0.0, pace)
    if left <= 0:
        return WaysOut(left, case.remaining if left == 0 else None, None, pace)
    fits = at_least(np.sort(reached(case.history, left, trials=trials, seed=seed)), at / 100)
    out = max(0, case.remaining - fits)
    needed = pace * case.remaining / fits if fits else None
    return WaysOut(left, out, needed if out else pace, pace)
