"""Loads what teams planned quarter by quarter: of the work that was in hand or next, the days on which it was to be done. Plans are
shorter than what came of them, now a little, now a lot, so that ranges can be held against what really happened."""

import random
from datetime import date, datetime, timedelta
from functools import partial

from tandem.samples.placing import Place
from tandem.samples.records import Item, Project
from tandem.samples.timeline import Timeline, at
from tandem.samples.words import plans
from tandem.work.actions import imports
from tandem.work.models import BaselineDate, WorkItem

_LEARNT, _AHEAD, _BEGUN, _FEW, _MOST = 110, 75, 45, 6, 40
"""Days before the first plan, from the last one to today, within which its work begins; items without which nobody makes one, and items of one."""
_DAY = 480
_SHORT, _SPREAD, _LONGEST = 1.4, 0.3, 45
"""Work takes so many times what was planned, the one more and the other less; nobody plans more days than that for one item."""


def plan(place: Place, timeline: Timeline, project: Project, items: list[Item], rows: dict[int, WorkItem]) -> None:
    """On the first working day of each quarter that is over."""
    for number, on in enumerate(_quarters(place.world.began_on + timedelta(_LEARNT), place.world.as_of - timedelta(_AHEAD)), 1):
        chosen = [item for item in items if _is_planned(item, on)]
        chosen = sorted(chosen, key=lambda item: (item.started_at or item.created_at, item.id))[:_MOST]
        if len(chosen) >= _FEW:
            timeline.add(at(on, 16), partial(_take, place, project, [(item.id, rows[item.id]) for item in chosen], on, number))


def _quarters(first: date, last: date) -> list[date]:
    found = []
    for year in range(first.year, last.year + 1):
        for month in (1, 4, 7, 10):
            day = date(year, month, 2)
            day += timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)
            if first <= day <= last:
                found.append(day)
    return found


def _is_planned(item: Item, on: date) -> bool:
    """Known by then, still open, and begun soon after, however long it took then."""
    if item.is_summary or item.is_milestone or item.removed_at is not None or item.finished_at is None or item.is_open or item.started_at is None:
        return False
    return item.created_at.date() <= on < item.finished_at.date() and item.started_at.date() <= on + timedelta(_BEGUN)


def _take(place: Place, project: Project, rows: list[tuple[int, WorkItem]], on: date, number: int) -> None:
    name = place.say(plans.QUARTER).format(year=on.year, quarter=(on.month + 2) // 3)
    dates = [_days(code, row, on) for code, row in rows]
    imports.set_baselines(actor=place.users[project.manager], space=place.projects[project.code].space, number=number, name=name, dates=dates)


def _days(code: int, row: WorkItem, on: date) -> BaselineDate:
    assert row.actual_start is not None
    assert row.actual_finish is not None
    rng = random.Random(7000 + code)
    begun = max(row.actual_start, at(on))
    days = min(max(round((row.actual_finish - begun).days * 5 / 7 / (_SHORT * rng.lognormvariate(0.0, _SPREAD))), 1), _LONGEST)
    start = _working(at(on) + (begun - at(on)) / _SHORT)
    return BaselineDate(item=row, start=start, finish=_working(start + timedelta(days=(days - 1) * 7 // 5)).replace(hour=17), duration_minutes=days * _DAY)


def _working(moment: datetime) -> datetime:
    return moment.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=max(7 - moment.weekday(), 0) if moment.weekday() > 4 else 0)
