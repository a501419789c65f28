"""Work in progress by its age, beside the ages at which finished work was as far: what gets old is seen early."""

from dataclasses import dataclass

import numpy as np

from tandem.compute.flow.items import ACTIVE, WAITING
from tandem.compute.flow.journeys import NEVER, Floats, Journeys
from tandem.compute.forecasting.history import NEEDED, NotEnough
from tandem.compute.forecasting.percentiles import Percentile, percentiles_of

PACE = (0.5, 0.7, 0.85, 0.95)


@dataclass(frozen=True, slots=True)
class Pace:
    """Age (days since start) at which finished items left a state for the last time, as percentiles; empty with fewer
    than eight such items."""

    state: str
    items: int
    percentiles: tuple[Percentile, ...]


@dataclass(frozen=True, slots=True)
class Ageing:
    """An item in progress.

    - age: days since it was started; in_state: since it entered its state.
    - slower_than: share of finished items that took less time than its age.
    - beyond: largest pace percentile of its state that its age has passed (0: none, None: no pace known).
    - chance: of still being finished within `limit`, given its age: by the finished items that took as long; None
      where none took as long.
    """

    item: str
    state: str
    age: float
    in_state: float
    slower_than: float
    beyond: float | None
    chance: float | None


@dataclass(frozen=True, slots=True)
class AgeingChart:
    """`limit`: the cycle time that `share` of the finished items kept. Oldest items first."""

    share: float
    limit: float
    paces: tuple[Pace, ...]
    items: tuple[Ageing, ...]


def ageing(found: Journeys, *, share: float = 0.85) -> AgeingChart | NotEnough:
    """Ages of all items in progress; NotEnough with fewer than eight finished ones."""
    cycle = np.sort(found.cycle)
    if len(cycle) < NEEDED:
        return NotEnough(len(cycle))
    limit = percentiles_of(cycle, (share,))[0].value
    paces = _paces(found)
    known = {pace.state: pace.percentiles for pace in paces}
    entered = np.full(len(found.ids), NEVER)
    entered[found.visit_item[found.visit_is_open]] = found.visit_begin[found.visit_is_open]
    now = np.array([found.now])
    rows = []
    for i in np.flatnonzero(found.is_in_progress):
        age = float(found.between(found.started[i : i + 1], now)[0])
        state = found.workflow.states[int(found.state[i])].id
        as_long = len(cycle) - int(np.searchsorted(cycle, age, side="right"))
        in_time = int(np.searchsorted(cycle, limit, side="right")) - (len(cycle) - as_long)
        rows.append(
            Ageing(
                found.ids[i], state, age, float(found.between(entered[i : i + 1], now)[0]),
                float(np.searchsorted(cycle, age, side="left")) / len(cycle), _beyond(known.get(state, ()), age),
                max(in_time, 0) / as_long if as_long else None,
            )
        )  # fmt: skip
    return AgeingChart(share, limit, paces, tuple(sorted(rows, key=lambda row: -row.age)))


def _paces(found: Journeys) -> tuple[Pace, ...]:
    done = found.is_finished & (found.started != NEVER)
    rows = []
    for place, state in enumerate(found.workflow.states):
        if state.category not in (ACTIVE, WAITING):
            continue
        here = done[found.visit_item] & (found.visit_state == place)
        last = np.full(len(found.ids), NEVER)
        np.maximum.at(last, found.visit_item[here], found.visit_end[here])
        those = last != NEVER
        ages: Floats = np.sort(found.between(found.started[those], last[those]))
        rows.append(Pace(state.id, len(ages), percentiles_of(ages, PACE) if len(ages) >= NEEDED else ()))
    return tuple(rows)


def _beyond(percentiles: tuple[Percentile, ...], age: float) -> float | None:
    if not percentiles:
        return None
    return max((one.share for one in percentiles if age > one.value), default=0.0)
