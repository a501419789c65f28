"""What earned value is counted in: work items with a size, or the milestones of projects that earn by them.

A milestone earns the whole of its weight on the day on which it is reached, and nothing before. Its weight is its points; where
no milestone of the project has points each weighs the same."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from tandem.work.models import State, WorkItem
from tandem.work.models.work_item import GIVEN_UP

_POINT = 1000
Days = dict[int, tuple[date | None, date]]


@dataclass(frozen=True, slots=True)
class Piece:
    """A counted item: its size, when it was planned to be worked on, when it was done (None: not yet), and how far it is."""

    id: int
    size: int
    start: date
    finish: date
    done_on: date | None
    percent: int

    def planned(self, on: date) -> int:
        """Of its size what was planned by the end of the day: along the line over its days."""
        if on >= self.finish:
            return self.size
        if on < self.start:
            return 0
        return self.size * ((on - self.start).days + 1) // ((self.finish - self.start).days + 1)

    def earned(self, on: date, today: date) -> int:
        if self.done_on is not None and self.done_on <= on:
            return self.size
        return self.size * self.percent // 100 if on >= today and self.done_on is None else 0


@dataclass(frozen=True, slots=True)
class Milestone:
    """As a milestone stands; `points` is None where it has none."""

    id: int
    title: str
    points: float | None
    finish: date | None
    done_on: date | None
    is_done: bool


def milestones(user: Any, space_ids: Collection[int]) -> dict[int, list[Milestone]]:
    """Of each project, in one query; what was closed without a result was not reached and is not to come. The planned day is that of the plan in force, else the due day."""
    found: dict[int, list[Milestone]] = defaultdict(list)
    if not space_ids:
        return found
    rows = WorkItem.objects.visible_to(user).present().filter(space_id__among=frozenset(space_ids), is_milestone=True).exclude(GIVEN_UP).order_by("space_id", "rank", "id")
    columns = ("space_id", "id", "title", "estimate_points", "planned_finish", "due_on", "actual_finish", "state__category")
    for space, pk, title, points, planned, due, finished, category in rows.values_list(*columns):
        finish = planned.date() if planned else due
        points = float(points) if points else None
        found[space].append(Milestone(pk, title, points, finish, finished.date() if finished else None, category == State.Category.DONE))
    return found


def steps(rows: Collection[Milestone], days: Days, on: date) -> tuple[list[Piece], int]:
    """Those that count, and how many have no planned day or, beside others with points, no points. `days`: of the newest baseline."""
    weighed = any(row.points for row in rows)
    found, left = [], 0
    for row in rows:
        planned = days.get(row.id, (None, row.finish))[1]
        size = round((row.points or 0) * _POINT) if weighed else _POINT
        if planned is None or not size:
            left += 1
            continue
        done_on = min(row.done_on or on, on) if row.is_done else None
        found.append(Piece(row.id, size, planned, planned, done_on, 0))
    return found, left
