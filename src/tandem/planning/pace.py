"""How fast a scope goes forward: from its own finished items, else from its team's, shared with what else runs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from tandem.compute.forecasting.history import NEEDED, WEEK, History, history_of
from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.planning.scope import PROJECT, Item, Reading, Subject

WINDOWS = (60, 120, 250)
"""Working days to look back: twelve weeks, and further only where that holds too few finished items."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`others` items are worked on beside the scope by the same team and leave through the same throughput.

    `is_own_clock`: begun and finished are meant by the clock that a delivering space has set. `whole` reaches back as far as we look and serves the back-test; `undated` are finished items without a date; `given_up` were
    closed without a result and count neither as finished nor as open.
    """

    source: str
    history: History
    whole: History
    remaining: int
    others: int
    undated: int
    calendar: WorkingCalendar
    is_own_clock: bool = False
    given_up: int = 0

    @property
    def is_enough(self) -> bool:
        return self.history.items >= NEEDED

    @property
    def total(self) -> int:
        """What has to be finished before the last item of the scope is."""
        return self.remaining + (self.others if self.remaining else 0)

    @property
    def share(self) -> float:
        """The part of the throughput that goes to this scope."""
        return self.remaining / self.total if self.total else 1.0

    @property
    def per_week(self) -> float:
        return self.history.per_day * WEEK * self.share


def pace_of(reading: Reading, subject: Subject, on: date, *, is_now: bool = True) -> Pace:
    """The pace as it showed at the end of day `on`. `is_now`: what is done counts as done, whenever that was."""
    calendar = reading.calendars.of_space(reading.home(subject))
    remaining = len(subject.open_items) if is_now else sum(_is_open(subject, item, on) for item in subject.items)
    is_own = bool(reading.own_clocks & set(subject.spaces or [subject.row.space_id]))
    undated = sum(item.is_done and item.finished is None for item in subject.items)
    if subject.ref.kind != PROJECT:
        history, whole = _history(subject.items, calendar, on)
        if history.items >= NEEDED:
            return Pace("scope", history, whole, remaining, 0, undated, calendar, is_own, subject.given_up)
    spaces = sorted(subject.spaces) or [subject.row.space_id]
    team = [item for space_id in spaces for item in reading.in_space.get(space_id, ())]
    history, whole = _history(team, calendar, on, is_team=True)
    others = _others(reading, subject, on, is_now) if subject.ref.kind != PROJECT else 0
    return Pace("team", history, whole, remaining, others, undated, calendar, is_own, sum(reading.given_up[pk] for pk in spaces))


def _is_open(subject: Subject, item: Item, on: date) -> bool:
    return item.is_open_on(on) and subject.joined(item) <= on


def _others(reading: Reading, subject: Subject, on: date, is_now: bool) -> int:
    beside = reading.active_items - subject.root_of.keys()
    items = (reading.items[item_id] for item_id in beside)
    return sum(i.space_id in subject.spaces and (not i.is_done if is_now else i.is_open_on(on)) for i in items)


def _history(
    items: Iterable[Item], calendar: WorkingCalendar, on: date, *, is_team: bool = False
) -> tuple[History, History]:
    """The recent days and all that we look back on. Days before the work began say nothing about its pace."""
    items = list(items)
    finished = [item.finished for item in items if item.finished and item.finished <= on]
    begun = [day for item in items if (day := _began(item, is_team)) and day <= on]
    earliest = on - timedelta(days=round(max(WINDOWS) * 1.7))
    if not begun:
        return History((), ()), History((), ())
    whole = history_of(finished, calendar, max(min(begun), earliest), on).recent(max(WINDOWS))
    for days in WINDOWS:
        recent = whole.recent(days)
        if recent.items >= NEEDED:
            break
    return recent, whole


def _began(item: Item, is_team: bool) -> date | None:
    if is_team:
        return item.created
    known = [day for day in (item.started, item.finished) if day]
    return min(known) if known else None
