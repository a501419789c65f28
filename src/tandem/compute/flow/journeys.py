"""The moves of many items as arrays: who was where, from when to when, in days or in working days."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import numpy.typing as npt

from tandem.compute.errors import Uncomputable
from tandem.compute.flow.items import ACTIVE, DONE, DROPPED, WAITING, Block, FlowItem, Workflow
from tandem.compute.scheduling.axis import Axis, instant
from tandem.compute.scheduling.calendar import WorkingCalendar

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
NEVER = np.iinfo(np.int64).min
DAY = 86_400


@dataclass(frozen=True, eq=False, slots=True)
class Clock:
    """From instants to days. With a calendar a day is its average working day."""

    axis: Axis | None
    per_day: float

    @classmethod
    def of(cls, calendar: WorkingCalendar | None, first: datetime, last: datetime) -> "Clock":
        if calendar is None:
            return cls(None, DAY)
        from_day, to_day = first.date() - timedelta(days=1), last.date() + timedelta(days=14)
        working, axis = calendar.count_working_days(from_day, to_day), calendar.axis(from_day, to_day)
        if not working:
            raise Uncomputable("no_working_time", calendar=calendar.id, value=(from_day, to_day))
        return cls(axis, axis.total / working)

    def days(self, instants: Ints) -> Floats:
        """Position of each instant on an axis of days."""
        if self.axis is None:
            return np.asarray(instants / DAY, np.float64)
        k = np.maximum(np.searchsorted(self.axis.starts, instants, side="right") - 1, 0)
        inside = np.clip(instants, self.axis.starts[k], self.axis.ends[k]) - self.axis.starts[k]
        return np.asarray((self.axis.before[k] + inside) / self.per_day, np.float64)


@dataclass(frozen=True, eq=False, slots=True)
class Journeys:
    """N items, V visits of states, instants in seconds (int64, NEVER where it has not happened by `now`).

    arrived, started, finished, dropped_at, left (N: finished or dropped, else NEVER), state (N: where it is);
    visit_item, visit_state, visit_begin, visit_end (V; an open visit ends `now`), visit_is_open (V);
    blocked (V): days blocked within the visit.
    """

    ids: tuple[str, ...]
    workflow: Workflow
    now: int
    clock: Clock
    arrived: Ints
    started: Ints
    finished: Ints
    dropped_at: Ints
    state: Ints
    visit_item: Ints
    visit_state: Ints
    visit_begin: Ints
    visit_end: Ints
    visit_is_open: Flags
    blocked: Floats

    @property
    def left(self) -> Ints:
        return np.maximum(self.finished, self.dropped_at)

    @property
    def is_finished(self) -> Flags:
        return np.asarray(self.finished != NEVER, np.bool_)

    @property
    def is_in_progress(self) -> Flags:
        return np.asarray((self.started != NEVER) & (self.left == NEVER), np.bool_)

    def between(self, first: Ints, last: Ints) -> Floats:
        return self.clock.days(last) - self.clock.days(first)

    @property
    def visit_days(self) -> Floats:
        return self.between(self.visit_begin, self.visit_end)

    @property
    def cycle(self) -> Floats:
        """Days from start to finish of the finished items that were ever started, in their order."""
        done = self.is_finished & (self.started != NEVER)
        return self.between(self.started[done], self.finished[done])

    def are(self, *categories: str) -> Flags:
        """(V): visits of states of these categories."""
        kinds = np.array([state.category in categories for state in self.workflow.states])
        return np.asarray(kinds[self.visit_state], np.bool_)


def journeys(
    items: Iterable[FlowItem], workflow: Workflow, *, now: datetime, calendar: WorkingCalendar | None = None
) -> Journeys:
    """What the items had done by `now`; later moves are not seen. Raises `Uncomputable` item_twice, state_unknown."""
    index = workflow.index
    kinds = [state.category for state in workflow.states]
    seen: set[str] = set()
    last, first = instant(now), now
    rows: list[tuple[int, int, int, int, int]] = []
    visits: list[tuple[int, int, int, int, bool]] = []
    spans: list[tuple[Block, ...]] = []
    ids: list[str] = []
    for item in items:
        if item.id in seen:
            raise Uncomputable("item_twice", item=item.id, value=item.id)
        seen.add(item.id)
        moves = [(instant(move.at), _place(index, item.id, move.state)) for move in item.moves]
        moves = [(at, state) for at, state in moves if at <= last]
        if not moves:
            continue
        first = min(first, item.moves[0].at)
        rows.append(_dates(moves, kinds))
        ends = [at for at, _ in moves[1:]] + [last]
        visits += [
            (len(ids), state, at, end, place == len(moves) - 1)
            for place, ((at, state), end) in enumerate(zip(moves, ends, strict=True))
        ]
        spans.append(item.blocks)
        ids.append(item.id)
    clock = Clock.of(calendar, first, now)
    table = np.array(rows, np.int64).reshape(-1, 5)
    arrived, started, finished, dropped, state = (table[:, k].copy() for k in range(5))
    flat = np.array([visit[:4] for visit in visits], np.int64).reshape(-1, 4)
    return Journeys(
        tuple(ids), workflow, last, clock, arrived, started, finished, dropped, state,
        flat[:, 0].copy(), flat[:, 1].copy(), flat[:, 2].copy(), flat[:, 3].copy(),
        np.array([visit[4] for visit in visits], np.bool_), _blocked(flat, spans, clock, last),
    )  # fmt: skip


def _place(index: dict[str, int], item: str, state: str) -> int:
    if state not in index:
        raise Uncomputable("state_unknown", item=item, value=state)
    return index[state]


def _dates(moves: list[tuple[int, int]], kinds: list[str]) -> tuple[int, int, int, int, int]:
    """arrived, started, finished, dropped_at, state. Finished: when the last unbroken stay in done states began."""
    started = next((at for at, state in moves if kinds[state] in (ACTIVE, WAITING)), NEVER)
    category = kinds[moves[-1][1]]
    left = NEVER
    for at, state in reversed(moves):
        if kinds[state] != category:
            break
        left = at
    finished = left if category == DONE else NEVER
    dropped = left if category == DROPPED else NEVER
    return moves[0][0], started, finished, dropped, moves[-1][1]


def _blocked(visits: Ints, spans: list[tuple[Block, ...]], clock: Clock, now: int) -> Floats:
    found = np.zeros(len(visits))
    for place, (item, _, begin, end) in enumerate(visits.tolist()):
        reach = begin
        for block in sorted(spans[item], key=lambda block: block.first):
            low = max(instant(block.first), reach)
            high = min(now if block.last is None else instant(block.last), end)
            if high > low:
                low_days, high_days = clock.days(np.array([low, high]))
                found[place] += high_days - low_days
                reach = high
    return found
