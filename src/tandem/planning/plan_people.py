"""Conflicts of plans with the time that people have: more planned in a week than they can work, work behind somebody's last day."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np

from tandem.people.models import User
from tandem.planning.availability import available_hours
from tandem.planning.capacity import Capacity
from tandem.planning.models import PlanConflict
from tandem.planning.open_work import OpenItem, OpenWork
from tandem.planning.plan_axis import SLOTS, PlanAxis

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


def overloads(work: OpenWork, axis: PlanAxis, found: dict[Key, Found]) -> None:
    """Of each person the worst week of the plan in force: planned work against the hours that they have in it."""
    load = _loaded(work, axis)
    if not load:
        return
    capacity = _capacity({user for user, _week in load}, axis.first, max(week for _user, week in load))
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
    room = _capacity({user}, today, max(week, today)).get((user, week), 0.0)
    return sum(load[user, week].values()) - room > max(room * (_TOO_MUCH - 1), 1.0)


def _loaded(work: OpenWork, axis: PlanAxis, user: int | None = None) -> Load:
    """Planned minutes by person and week, from today on: what should be done already is late, and weighs on no week. `user`: only what they
    have to do with."""
    load: Load = defaultdict(lambda: defaultdict(float))
    for item in work.items:
        people = work.people.get(item.id)
        if not people or (user is not None and all(who != user for who, _share in people)):
            continue
        if item.minutes and item.planned_start and item.planned_finish and item.planned_finish >= axis.first:
            _spread(item, people, axis, load)
    return load


def _capacity(people: set[int], today: date, last: date) -> dict[tuple[int, date], float]:
    """Minutes of each person in each week; what is left of the current one counts from its Monday, as plans do."""
    first = monday(today)
    have = available_hours(people, first, last + timedelta(days=6))
    found = {}
    for person, minutes in have.minutes.items():
        whole = np.append(minutes, np.zeros(-len(minutes) % 7)).reshape(-1, 7).sum(axis=1)
        found.update({(person, first + timedelta(days=7 * k)): float(value) for k, value in enumerate(whole.tolist())})
    return found


def _spread(item: OpenItem, people: list[tuple[int, int]], axis: PlanAxis, load: Load) -> None:
    """Evenly over the days of the plan in force; what lies in the past is due now."""
    assert item.planned_start is not None
    assert item.planned_finish is not None
    assert item.minutes is not None
    first, last = max(item.planned_start, axis.first), max(item.planned_finish, axis.first)
    begin, end = axis.slot_of(first) // SLOTS, axis.end_of(last) // SLOTS
    together = sum(share for _who, share in people)
    minutes = item.effort if item.effort is not None else item.minutes * len(people)
    for week, part in _weeks(axis, begin, end) or [(monday(first), 1.0)]:
        for who, share in people:
            load[who, week][item.space_id] += minutes * share / together * part


def _weeks(axis: PlanAxis, begin: int, end: int) -> list[tuple[date, float]]:
    """The weeks of these days of the axis, each with its part of them."""
    return [(week, days / (end - begin)) for week, days in Counter(axis.mondays[begin:end]).items()]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


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
