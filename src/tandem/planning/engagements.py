"""When people are taken by what is no work of the plan, and what that takes of their working time: meetings.

Planning knows no meetings. Who stands above and knows of such hours adds a function to `sources`; `availability` asks here, and so everything that asks it
counts the same. Only that somebody is taken is used: who asks for names asks where the records are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.conf import settings

from tandem.compute.scheduling.axis import Axis
from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.planning.plan_axis import SLOTS

Ints = npt.NDArray[np.int64]
Minutes = npt.NDArray[np.float64]
Shut = npt.NDArray[np.bool_]
_DAY = 86400
PARTS = SLOTS
"""Of each day the parts are told apart that the levelled plan knows."""
REACH = timedelta(weeks=53)
"""So far ahead a rhythm is counted on, as far as load can be looked at: nobody knows whether a series still runs then."""


class Engagement(NamedTuple):
    """Several of the same people. `of`: number of what they belong to; `rows` (n): of the records themselves, 0 where only a rhythm says that
    there will be one. From and to (n) in seconds since 1970, UTC."""

    of: int
    rows: Ints
    starts: Ints
    ends: Ints
    people: Sequence[int]


Source = Callable[[list[int], datetime, datetime], list[Engagement]]
sources: list[Source] = []


@dataclass(frozen=True, eq=False)
class Spans:
    """Of one person, on their own clock (seconds since 1970), in order and none twice: what overlaps counts for what began first. `which`
    are places in what was read."""

    starts: Ints
    ends: Ints
    which: Ints


def read(people: Iterable[int], first: date, last: date) -> list[Engagement]:
    """Of these people on these days, whatever their time zone. One query for each source."""
    wanted = sorted(set(people))
    if not wanted:
        return []
    since, until = (datetime.combine(day, time(0), UTC) for day in (first - timedelta(days=1), last + timedelta(days=2)))
    return [one for source in sources for one in source(wanted, since, until)]


def spans(found: Sequence[Engagement], zones: Mapping[int, str]) -> dict[int, Spans]:
    """By person, on the clock of each; `zones`: who has another than the usual one. People who are in the same share one answer."""
    mine: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        for person in one.people:
            mine[person].append(place)
    clocks: dict[str, list[tuple[Ints, Ints]]] = {}
    made: dict[tuple[str, tuple[int, ...]], Spans] = {}
    told = {}
    for person, places in mine.items():
        zone = zones.get(person) or settings.TIME_ZONE
        key = (zone, tuple(places))
        if key not in made:
            if zone not in clocks:
                clocks[zone] = _on_clock(found, ZoneInfo(zone))
            made[key] = _in_order(clocks[zone], places)
        told[person] = made[key]
    return told


def moments(zone: ZoneInfo, clock: Ints) -> Ints:
    """Seconds since 1970, UTC, of what a clock there shows (n)."""
    return clock - _ahead(zone, clock, is_clock=True)


def _on_clock(found: Sequence[Engagement], zone: ZoneInfo) -> list[tuple[Ints, Ints]]:
    ends = np.cumsum([len(one.starts) for one in found])[:-1]
    starts, stops = (np.concatenate(columns) for columns in ([one.starts for one in found], [one.ends for one in found]))
    starts, stops = starts + _ahead(zone, starts), stops + _ahead(zone, stops)
    return list(zip(np.split(starts, ends), np.split(stops, ends), strict=True))


def _ahead(zone: ZoneInfo, at: Ints, *, is_clock: bool = False) -> Ints:
    """By how much the clock is ahead of UTC: asked once a day, and moment by moment only on days on which it changes."""
    days, where = np.unique(at // _DAY, return_inverse=True)
    edges = {day: _offset(zone, day * _DAY, is_clock) for day in np.union1d(days, days + 1).tolist()}
    before, after = (np.array([edges[day + k] for day in days.tolist()], np.int64) for k in (0, 1))
    found: Ints = before[where]
    for k in np.flatnonzero((before != after)[where]).tolist():
        found[k] = _offset(zone, int(at[k]), is_clock)
    return found


@lru_cache(maxsize=1 << 15)
def _offset(zone: ZoneInfo, at: int, is_clock: bool) -> int:
    moment = datetime.fromtimestamp(at, UTC)
    ahead = (moment.replace(tzinfo=zone) if is_clock else moment.astimezone(zone)).utcoffset()
    return int(ahead.total_seconds()) if ahead else 0


def _in_order(clock: Sequence[tuple[Ints, Ints]], places: Sequence[int]) -> Spans:
    starts, ends = (np.concatenate([clock[place][k] for place in places]) for k in (0, 1))
    which = np.repeat(places, [len(clock[place][0]) for place in places])
    order = np.lexsort((which, starts))
    starts, ends, which = starts[order], ends[order], which[order]
    if len(starts) > 1:
        starts = np.maximum(starts, np.concatenate((starts[:1], np.maximum.accumulate(ends)[:-1])))
    kept = ends > starts
    return Spans(starts[kept], ends[kept], which[kept])


def days_after(first: date, moment: int) -> int:
    """Days from `first` to the one in which a moment on somebody's clock lies."""
    return moment // _DAY - (first - date(1970, 1, 1)).days


def by_day(one: Spans, first: date, count: int) -> Minutes:
    """Minutes of each day from `first` on, working time or not."""
    edges = (np.arange(count + 1) + (first - date(1970, 1, 1)).days) * _DAY
    if not len(one.starts):
        return np.zeros(count)
    at, lengths = np.stack((one.starts, one.ends), axis=1).ravel(), np.zeros((len(one.starts), 2))
    lengths[:, 1] = one.ends - one.starts
    return np.asarray(np.diff(np.interp(edges, at, np.cumsum(lengths.ravel()))) / 60)


@dataclass(frozen=True, eq=False)
class Worked:
    """Days of a calendar: in working seconds, where each begins (days + 1)."""

    axis: Axis
    edges: Ints

    @classmethod
    def of(cls, calendar: WorkingCalendar, first: date, count: int) -> "Worked":
        last = first + timedelta(days=count - 1)
        return cls(calendar.axis(first, last), np.concatenate(([0], np.cumsum(calendar.minutes_by_day(first, last)))) * 60)

    def eighths(self, one: Spans) -> Minutes:
        """What they take of its hours: minutes of each eighth of each day (days, 8)."""
        begun, ended, _kept = self._positions(one)
        lengths = np.diff(self.edges)
        if not len(begun):
            return np.zeros((len(lengths), PARTS))
        at, taken = np.stack((begun, ended), axis=1).ravel(), np.zeros((len(begun), 2))
        taken[:, 1] = ended - begun
        grid = self.edges[:-1, None] + lengths[:, None] * np.arange(PARTS + 1) / PARTS
        found: Minutes = np.diff(np.interp(grid.ravel(), at, np.cumsum(taken.ravel())).reshape(-1, PARTS + 1), axis=1) / 60
        return found

    def each(self, one: Spans, shut: Shut | None = None) -> list[tuple[int, int, float]]:
        """The same one by one: its place in what was read, the day, minutes; without those in the eighths that are `shut` (days, 8)."""
        begun, ended, kept = self._positions(one)
        found = []
        for place, a, b in zip(one.which[kept].tolist(), begun.tolist(), ended.tolist(), strict=True):
            for day in range(max(int(np.searchsorted(self.edges, a, side="right")) - 1, 0), len(self.edges) - 1):
                if self.edges[day] >= b:
                    break
                begin, end = self.edges[day], self.edges[day + 1]
                taken = float(min(b, end) - max(a, begin))
                if shut is not None and shut[day].any():
                    grid = begin + (end - begin) * np.arange(PARTS + 1) / PARTS
                    lost = np.minimum(b, grid[1:]) - np.maximum(a, grid[:-1])
                    taken -= float(np.maximum(lost, 0)[shut[day]].sum())
                if taken > 1e-3:
                    found.append((place, day, taken / 60))
        return found

    def _positions(self, one: Spans) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
        """From and to of what touches working time, and which that is."""
        begun, ended = self.axis.positions(one.starts), self.axis.positions(one.ends)
        kept = ended > begun
        return begun[kept], ended[kept], kept
