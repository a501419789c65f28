"""Does the data agree with itself: Little's law over a window, and which of its conditions do not hold.

Average work in progress = throughput x average cycle time, when as much leaves as begins and all that begins is
finished. Little 1961; the conditions as in Vacanti, *Actionable Agile Metrics for Predictability*, ch. 3.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.flow.journeys import NEVER, Flags, Journeys
from tandem.compute.forecasting.history import NEEDED, NotEnough
from tandem.compute.forecasting.percentiles import binomial_interval
from tandem.compute.scheduling.axis import instant

NEAR = 1.25
DROPPED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Consistency:
    """Over `days` days of the clock.

    - wip: average number of items in progress; per_day: finished items per day; cycle: their mean cycle time.
    - ratio: wip / (per_day x cycle); 1 when the law holds.
    - begun, finished, dropped: items in the window; wip_first, wip_last, age_first, age_last: items in progress and
      their mean age at its two ends.
    - codes: more_begun or more_finished (rates differ by more than chance: exact binomial test, 5 %), work_dropped
      (over 5 % of what left), wip_gets_older (mean age grew by more than a quarter), old_work (wip far above what the
      finished items account for: some items stay) and hidden_work (far below).
    """

    days: float
    wip: float
    per_day: float
    cycle: float
    ratio: float
    begun: int
    finished: int
    dropped: int
    wip_first: int
    wip_last: int
    age_first: float
    age_last: float
    codes: tuple[str, ...]

    @property
    def is_consistent(self) -> bool:
        return 1 / NEAR <= self.ratio <= NEAR


def consistency(found: Journeys, *, since: datetime) -> Consistency | NotEnough:
    """Little's law from `since` until now; NotEnough with fewer than eight items finished in the window. Raises
    `Uncomputable` window_reversed, no_working_time (a window without any, such as a weekend)."""
    begin = instant(since)
    if begin >= found.now:
        raise Uncomputable("window_reversed", value=since)
    ever = found.started != NEVER
    left = np.where(found.left == NEVER, found.now, found.left)
    done = ever & found.is_finished & (found.finished > begin)
    if done.sum() < NEEDED:
        return NotEnough(int(done.sum()))
    overlap = ever & (left > begin)
    inside = found.between(np.maximum(found.started[overlap], begin), left[overlap])
    days = float(np.diff(found.clock.days(np.array([begin, found.now])))[0])
    if days <= 0:
        raise Uncomputable("no_working_time", value=since)
    cycle = float(found.between(found.started[done], found.finished[done]).mean())
    wip, rate = float(inside.sum()) / days, int(done.sum()) / days
    begun = int((ever & (found.started > begin)).sum())
    dropped = int((ever & (found.dropped_at > begin)).sum())
    at_first = ever & (found.started <= begin) & (left > begin)
    ages = _age(found, at_first, begin), _age(found, found.is_in_progress, found.now)
    ratio = wip / (rate * cycle) if cycle > 0 else float("inf")
    gone = int(done.sum()) + dropped
    return Consistency(
        days, wip, rate, cycle, ratio, begun, int(done.sum()), dropped, int(at_first.sum()),
        int(found.is_in_progress.sum()), *ages, _codes(begun, gone, dropped, ages, ratio),
    )  # fmt: skip


def _age(found: Journeys, those: Flags, at: int) -> float:
    if not those.any():
        return 0.0
    return float(found.between(found.started[those], np.full(int(those.sum()), at)).mean())


def _codes(begun: int, gone: int, dropped: int, ages: tuple[float, float], ratio: float) -> tuple[str, ...]:
    codes = []
    low, high = binomial_interval(begun, begun + gone)
    if low > 0.5:
        codes.append("more_begun")
    if high < 0.5:
        codes.append("more_finished")
    if dropped > DROPPED_SHARE * gone:
        codes.append("work_dropped")
    if ages[1] > NEAR * ages[0] > 0:
        codes.append("wip_gets_older")
    if ratio > NEAR:
        codes.append("old_work")
    if ratio < 1 / NEAR:
        codes.append("hidden_work")
    return tuple(codes)
