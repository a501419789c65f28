"""A team with a past: so many items finished on so many working days, and some left over."""

from datetime import UTC, date, datetime, time, timedelta

from tandem.kit import clock
from tandem.people.models import User
from tandem.portfolio.models import Project
from tandem.work.actions import work_items
from tandem.work.models import WorkItem, WorkItemType
from tests import make

TODAY = date(2026, 11, 19)
"""A Thursday. Tests hold the clock there."""


def at(day: date, hour: int = 9) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=UTC)


def today() -> "clock.held_at":
    return clock.held_at(at(TODAY, 12))


def working_days_before(day: date, count: int) -> list[date]:
    """The `count` weekdays before `day`, oldest first."""
    found: list[date] = []
    while len(found) < count:
        day -= timedelta(days=1)
        if day.weekday() < 5:
            found.append(day)
    return found[::-1]


def items(
    *, actor: User, project: Project, count: int, finished_on: list[date] | None = None, created: date | None = None,
    **values,
) -> list[WorkItem]:
    """`count` items at once; with `finished_on` the first of them are done on these days."""
    ends = list(finished_on or ())
    kind = WorkItemType.objects.get(space=project.space, name="Story")
    to_do, done = make.state_of(project, "to_do"), make.state_of(project, "done")
    rows = []
    for number in range(count):
        end = ends[number] if number < len(ends) else None
        born = created or (min(ends) if ends else TODAY) - timedelta(days=10)
        rows.append(
            WorkItem(
                title=f"Item {number}", type=kind, state=done if end else to_do, created_at=at(born), rank=number,
                actual_start=at(end) if end else None, actual_finish=at(end, 15) if end else None, **values,
            )
        )
    return work_items.create_many(actor=actor, space=project.space, items=rows, assignments=[], changes=[])


def steady(*, actor: User, project: Project, weeks: int = 12, every: int = 2, left: int = 20, **values) -> list[WorkItem]:
    """One item finished every so many working days, and `left` open ones."""
    ends = working_days_before(TODAY, weeks * 5)[::every]
    return items(actor=actor, project=project, count=len(ends) + left, finished_on=ends, **values)
