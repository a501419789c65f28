"""The service-level expectation: so many days in so many cases, and whether it was kept.

Kanban Guide: "a forecast of how long it should take a work item to flow from start to finish", a period and a probability.
"""

from dataclasses import dataclass

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.flow.journeys import NEVER, Flags, Floats, Journeys
from tandem.compute.forecasting.history import NEEDED, NotEnough
from tandem.compute.forecasting.percentiles import binomial_interval, percentile_of

WINDOW = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """Of `cases` items the share `kept` took no longer; the true share lies between `low` and `high` (95 %)."""

    cases: int
    kept: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """`share` of the items within `days`.

    - days: what the last `items` finished items say, its 95 % interval from `low` to `high` (None: open).
    - past: the same rule applied on the day each item was started, and what came of it (None: fewer than eight).
    - stated_days, stated: an expectation that was given, and how it was kept.
    - code: kept, missed (the share kept lies below by more than chance) or exceeded (above), for the stated one where
      there is one, else for the past; unknown with neither.
    """

    share: float
    days: float
    low: float | None
    high: float | None
    items: int
    past: Kept | None
    stated_days: float | None
    stated: Kept | None
    code: str


def expectation(
    found: Journeys, *, share: float = 0.85, stated_days: float | None = None, window: int = WINDOW
) -> Expectation | NotEnough:
    """From the last `window` finished items; NotEnough with fewer than eight. An item is judged once
    its days have passed, whether it is finished or not: judged earlier, only the quick ones would count. Raises `Uncomputable` share, window."""
    if not 0 < share < 1:
        raise Uncomputable("share", value=share)
    if window < NEEDED:
        raise Uncomputable("window", value=window, least=NEEDED)
    done = found.is_finished & (found.started != NEVER)
    order = np.argsort(found.finished[done], kind="stable")
    cycles = found.between(found.started[done], found.finished[done])[order]
    if len(cycles) < NEEDED:
        return NotEnough(len(cycles))
    now = percentile_of(np.sort(cycles[-window:]), share)
    past = _past(found, done, share, window)
    stated = None
    if stated_days is not None:
        everything = np.full(len(found.ids), stated_days)
        stated = _kept(found, everything)
    judged = stated or past
    return Expectation(
        share, now.value, now.low, now.high, min(window, len(cycles)), past, stated_days, stated, _code(judged, share)
    )  # fmt: skip


def _past(found: Journeys, done: Flags, share: float, window: int) -> Kept | None:
    """For each item the days that held on the day it was started, by what was finished before."""
    finished = found.finished[done]
    order = np.argsort(finished, kind="stable")
    ends = finished[order]
    cycles = found.between(found.started[done], finished)[order]
    allowed = np.full(len(found.ids), np.nan)
    for i in np.flatnonzero(found.started != NEVER):
        known = int(np.searchsorted(ends, found.started[i], side="left"))
        if known >= NEEDED:
            allowed[i] = percentile_of(np.sort(cycles[max(0, known - window) : known]), share).value
    return _kept(found, allowed)


def _kept(found: Journeys, allowed: Floats) -> Kept | None:
    """Of the items whose allowance (days per item; nan: none) has passed."""
    asked = (found.started != NEVER) & ~np.isnan(allowed) & (found.dropped_at == NEVER)
    ends = np.where(found.is_finished, found.finished, found.now)
    took = found.between(found.started, np.maximum(ends, found.started))
    is_late = took > allowed + 1e-9
    waited = found.between(found.started, np.full(len(found.ids), found.now))
    decided = asked & (waited >= allowed)
    cases = int(decided.sum())
    if cases < NEEDED:
        return None
    hits = int((decided & ~is_late).sum())
    return Kept(cases, hits / cases, *binomial_interval(hits, cases))


def _code(judged: Kept | None, share: float) -> str:
    if judged is None:
        return "unknown"
    if judged.high < share:
        return "missed"
    return "exceeded" if judged.low > share else "kept"
