"""When a meeting of several people costs least. Plain arithmetic over minutes; nothing is random and nothing looks at a clock.

Cost is counted in minutes of people, so that two moments can be compared in words:
- a person who has to come and is not working, or is in another meeting, then: such a moment is not offered;
- a person who may come but cannot: the length of the meeting;
- focus time that is broken: what it takes of a stretch of at least `FOCUS` minutes without a meeting, as far as the pieces left are shorter than
  that (a stretch of four hours with an hour out of its middle loses all of it, at its edge only the hour);
- a day that has more meetings than `FULL_DAY` with it: the minutes above that, once more.

Source of the idea of whole stretches: P. Graham, "Maker's Schedule, Manager's Schedule" (2009); the weights are ours and said beside each result."""

from collections.abc import Sequence
from dataclasses import dataclass

FOCUS = 120
"""Minutes without interruption from which on a stretch counts as focus time."""
FULL_DAY = 240
"""Minutes of meetings a day above which each counts twice."""
Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Person:
    """`work`: when the person works; `busy`: when they are in a meeting. Minutes from a common beginning, ends excluded, in any order."""

    id: int
    is_needed: bool
    work: tuple[Interval, ...]
    busy: tuple[Interval, ...] = ()
    day: int = 1440
    """Length of the days in which meetings are counted; `offset` is where the person's own midnight lies."""
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Price:
    """Of one moment, in minutes of people: `missing` of who may come and cannot, `focus` that is broken, `load` above a full day. `absent` are
    the ids of who cannot come."""

    start: int
    missing: int
    focus: int
    load: int
    absent: tuple[int, ...]

    @property
    def total(self) -> int:
        return self.missing + self.focus + self.load


@dataclass(frozen=True, slots=True)
class _Known:
    """Of one person, what every candidate asks: stretches free of meetings while they work, and minutes of meetings by day."""

    person: Person
    free: list[Interval]
    met: dict[int, int]


def cheapest(people: Sequence[Person], candidates: Sequence[int], length: int, most: int) -> list[Price]:
    """The `most` cheapest of the candidate beginnings that everybody who is needed can make, the earlier first among equals."""
    if length <= 0:
        raise ValueError("a meeting takes time")
    known = [_known(one) for one in people]
    priced = [price for start in candidates if (price := _price(known, start, length)) is not None]
    return sorted(priced, key=lambda one: (one.total, one.start))[:most]


def _known(person: Person) -> _Known:
    free = _without(_joined(person.work), _joined(person.busy))
    met: dict[int, int] = {}
    for start, end in _joined(person.busy):
        _count(met, person, start, end)
    return _Known(person, free, met)


def _count(met: dict[int, int], person: Person, start: int, end: int) -> None:
    while start < end:
        day = (start - person.offset) // person.day
        cut = min(end, (day + 1) * person.day + person.offset)
        met[day] = met.get(day, 0) + cut - start
        start = cut


def _price(known: Sequence[_Known], start: int, length: int) -> Price | None:
    missing = focus = load = 0
    absent: list[int] = []
    for one in known:
        stretch = _holding(one.free, start, start + length)
        if stretch is None:
            if one.person.is_needed:
                return None
            missing += length
            absent.append(one.person.id)
            continue
        before, after = start - stretch[0], stretch[1] - start - length
        if stretch[1] - stretch[0] >= FOCUS:
            focus += length + sum(piece for piece in (before, after) if piece < FOCUS)
        load += _above(one, start, start + length)
    return Price(start, missing, focus, load, tuple(absent))


def _above(one: _Known, start: int, end: int) -> int:
    """Minutes above a full day that the meeting adds."""
    own: dict[int, int] = {}
    _count(own, one.person, start, end)
    found = 0
    for day, minutes in own.items():
        now = one.met.get(day, 0)
        found += max(0, now + minutes - FULL_DAY) - max(0, now - FULL_DAY)
    return found


def _holding(free: list[Interval], start: int, end: int) -> Interval | None:
    """The free stretch that holds all of it. Stretches are in order: halves are looked at, not all."""
    low, high = 0, len(free)
    while low < high:
        middle = (low + high) // 2
        if free[middle][1] < end:
            low = middle + 1
        else:
            high = middle
    return free[low] if low < len(free) and free[low][0] <= start else None


def _joined(intervals: Sequence[Interval]) -> list[Interval]:
    """In order, none empty, and what touches put together."""
    found: list[Interval] = []
    for start, end in sorted(one for one in intervals if one[0] < one[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def _without(whole: list[Interval], taken: list[Interval]) -> list[Interval]:
    found: list[Interval] = []
    for start, end in whole:
        at = start
        for begin, stop in taken:
            if stop <= at:
                continue
            if begin >= end:
                break
            if begin > at:
                found.append((at, begin))
            at = max(at, stop)
        if at < end:
            found.append((at, end))
    return found
