"""The plan as it would be if something were otherwise: computed beside the one that stands, and what differs between the two."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cached_property

import numpy as np

from tandem.planning import plan_problem, plan_solver
from tandem.planning.open_work import OpenWork
from tandem.planning.plan_axis import SLOTS
from tandem.planning.plan_conflicts import Conflicts
from tandem.planning.plan_inputs import ITEM, PROMISE, Ints, PlanInputs
from tandem.planning.plan_problem import Away, Made
from tandem.planning.plan_solver import Found
from tandem.planning.plan_why import KeptPlan

Span = tuple[datetime, datetime]
Moments = tuple[Ints, Ints, Ints, Ints]
_SECONDS, _EPOCH = 86_400, date(1970, 1, 1).toordinal()


@dataclass(eq=False)
class Trial:
    """A plan that nobody stored: its arrays, its order, the slot behind each activity."""

    made: Made
    found: Found
    ends: Ints
    # what it is in conflict with, where that was found already
    conflicts: Conflicts | None = None

    def end_days(self) -> dict[tuple[str, int], date]:
        return self._end_days

    def dates(self) -> dict[int, Span]:
        """Of each item its start and finish, as the levelled plan would store them."""
        return self._dates

    def dates_asked(self) -> Mapping[int, Span]:
        """The same, each worked out when it is asked for: of twenty thousand few are."""
        return _Asked(self.moments)

    @cached_property
    def moments(self) -> Moments:
        return moments_of(self.made, self.found.starts, self.ends)

    @cached_property
    def _end_days(self) -> dict[tuple[str, int], date]:
        return end_days(self.made.inputs, self.ends)

    @cached_property
    def _dates(self) -> dict[int, Span]:
        return dict(_Asked(self.moments))


def tried(work: OpenWork, today: date, before: KeptPlan | None, away: Away = ()) -> Trial:
    """What no rule forces stays where `before` has it, as after a real change."""
    return solved(plan_problem.make(work, today, away), before)


def solved(made: Made, before: KeptPlan | None) -> Trial:
    found = plan_solver.first(made.inputs, before)
    return Trial(made, found, plan_solver.finishes(made.inputs.arrays(), found.starts) if made.inputs.n else found.starts)


def end_days(inputs: PlanInputs, finishes: Ints) -> dict[tuple[str, int], date]:
    """The day on which each project (by its space) and each promise is done by a plan."""
    found: dict[tuple[str, int], date] = {}
    for kind, name, of in ((ITEM, "space", inputs.space), (PROMISE, "promise", inputs.code // 4)):
        rows = inputs.code % 4 == kind
        known, where = np.unique(of[rows], return_inverse=True)
        last = np.zeros(len(known), np.int64)
        np.maximum.at(last, where, finishes[rows])
        found |= {(name, pk): day_of(inputs.ordinals, end) for pk, end in zip(known.tolist(), last.tolist(), strict=True)}
    return found


def day_of(ordinals: Ints, finish: int) -> date:
    """The day of the slot before this one."""
    number, last = max(finish - 1, 0) // SLOTS, len(ordinals) - 1
    return date.fromordinal(int(ordinals[min(number, last)]) + max(0, number - last) * 7 // 5)


def working_days(ordinals: Ints, first: date, last: date) -> int:
    """Days of the axis from one date to another, negative where the other is before it."""
    return int(np.searchsorted(ordinals, last.toordinal())) - int(np.searchsorted(ordinals, first.toordinal()))


def spans_of(moments: Moments) -> dict[int, tuple[date, date]]:
    """Of each space the first and the last day of its work."""
    _items, spaces, first, last = moments
    known, where = np.unique(spaces, return_inverse=True)
    begin, end = np.full(len(known), np.iinfo(np.int64).max), np.full(len(known), np.iinfo(np.int64).min)
    np.minimum.at(begin, where, first)
    np.maximum.at(end, where, last)
    return {space: (_day(a), _day(b)) for space, a, b in zip(known.tolist(), begin.tolist(), end.tolist(), strict=True)}


def months_of(moments: Moments) -> dict[int, str]:
    """Of each item the month in which it ends."""
    items, _spaces, _first, last = moments
    days, where = np.unique(last // _SECONDS, return_inverse=True)
    told = [f"{_day(day * _SECONDS):%Y-%m}" for day in days.tolist()]
    return {pk: told[k] for pk, k in zip(items.tolist(), where.tolist(), strict=True)}


def _day(seconds: int) -> date:
    return date.fromordinal(_EPOCH + seconds // _SECONDS)


class _Asked(Mapping[int, Span]):
    def __init__(self, moments: Moments) -> None:
        items, _spaces, first, last = (column.tolist() for column in moments)
        self._spans = dict(zip(items, zip(first, last, strict=True), strict=True))

    def __getitem__(self, pk: int) -> Span:
        first, last = self._spans[pk]
        return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)

    def __contains__(self, pk: object) -> bool:
        return pk in self._spans

    def __iter__(self) -> Iterator[int]:
        return iter(self._spans)

    def __len__(self) -> int:
        return len(self._spans)


def moments_of(made: Made, starts: Ints, ends: Ints) -> Moments:
    """Of each item its number, its space, and its start and finish as seconds; many begin or end in the same slot, and a moment is
    worked out once."""
    inputs, axis = made.inputs, made.axis
    items = np.flatnonzero(inputs.code % 4 == ITEM)
    hours = np.array(made.hours_of, np.int64)[np.maximum(inputs.calendar[items], 0)]
    first, last = _seconds(axis.starts_at, starts[items], hours), _seconds(axis.ends_at, ends[items], hours)
    return inputs.code[items] // 4, inputs.space[items], np.minimum(first, last), last


def _seconds(moment: Callable[[int, int], datetime], slots: Ints, hours: Ints) -> Ints:
    width = int(hours.max(initial=0)) + 1
    known, where = np.unique(slots * width + hours, return_inverse=True)
    told = [int(moment(*divmod(key, width)).replace(tzinfo=UTC).timestamp()) for key in known.tolist()]
    found: Ints = np.array(told, np.int64)[where]
    return found


def handed_over(work: OpenWork, items: Collection[int], gone: int | None, to: int) -> OpenWork:
    """Somebody else does these items in the place of one of those who do them, or beside them where nobody leaves."""
    people = dict(work.people)
    for pk in items:
        kept = [(who, share) for who, share in people.get(pk, ()) if who not in (gone, to)]
        people[pk] = [*kept, (to, share_of(work, pk, gone))]
    return replace(work, people=people)


def share_of(work: OpenWork, item: int, gone: int | None) -> int:
    """What somebody who takes it over takes of the work: as much as who leaves it, all of their time where nobody does."""
    share = next((share for who, share in work.people.get(item, ()) if who == gone), 100)
    return min(max(share, 1), 100)


def dropped(work: OpenWork, items: Collection[int]) -> OpenWork:
    """Without these items, as if they were taken out of the work."""
    out = set(items)
    below = {pk: rest for pk, members in work.below.items() if (rest := [one for one in members if one not in out])}
    promises = [(pk, on, rest) for pk, on, members in work.promises if (rest := [one for one in members if one not in out])]
    return replace(work, items=[one for one in work.items if one.id not in out], below=below, promises=promises)
