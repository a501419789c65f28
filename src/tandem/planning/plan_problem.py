"""From open work to the arrays of the levelled plan: durations in slots, people and pools, links of containers, due dates."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from statistics import median
from typing import Any

import numpy as np

from tandem.people.models import Space
from tandem.planning import capacity
from tandem.planning.capacity import UNITS, WHOLE, Capacity
from tandem.planning.open_work import OpenItem, OpenWork
from tandem.planning.plan_axis import SLOTS, PlanAxis
from tandem.planning.plan_cycles import without_cycles
from tandem.planning.plan_inputs import (
    ASSUMED,
    BEGIN,
    BEGUN,
    END,
    ITEM,
    MILESTONE,
    PERSON,
    PINNED,
    POOL,
    PROMISE,
    PlanInputs,
    equipment_of,
    slots_of,
)

_USUAL_MINUTES, _LONGEST = 480.0, 260 * 5 * SLOTS
_PROJECT_WEIGHTS, _PROMISE_WEIGHT = {1: 16, 2: 8, 3: 4, 4: 2}, 40
_KINDS = {"FS": 0, "blocks": 0, "SS": 1, "FF": 2, "SF": 3}


@dataclass(eq=False)
class Made:
    """`dropped`: links (source, target) that closed a circle and count no more. `assumed`: items for whose length nobody
    gave anything. `hours_of`: of each calendar row the calendar of the axis whose hours it shows."""

    work: OpenWork
    inputs: PlanInputs
    axis: PlanAxis
    dropped: list[tuple[int, int]]
    assumed: int
    hours_of: list[int]
    people: Capacity


Away = tuple[tuple[int, date, date], ...]


def make(work: OpenWork, today: date, away: Away = ()) -> Made:
    """`away`: people who would have no time, from one day to another."""
    return _Maker(work, today, away).made()


@dataclass(eq=False)
class _Maker:
    work: OpenWork
    today: date
    away: Away = ()
    rows: list[tuple[int, ...]] = field(default_factory=list)
    need_ends: list[int] = field(default_factory=lambda: [0])
    need_of: list[int] = field(default_factory=list)
    need_units: list[int] = field(default_factory=list)
    at: dict[int, int] = field(default_factory=dict)
    resources: dict[int, int] = field(default_factory=dict)
    free_from: dict[int, int] = field(default_factory=dict)
    links: list[tuple[int, int, int, int]] = field(default_factory=list)
    open_slots: dict[int, Any] = field(default_factory=dict)
    masks: list[Any] = field(default_factory=list)
    hours_of: list[int] = field(default_factory=list)
    row_by: dict[Any, int] = field(default_factory=dict)
    bases: dict[tuple[int | None, int], int] = field(default_factory=dict)
    in_use: dict[int, int] = field(default_factory=dict)

    def made(self) -> Made:
        self._calendars()
        self._durations()
        self._pools()
        self._items()
        self._containers()
        self._links()
        self._promises()
        kept, dropped = without_cycles(self.links, len(self.rows))
        codes = [row[0] for row in self.rows]
        return Made(self.work, self._inputs(kept), self.axis, [(codes[a] // 4, codes[b] // 4) for a, b, *_ in dropped], self.assumed, self.hours_of, self.people)

    def _calendars(self) -> None:
        """Row 0 is the organisation's own calendar."""
        known, work = self.work.calendars, self.work
        assert known is not None
        root = Space.objects.filter(parent=None).values_list("id", flat=True).first() or 0
        self.of_space = {pk: known.of_space(pk) for pk in {item.space_id for item in work.items} | {root}}
        usual = self.of_space[root]
        found = {usual.id: usual} | {one.id: one for _pk, one in sorted(self.of_space.items())}
        for item in work.items:
            if item.calendar_id in known.rows:
                one = known.of_row(item.calendar_id)
                found[one.id] = one
        found |= {one.id: one for pk in sorted(set().union(*work.usable.values())) if pk in known.rows for one in [known.of_row(pk)]}
        self.row_of = {name: k for k, name in enumerate(found)}
        self.axis = PlanAxis(self.today, list(found.values()))
        for row in self.axis.rows:
            self.row_by.setdefault((row * np.uint8(WHOLE)).tobytes(), len(self.masks))
            self.masks.append(row * np.uint8(WHOLE))
            self.hours_of.append(len(self.hours_of))
        self.people = capacity.of((user for given in work.people.values() for user, _share in given), self.axis.ordinals)
        for who, first, last in self.away:
            capacity.away(self.people, who, first, last)

    def _calendar(self, item: OpenItem, people: list[tuple[int, int]]) -> int:
        """The row of the calendar's days on which all who do it have time as well."""
        space = item.space_id
        base = self.bases.get((item.calendar_id, space))
        if base is None:
            base = self.bases[item.calendar_id, space] = self._base(item)
        bound = [who for who, _share in people if self.people.binds(who)]
        held = sorted(self.work.usable.get(item.id, ())) if self.work.usable else []
        if not bound and not held:
            return base
        if len(bound) > 1:
            bound = sorted(set(bound))
        key = (base, *[(who, self.people.space_for(who, space)) for who in bound], *held)
        if key not in self.row_by:
            self.row_by[key] = self._meet(base, [*(self.people.masks(who, space) for who in bound), *(self._usable(pk) for pk in held)])
        return self.row_by[key]

    def _usable(self, calendar_id: int) -> Any:
        """The days of the calendar of what is held."""
        known = self.work.calendars
        assert known is not None
        return self.masks[self.row_of[known.of_row(calendar_id).id]]

    def _base(self, item: OpenItem) -> int:
        known = self.work.calendars
        assert known is not None
        own = known.of_row(item.calendar_id) if item.calendar_id in known.rows else self.of_space[item.space_id]
        return self.row_of[own.id]

    def _meet(self, base: int, people: list[Any]) -> int:
        """Where they never meet, not even the calendar's days are kept: the work is done when its people have time."""
        together = np.bitwise_and.reduce(people)
        row = self.masks[base] & together
        if not row.any():
            row = together if together.any() else self.masks[base]
        known = self.row_by.get(row.tobytes())
        return self._add_row(row, base) if known is None else known

    def _add_row(self, row: Any, base: int) -> int:
        self.masks.append(row)
        self.hours_of.append(base)
        return self.row_by.setdefault(row.tobytes(), len(self.masks) - 1)

    def _durations(self) -> None:
        """Where nobody said anything, the usual length of the project's items; without any, a day."""
        said: dict[int, list[float]] = {}
        for item in self.work.items:
            if item.minutes and not item.is_milestone:
                said.setdefault(item.space_id, []).append(item.minutes)
        self.usual = {space: median(values) for space, values in said.items()}
        self.assumed = sum(item.minutes is None for item in self.work.items)

    def _pools(self) -> None:
        """A project with work that nobody is named for: as many at once as there are people who work there."""
        people: dict[int, set[int]] = defaultdict(set)
        unnamed = set()
        for item in self.work.items:
            given = self.work.people.get(item.id)
            if given:
                people[item.space_id].update([user for user, _share in given])
            elif not item.is_milestone:
                unnamed.add(item.space_id)
        self.pools = {space: max(len(people[space]), 1) for space in unnamed}

    def _items(self) -> None:
        """Twenty thousand of them: what one day means on the axis is worked out once."""
        people_of, starts_of, pools, nobody = self.work.people, self.work.starts, self.pools, list[tuple[int, int]]()
        slot_of, end_of = cache(self.axis.slot_of), cache(self.axis.end_of)
        for item in self.work.items:
            space = item.space_id
            minutes = item.minutes if item.minutes is not None else self.usual.get(space, _USUAL_MINUTES)
            people = people_of.get(item.id, nobody)
            slots, needs = _shared(minutes, item, people)
            held = [(2 * who + PERSON, units) for who, units in needs] if slots else []
            if slots and space in pools:
                held.append((2 * space + POOL, min(sum([units for _who, units in needs]) or UNITS, UNITS * pools[space])))
            if item.id in self.work.equipment and slots:
                held += self._equipment(item)
            calendar = self._calendar(item, people)
            fixed, flags = self._given(item, slots, needs, calendar) if item.is_begun or item.pinned is not None else (-1, 0)
            release, starts = item.release, starts_of.get(space)
            if starts and (release is None or starts > release):
                release = starts
            flags |= (ASSUMED if item.minutes is None else 0) | (MILESTONE if item.is_milestone else 0)
            due = end_of(item.due) if item.due else -1
            self._add((4 * item.id + ITEM, space, slots, slot_of(release) if release else 0, due, item.weight, fixed, flags, calendar), held)

    def _equipment(self, item: OpenItem) -> list[tuple[int, int]]:
        """Held as long as the item takes. What has begun has what it has: never more together than there is."""
        found = []
        for equipment, amount in self.work.equipment[item.id]:
            if item.is_begun:
                amount = min(amount, self.work.pieces[equipment] - self.in_use.get(equipment, 0))
                self.in_use[equipment] = self.in_use.get(equipment, 0) + amount
            if amount > 0:
                found.append((-2 * equipment + POOL, amount))
        return found

    def _supply(self, code: int) -> int:
        equipment = equipment_of(code)
        if equipment is not None:
            return self.work.pieces[equipment]
        return UNITS * (self.pools[code // 2] if code % 2 == POOL else 1)

    def _given(self, item: OpenItem, slots: int, needs: list[tuple[int, int]], calendar: int) -> tuple[int, int]:
        """What is begun goes first, one after the other for each person; what a person set stays there."""
        if item.is_begun:
            if not needs:
                return -1, BEGUN
            start, finish = self._worked(max(self.free_from.get(who, 0) for who, _units in needs), slots, calendar)
            for who, _units in needs:
                self.free_from[who] = finish
            return start, BEGUN
        if item.pinned is not None and item.pinned.date() >= self.today:
            return self.axis.slot_at(item.pinned), PINNED
        return -1, 0

    def _worked(self, at: int, slots: int, calendar: int) -> tuple[int, int]:
        """From the first slot that a calendar works from `at` on, to the one after the last of so many."""
        if not slots or (self.masks[calendar] == WHOLE).all():
            return at, at + slots
        if calendar not in self.open_slots:
            self.open_slots[calendar] = np.flatnonzero(slots_of(self.masks[calendar]))
        open_ = self.open_slots[calendar]
        first = int(np.searchsorted(open_, at))
        last = first + slots - 1
        if last >= len(open_):
            return at, at + slots
        return int(open_[first]), int(open_[last]) + 1

    def _add(self, row: tuple[int, ...], held: list[tuple[int, int]]) -> int:
        """A row of code, space, slots, release, due, weight, fixed start, flags and calendar, and what it holds."""
        at = self.at[row[0]] = len(self.rows)
        self.rows.append(row)
        for code, units in held:
            self.need_of.append(self.resources.setdefault(code, len(self.resources)))
            self.need_units.append(units)
        self.need_ends.append(len(self.need_of))
        return at

    def _containers(self) -> None:
        """A container that a link or a due date names: its beginning holds all below, its end waits for all below."""
        linked = {one for link in self.work.links for one in link[:2]} & self.work.below.keys()
        space_of = {item.id: item.space_id for item in self.work.items}
        for pk in sorted(linked | (self.work.due_above.keys() & self.work.below.keys())):
            below = self.work.below[pk]
            due, weight = self.work.due_above.get(pk, (None, 0))
            space = space_of[below[0]]
            if pk in linked:
                begin = self._add((4 * pk + BEGIN, space, 0, 0, -1, 0, -1, 0, -1), [])
                self.links += [(begin, self.at[4 * one], 1, 0) for one in below if not self.rows[self.at[4 * one]][7] & BEGUN]
            end = self._add((4 * pk + END, space, 0, 0, self.axis.end_of(due) if due else -1, weight, -1, 0, -1), [])
            self.links += [(self.at[4 * one], end, 0, 0) for one in below]

    def _links(self) -> None:
        for source, target, kind, minutes, percent, elapsed in self.work.links:
            head = self.at.get(4 * target, self.at.get(4 * target + BEGIN))
            tail = self.at.get(4 * source, self.at.get(4 * source + (BEGIN if kind in ("SS", "SF") else END)))
            if kind in ("FF", "SF"):
                head = self.at.get(4 * target, self.at.get(4 * target + END))
            if head is None or self.rows[head][7] & BEGUN:
                continue
            if tail is None:
                self._after_done(source, head, minutes, elapsed)
                continue
            lag = round(self.rows[tail][2] * percent / 100) if percent is not None else _slots_of(minutes, elapsed)
            self.links.append((tail, head, _KINDS[kind], lag))

    def _after_done(self, source: int, head: int, minutes: int, elapsed: bool) -> None:
        done = self.work.done_on.get(source)
        if done is None:
            return
        past = (self.today - done.date()).days * 5 * SLOTS // 7
        row = list(self.rows[head])
        row[3] = max(row[3], _slots_of(minutes, elapsed) - past)
        self.rows[head] = tuple(row)

    def _promises(self) -> None:
        space_of = {item.id: item.space_id for item in self.work.items}
        for pk, on, items in self.work.promises:
            code = 4 * pk + PROMISE
            end = self._add((code, -space_of[items[0]], 0, 0, self.axis.end_of(on), _PROMISE_WEIGHT, -1, 0, -1), [])
            self.links += [(self.at[4 * one], end, 0, 0) for one in items]

    def _inputs(self, links: list[tuple[int, int, int, int]]) -> PlanInputs:
        table = np.array(self.rows, np.int64).reshape(-1, 9).T
        joined = np.array(links, np.int64).reshape(-1, 4).T
        projects, due = self._projects()
        calendar, masks = self._rows_used(table[8])
        resource = np.array(list(self.resources), np.int64)
        supply = np.array([[self._supply(code)] for code in self.resources], np.int64).reshape(-1, 1)
        return PlanInputs(
            self.today.toordinal(), *table[:8], calendar, *(np.array(one, np.int64) for one in (self.need_ends, self.need_of, self.need_units)),
            resource, supply, joined[0], joined[1], joined[2], joined[3], projects, due, np.array([_PROJECT_WEIGHTS[self.work.priorities.get(pk, 3)] for pk in projects.tolist()], np.int64),
            masks, self.axis.ordinals,
        )  # fmt: skip

    def _rows_used(self, given: Any) -> tuple[Any, Any]:
        """Calendar rows as the kernels know them: those that work in every slot are -1."""
        masks = np.array(self.masks, np.uint8).reshape(len(self.masks), -1)
        whole = np.append((masks == WHOLE).all(axis=1), True)
        calendar = np.where(whole[given], -1, given).astype(np.int64)
        return calendar, masks if (calendar >= 0).any() else np.zeros((0, 0), np.uint8)

    def _projects(self) -> tuple[Any, Any]:
        """A project should end by the plan in force: the last planned finish of its open work."""
        ends: dict[int, date] = {}
        for item in self.work.items:
            if item.planned_finish:
                ends[item.space_id] = max(item.planned_finish, ends.get(item.space_id, item.planned_finish))
        spaces = sorted({item.space_id for item in self.work.items})
        due = [self.axis.end_of(ends[pk]) if pk in ends else -1 for pk in spaces]
        return np.array(spaces, np.int64), np.array(due, np.int64)


def _shared(minutes: float, item: OpenItem, people: list[tuple[int, int]]) -> tuple[int, list[tuple[int, int]]]:
    """Slots, and the units that each person gives: who takes the largest share of the work is there all the time."""
    if not people:
        return _slots_of(minutes, False), []
    if item.effort is not None and item.minutes is not None and item.effort != item.minutes:
        # a duration of its own: the effort says how much of each person's time it takes
        slots = _slots_of(minutes, False)
        each = max(1, min(UNITS, -int(-UNITS * item.effort // max(minutes * len(people), 1))))
        return slots, [(who, each) for who, _share in people]
    if len(people) == 1:
        return _slots_of(minutes, False), [(people[0][0], UNITS)]
    largest, together = max(share for _who, share in people), sum(share for _who, share in people)
    if item.effort is not None:
        minutes = minutes * largest / together
    return _slots_of(minutes, False), [(who, max(1, -(-UNITS * share // largest))) for who, share in people]


def _slots_of(minutes: float, elapsed: bool) -> int:
    """Slots that hold so much working time; of elapsed time five sevenths of the days are worked, eight hours each."""
    minutes = minutes * 5 / 21 if elapsed else minutes
    slots = -int(-minutes * SLOTS // 480) if minutes > 0 else int(minutes * SLOTS // 480)
    return max(min(slots, _LONGEST), -_LONGEST)
