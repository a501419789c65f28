"""The cumulative flow diagram: how many items had come how far by the end of each day."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.flow.items import ACTIVE, DROPPED, WAITING
from tandem.compute.flow.journeys import DAY, NEVER, Journeys
from tandem.compute.scheduling.axis import instant

Counts = npt.NDArray[np.int64]
MOST_DAYS = 20_000


@dataclass(frozen=True, eq=False, slots=True)
class CumulativeFlow:
    """One row for each day from `first`, read at its end.

    - counts (days, states): items in each state.
    - cumulative (days, states): items in this state or a later one: the lines of the diagram. Dropped items are left out
      of it from the day they are dropped.
    - arrived, started, finished, dropped (days): what happened on the day; wip (days): started and not left.
    """

    first: date
    states: tuple[str, ...]
    counts: Counts
    cumulative: Counts
    arrived: Counts
    started: Counts
    finished: Counts
    dropped: Counts
    wip: Counts


def cumulative_flow(found: Journeys, first: date, last: date) -> CumulativeFlow:
    """Days from `first` to `last`, both included. Raises `Uncomputable` window_reversed, window_too_long."""
    days = (last - first).days + 1
    if days < 1:
        raise Uncomputable("window_reversed", value=(first, last))
    if days > MOST_DAYS:
        raise Uncomputable("window_too_long", value=days, most=MOST_DAYS)
    origin = instant(datetime.combine(first, time()))
    width = len(found.workflow.states)
    change = np.zeros((days + 1, width), np.int64)
    # An item is in a state at the end of a day when it entered by then and left later.
    enter = np.clip((found.visit_begin - origin) // DAY, 0, days)
    leave = np.where(found.visit_is_open, days, np.clip((found.visit_end - origin) // DAY, 0, days))
    np.add.at(change, (enter, found.visit_state), 1)
    np.add.at(change, (leave, found.visit_state), -1)
    counts = np.cumsum(change[:-1], axis=0)
    kept = np.array([state.category != DROPPED for state in found.workflow.states])
    cumulative = np.cumsum((counts * kept)[:, ::-1], axis=1)[:, ::-1] * kept
    running = np.array([state.category in (ACTIVE, WAITING) for state in found.workflow.states])

    def happened(at: Counts) -> Counts:
        place = (at[at != NEVER] - origin) // DAY
        return np.bincount(place[(place >= 0) & (place < days)], minlength=days)

    wip = counts[:, running].sum(axis=1)
    return CumulativeFlow(
        first, tuple(state.id for state in found.workflow.states), counts, cumulative, happened(found.arrived),
        happened(found.started), happened(found.finished), happened(found.dropped_at), wip,
    )  # fmt: skip


def day_of(flow: CumulativeFlow, row: int) -> date:
    return flow.first + timedelta(days=row)
