"""A sprint from the moves of its items: what it held and what was done day by day, what each change of scope did to the
chance of finishing, and what the team usually gets done in one.

Burn-up and burn-down as in K. Rubin, *Essential Scrum* (2012), ch. 20, with the line of the scope beside that of the
work, so that neither hides the other. The chance is the share of Monte Carlo trials over the team's own working days
(see `forecasting.throughput`) in which everything is done in time.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from tandem.compute.forecasting.history import NEEDED, NotEnough, history_of
from tandem.compute.forecasting.throughput import reached
from tandem.compute.scheduling.calendar import WorkingCalendar

NEEDED_SPRINTS = 3
LOOK_BACK_DAYS = 60
TRIALS = 4_000
BEGINNING = datetime.min.replace(tzinfo=UTC)
"""The moment of what has always been so, as far as anybody knows."""
T = TypeVar("T")
Flags = tuple[tuple[datetime, bool], ...]
Sizes = tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """A work item of a sprint as steps (moment, value), ascending: whether the sprint held it, whether it was done, and
    its size (points, or 1)."""

    id: int
    held: Flags
    done: Flags
    sizes: Sizes

    def is_held(self, at: datetime) -> bool:
        return _value(self.held, at, default=False)

    def is_done(self, at: datetime) -> bool:
        return _value(self.done, at, default=False)

    def size(self, at: datetime) -> float:
        return _value(self.sizes, at, default=0.0)


def _value(steps: tuple[tuple[datetime, T], ...], at: datetime, default: T) -> T:
    found = default
    for moment, value in steps:
        if moment > at:
            break
        found = value
    return found


@dataclass(frozen=True, slots=True)
class Sum:
    """What a sprint holds at a moment; `size` and `done_size` in points or items, the others count items."""

    items: int
    done: int
    size: float
    done_size: float

    @property
    def left(self) -> int:
        return self.items - self.done

    @property
    def left_size(self) -> float:
        return self.size - self.done_size


def sum_at(pieces: Sequence[Piece], at: datetime) -> Sum:
    held = [(p.size(at), p.is_done(at)) for p in pieces if p.is_held(at)]
    return Sum(len(held), sum(done for _, done in held), sum(s for s, _ in held), sum(s for s, done in held if done))


def end_of(day: date) -> datetime:
    """The first moment after the day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def course(pieces: Sequence[Piece], first: date, last: date, now: datetime, began: datetime) -> list[tuple[date, Sum]]:
    """The sums at the end of each day from `first` to `last`, as far as they are known at `now`; the day on which it
    is `now` as of now. A day before the sprint `began` is as at its beginning."""
    found, day = [], first
    while day <= last and datetime.combine(day, time(), UTC) <= now:
        moment = min(end_of(day) - timedelta(microseconds=1), now)
        found.append((day, sum_at(pieces, max(moment, began))))
        day += timedelta(days=1)
    return found


def spans_of_change(
    pieces: Sequence[Piece], began: datetime, until: datetime, gap: timedelta = timedelta(minutes=2)
) -> list[tuple[datetime, datetime]]:
    """When what the sprint holds, or its size, changed after it `began`: (first, last) moment, ascending. What happens
    within `gap` of each other is one change: somebody was sorting."""
    steps = {at for p in pieces for at, _ in (*p.held, *((m, v) for m, v in p.sizes if p.is_held(m)))}
    found: list[tuple[datetime, datetime]] = []
    for at in sorted(at for at in steps if began < at <= until):
        if found and at - found[-1][1] <= gap:
            found[-1] = (found[-1][0], at)
        else:
            found.append((at, at))
    return found


class Outlook:
    """The chance that so many items get done from a day to the sprint's last day, by the team's own days before it.

    `finished` are the days on which the team finished items, of this sprint or not; `first` the day from which on its
    history counts.
    """

    def __init__(
        self, finished: Sequence[date], calendar: WorkingCalendar, first: date, last: date, seed: int = 0
    ) -> None:
        self.finished, self.calendar, self.first, self.last, self.seed = finished, calendar, first, last, seed
        self._known: dict[date, tuple[int, npt.NDArray[np.int64] | None, int]] = {}

    def chance(self, on: date, left: int) -> float | NotEnough:
        """On the morning of `on`; the day itself still counts."""
        items, ordered, _days = self._of(on)
        if left <= 0:
            return 1.0
        return NotEnough(items) if ordered is None else float((ordered >= left).mean())

    def days_left(self, on: date) -> int:
        return self.calendar.count_working_days(on, self.last)

    def basis(self, on: date) -> tuple[int, int]:
        """Finished items and working days that the chance rests on."""
        items, _ordered, days = self._of(on)
        return items, days

    def _of(self, on: date) -> tuple[int, npt.NDArray[np.int64] | None, int]:
        if on not in self._known:
            yesterday = on - timedelta(days=1)
            start = max(self.first, on - timedelta(days=round(LOOK_BACK_DAYS * 1.7)))
            history = history_of(self.finished, self.calendar, start, yesterday).recent(LOOK_BACK_DAYS)
            drawn = None
            if history.items >= NEEDED:
                drawn = reached(history, self.days_left(on), trials=TRIALS, seed=self.seed)
            self._known[on] = (history.items, drawn, len(history.days))
        return self._known[on]


@dataclass(frozen=True, slots=True)
class Effect:
    """A change of scope: the sums before and after, and the chance of finishing everything in time before and after."""

    first: datetime
    last: datetime
    before: Sum
    after: Sum
    chance_before: float | NotEnough
    chance_after: float | NotEnough


def effects(
    pieces: Sequence[Piece], outlook: Outlook, began: datetime, until: datetime, most: int = 60
) -> list[Effect]:
    """What each change of scope did, ascending; of very many the last `most`."""
    found = []
    for first, last in spans_of_change(pieces, began, until)[-most:]:
        before, after = sum_at(pieces, first - timedelta(microseconds=1)), sum_at(pieces, last)
        on = first.date()
        chances = (outlook.chance(on, before.left), outlook.chance(on, after.left))
        found.append(Effect(first, last, before, after, *chances))
    return found


@dataclass(frozen=True, slots=True)
class Velocity:
    """What closed sprints got done, for a sprint like the one that is planned: `usual` are their sums, scaled to its
    working days when `is_scaled`. `low` and `high` are P20 and P80."""

    usual: tuple[float, ...]
    is_scaled: bool
    low: float
    middle: float
    high: float

    @property
    def sprints(self) -> int:
        return len(self.usual)

    def enough_for(self, planned: float) -> int:
        """In how many of these sprints at least so much got done."""
        return sum(value >= planned - 1e-9 for value in self.usual)


def velocity(
    done: Sequence[float], days: Sequence[float] = (), days_now: float = 0.0
) -> Velocity | NotEnough:
    """`done` per closed sprint; `days` that the people had in each, and have in the one to plan. Scaled only when the
    days of every sprint are known."""
    if len(done) < NEEDED_SPRINTS:
        return NotEnough(len(done), NEEDED_SPRINTS)
    is_scaled = bool(days_now) and len(days) == len(done) and all(d > 0 for d in days)
    usual = tuple(v / d * days_now for v, d in zip(done, days, strict=True)) if is_scaled else tuple(done)
    low, middle, high = (float(v) for v in np.quantile(usual, (0.2, 0.5, 0.8)))
    return Velocity(usual, is_scaled, low, middle, high)
