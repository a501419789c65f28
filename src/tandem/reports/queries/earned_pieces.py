"""What earned value is counted in: work items with a size, or the milestones of projects that earn by them.

A milestone earns the whole of its weight on the day on which it is reached, and nothing before. Its weight is its points; where
no milestone of the project has points each weighs the same."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tandem.work.models import State, WorkItem

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
    """As a milestone stands; `points` is None where it has none. `over_at`: when it was given up."""

    id: int
    title: str
    points: float | None
    finish: date | None
    done_on: date | None
    is_done: bool
    is_given_up: bool = False
    over_at: datetime | None = None


def milestones(user: Any, space_ids: Collection[int]) -> dict[int, list[Milestone]]:
    """Of each project, in one query; what was closed without a result was not reached. The planned day is that of the plan in force, else the due day."""
    found: dict[int, list[Milestone]] = defaultdict(list)
    if not space_ids:
        return found
    rows = WorkItem.objects.visible_to(user).present().filter(space_id__among=frozenset(space_ids), is_milestone=True).order_by("space_id", "rank", "id")
    columns = ("space_id", "id", "title", "estimate_points", "planned_finish", "due_on", "actual_finish", "state__category", "is_given_up", "state__is_given_up")
    for space, pk, title, points, planned, due, finished, category, *given_up in rows.values_list(*columns):
        finish = planned.date() if planned else due
        points = float(points) if points else None
        is_done = category == State.Category.DONE and not any(given_up)
        done_on = finished.date() if finished and is_done else None
        found[space].append(Milestone(pk, title, points, finish, done_on, is_done, any(given_up), finished))
    return found


def was_planned_since(over_at: datetime | None, taken: datetime | None) -> bool:
    """Whether the plan that stands is from before that moment; what was over at an unknown one is taken as over today."""
    return taken is None or over_at is None or taken < over_at


def still_planned(rows: Collection[Milestone], taken: datetime | None) -> list[Milestone]:
    """The milestones share one budget: one that was given up keeps its part, and never earns it, until a baseline taken since has
    shared it out anew. Otherwise the others would have earned more by giving up one."""
    return [row for row in rows if not row.is_given_up or was_planned_since(row.over_at, taken)]


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
