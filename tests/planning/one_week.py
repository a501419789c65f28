"""A week of September 2026 in which the plan of the organisation is computed: items with days of work, and where they came to stand."""

from datetime import UTC, date, datetime
from typing import Any

from tandem.planning.models import LevelledDates
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

MONDAY = datetime(2026, 9, 7, 6, tzinfo=UTC)
DAY = 480


def on(day: int, month: int = 9) -> date:
    return date(2026, month, day)


def at(day: int, hour: int = 8) -> datetime:
    return datetime(2026, 9, day, hour, tzinfo=UTC)


def item(
    world: Any, title: str, days: float, *, project: Any = None, people: Any = (), **values: Any
) -> WorkItem:
    made = make.work_item(
        actor=world.admin,
        project=project or world.project,
        title=title,
        estimate_minutes=round(days * DAY),
        **values,
    )
    return (
        work_items.change(actor=world.admin, item=made, version=None, assignees=list(people))
        if people
        else made
    )


def days(one: WorkItem) -> tuple[date, date]:
    found = LevelledDates.objects.get(item=one)
    return found.start.date(), found.finish.date()
