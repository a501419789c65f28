"""Conflicts of plans with the time that people have: more planned in a week than they can work, work behind somebody's last day."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

import numpy as np

from tandem.people.models import User
from tandem.planning.availability import Availability, available_hours
from tandem.planning.capacity import Capacity
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenItem, OpenWork
from tandem.planning.plan_axis import SLOTS, PlanAxis
from tandem.work.models.time_lock import monday

Key = tuple[str, str, int, int]
Load = dict[tuple[int, date], dict[int, float]]
_DAY, _MOST_ITEMS = 480.0, 50
_TOO_MUCH = 1.05
"""Up to a twentieth over capacity is rounding, not a conflict."""


@dataclass(slots=True)
class Found:
    days: int
    wanted: date | None = None
    computed: date | None = None
    detail: dict[str, Any] = field(default_factory=dict)


def time_of(work: OpenWork, axis: PlanAxis, people: Capacity) -> Availability | None:
    """The time of everybody with planned work, in all weeks in which any is planned: what the plan was made of, where it reaches as far."""
    planned = [item for item in work.items if item.planned_start and item.planned_finish and item.id in work.people]
    if not planned:
        return None
    last = max(max(item.planned_start, item.planned_finish, axis.first) for item in planned if item.planned_start and item.planned_finish)
    first, last = monday(axis.first), monday(last) + timedelta(days=6)
    if people.have is not None and people.have.first <= first and people.have.last >= last:
        return people.have
    return available_hours({who for item in planned for who, _share in work.people[item.id]}, first, last)


def overloads(work: OpenWork, axis: PlanAxis, have: Availability | None, found: dict[Key, Found]) -> None:
    """Of each person the worst week of the plan in force: planned work against the hours that they have in it."""
    load = _loaded(work, axis)
    if not load or have is None:
        return
    capacity = _capacity(have)
    worst: dict[int, tuple[float, date, int]] = {}
    for (user, week), spaces in sorted(load.items()):
        excess = sum(spaces.values()) - capacity.get((user, week), 0.0)
        if excess > max(capacity.get((user, week), 0.0) * (_TOO_MUCH - 1), 1.0):
            over, on, weeks = worst.get(user, (0.0, week, 0))
            worst[user] = (excess, week, weeks + 1) if excess > over else (over, on, weeks + 1)
    for user, (excess, week, weeks) in worst.items():
        spaces = load[user, week]
        detail = {
            "spaces": sorted(spaces), "weeks": weeks, "hours": round(sum(spaces.values()) / 60), "capacity": round(capacity.get((user, week), 0.0) / 60),
        }  # fmt: skip
        for space in spaces:
            found[PlanConflict.Kind.OVERLOAD, User._meta.label_lower, user, space] = Found(max(1, round(excess / _DAY)), week, None, detail)


def is_overloaded(work: OpenWork, user: int, week: date, today: date) -> bool:
    """Whether more is planned for the person in that week than they can work."""
    axis = PlanAxis(today, [work.calendars.of_space(space) for space in sorted({item.space_id for item in work.items})] if work.calendars else ())
    load = _loaded(work, axis, user)
    have = available_hours({user}, monday(today), max(week, today) + timedelta(days=6))
    room = _capacity(have).get((user, week), 0.0)
    return sum(load[user, week].values()) - room > max(room * (_TOO_MUCH - 1), 1.0)


def _loaded(work: OpenWork, axis: PlanAxis, user: int | None = None) -> Load:
    """Planned minutes by person and week, from today on: what should be done already is late, and weighs on no week. `user`: only what they
    have to do with."""
    load: Load = defaultdict(lambda: defaultdict(float))
    weeks_of = cache(lambda first, last: _weeks(axis, first, last))
    for item in work.items:
        people = work.people.get(item.id)
        if not people or (user is not None and all(who != user for who, _share in people)):
            continue
        if item.minutes and item.planned_start and item.planned_finish and item.planned_finish >= axis.first:
            _spread(item, people, weeks_of(max(item.planned_start, axis.first), max(item.planned_finish, axis.first)), load)
    return load


def _capacity(have: Availability) -> dict[tuple[int, date], float]:
    """Minutes of each person in each week; what is left of the current one counts from its Monday, as plans do."""
    found = {}
    weeks = [have.first + timedelta(days=7 * k) for k in range(-(-((have.last - have.first).days + 1) // 7))]
    for person, minutes in have.minutes.items():
        whole = np.append(minutes, np.zeros(-len(minutes) % 7)).reshape(-1, 7).sum(axis=1)
        found.update({(person, week): value for week, value in zip(weeks, whole.tolist(), strict=True)})
    return found


def _spread(item: OpenItem, people: list[tuple[int, int]], weeks: list[tuple[date, float]], load: Load) -> None:
    """Evenly over the days of the plan in force."""
    assert item.minutes is not None
    together = sum(share for _who, share in people)
    minutes = item.effort if item.effort is not None else item.minutes * len(people)
    for week, part in weeks:
        for who, share in people:
            load[who, week][item.space_id] += minutes * share / together * part


def _weeks(axis: PlanAxis, first: date, last: date) -> list[tuple[date, float]]:
    """The weeks from one day to another, each with its part of the days on the axis; what lies in the past is due now."""
    begin, end = axis.slot_of(first) // SLOTS, axis.end_of(last) // SLOTS
    return [(week, days / (end - begin)) for week, days in Counter(axis.mondays[begin:end]).items()] or [(monday(first), 1.0)]


def leavers(work: OpenWork, ends: dict[int, date], people: Capacity, found: dict[Key, Found]) -> None:
    """Computed work of somebody who leaves that ends after their last day, for each project that it concerns."""
    late: dict[int, list[OpenItem]] = defaultdict(list)
    for item in work.items:
        for who, _share in work.people.get(item.id, ()):
            if who in people.left and item.id in ends and ends[item.id] > people.left[who]:
                late[who].append(item)
    for who, items in late.items():
        spaces = sorted({item.space_id for item in items})
        for space in spaces:
            mine = [item.id for item in items if item.space_id == space]
            last = max(ends[pk] for pk in mine)
            detail = {"spaces": spaces, "count": len(mine), "items": sorted(mine, key=lambda pk: (ends[pk], pk))[:_MOST_ITEMS]}
            key = (PlanConflict.Kind.LEAVER, User._meta.label_lower, who, space)
            found[key] = Found((last - people.left[who]).days, people.left[who], last, detail)
