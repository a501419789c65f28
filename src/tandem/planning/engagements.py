"""When people are taken by what is no work of the plan, and what that takes of their working time: meetings.

Planning knows no meetings. Who stands above and knows of such hours adds a function to `sources`; `availability` asks here, and so everything that asks it
counts the same. Only that somebody is taken is used: who asks for names asks where the records are."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
from django.conf import settings

from tandem.compute.scheduling.axis import Axis
from tandem.compute.scheduling.calendar import WorkingCalendar

Ints = npt.NDArray[np.int64]
Minutes = npt.NDArray[np.float64]
PARTS = 8
"""Of each day its eighths are told apart, as the levelled plan does."""
REACH = timedelta(weeks=53)
"""So far ahead a rhythm is counted on, as far as load can be looked at: nobody knows whether a series still runs then."""


class Engagement(NamedTuple):
    """`of`: number of what it belongs to; `row`: of the record itself, 0 where only a rhythm says that there will be one. From and to in
    seconds since 1970, UTC."""

    of: int
    row: int
    starts: int
    ends: int
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
    """By person, on the clock of each; `zones`: who has another than the usual one."""
    mine: dict[int, list[int]] = defaultdict(list)
    for place, one in enumerate(found):
        for person in one.people:
            mine[person].append(place)
    clocks: dict[str, Ints] = {}
    told = {}
    for person, places in mine.items():
        zone = zones.get(person) or settings.TIME_ZONE
        if zone not in clocks:
            clocks[zone] = _on_clock(found, ZoneInfo(zone))
        told[person] = _in_order(clocks[zone][places], np.array(places, np.int64))
    return told


def _on_clock(found: Sequence[Engagement], zone: ZoneInfo) -> Ints:
    """From and to of each (n, 2)."""
    def local(moment: int) -> int:
        ahead = datetime.fromtimestamp(moment, zone).utcoffset()
        return moment + (int(ahead.total_seconds()) if ahead else 0)

    return np.array([(local(one.starts), local(one.ends)) for one in found], np.int64).reshape(-1, 2)


def _in_order(times: Ints, which: Ints) -> Spans:
    order = np.lexsort((which, times[:, 0]))
    starts, ends, which = times[order, 0], times[order, 1], which[order]
    if len(starts) > 1:
        starts = np.maximum(starts, np.concatenate((starts[:1], np.maximum.accumulate(ends)[:-1])))
    kept = ends > starts
    return Spans(starts[kept], ends[kept], which[kept])


def days_after(first: date, moment: int) -> int:
    """Days from `first` to the one in which a moment on somebody's clock lies."""
    return moment // 86400 - (first - date(1970, 1, 1)).days


def by_day(one: Spans, first: date, count: int) -> Minutes:
    """Minutes of each day from `first` on, working time or not."""
    edges = (np.arange(count + 1) + (first - date(1970, 1, 1)).days) * 86400
    if not len(one.starts):
        return np.zeros(count)
    at, lengths = np.stack((one.starts, one.ends), axis=1).ravel(), np.zeros((len(one.starts), 2))
    lengths[:, 1] = one.ends - one.starts
    return np.asarray(np.diff(np.interp(edges, at, np.cumsum(lengths.ravel()))) / 60)


def of_calendar(one: Spans, calendar: WorkingCalendar, first: date, last: date) -> Minutes:
    """What they take of the hours of a calendar: minutes of each eighth of each day (days, 8)."""
    edges, begun, ended, _kept = _positions(one, calendar, first, last)
    if not len(begun):
        return np.zeros((len(edges) - 1, PARTS))
    at, taken = np.stack((begun, ended), axis=1).ravel(), np.zeros((len(begun), 2))
    taken[:, 1] = ended - begun
    so_far = np.cumsum(taken.ravel())
    lengths = np.diff(edges)
    grid = (edges[:-1, None] + lengths[:, None] * np.arange(PARTS + 1) / PARTS).reshape(-1)
    found: Minutes = np.diff(np.interp(grid, at, so_far).reshape(-1, PARTS + 1), axis=1) / 60
    return found


def of_each(one: Spans, calendar: WorkingCalendar, first: date, last: date) -> list[tuple[int, int, float]]:
    """The same engagement by engagement: its place, the day from `first` on, minutes."""
    edges, begun, ended, kept = _positions(one, calendar, first, last)
    found = []
    for place, a, b in zip(one.which[kept].tolist(), begun.tolist(), ended.tolist(), strict=True):
        for day in range(max(int(np.searchsorted(edges, a, side="right")) - 1, 0), len(edges) - 1):
            if edges[day] >= b:
                break
            if (taken := min(b, edges[day + 1]) - max(a, edges[day])) > 0:
                found.append((place, day, float(taken) / 60))
    return found


def _positions(one: Spans, calendar: WorkingCalendar, first: date, last: date) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    """In working seconds from `first` on: where each day begins, and from and to of what touches working time, with which that is."""
    axis: Axis = calendar.axis(first, last)
    edges = np.concatenate(([0], np.cumsum(calendar.minutes_by_day(first, last)))) * 60
    begun, ended = axis.positions(one.starts), axis.positions(one.ends)
    kept = ended > begun
    return edges, begun[kept], ended[kept], kept
