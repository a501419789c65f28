"""What all parts of an import share: who imports into what, the zone of its times, what is here already, what is left out."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from tandem.exchange.formats.source import Tally
from tandem.exchange.models import Import
from tandem.exchange.records import Moment, NotTaken, SourceInfo
from tandem.exchange.taking_over.ledger import Ledger
from tandem.people.models import Space, User
from tandem.resources.models import Equipment
from tandem.work.models import Sprint, State, WorkingCalendar, WorkItemType

Step = Callable[[str, int, int], None]
DAY_START, DAY_END = time(8, 0), time(17, 0)


@dataclass(slots=True)
class Person:
    """A resource of a plan as the assignments need it."""

    name: str
    kind: str
    user: User | None
    calendar: WorkingCalendar | None


@dataclass(slots=True)
class Taking:
    actor: Any
    space: Space
    is_new_space: bool
    imported: Import
    info: SourceInfo
    ledger: Ledger
    zone: ZoneInfo
    step: Step
    tally: Tally = field(default_factory=Tally)
    run: uuid.UUID = field(default_factory=uuid.uuid4)
    people: dict[str, User] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)  # place of a state, where the source has columns
    types: dict[str, WorkItemType] = field(default_factory=dict)
    milestone_types: set[str] = field(default_factory=set)
    sprints: dict[str, Sprint] = field(default_factory=dict)
    calendars: dict[str, WorkingCalendar] = field(default_factory=dict)
    said: dict[str, str] = field(default_factory=dict)  # by name: whether a resource is a "person" or "equipment", where somebody said it
    currency: str = ""  # of the costs of a plan, where somebody said it
    starts_on: date | None = None  # of a plan
    guessed: list[str] = field(default_factory=list)  # resources that became people though nobody said so
    resources: dict[str, Person] = field(default_factory=dict)
    equipment: dict[str, Equipment] = field(default_factory=dict)  # which of the resources is one
    costs_gone: int = 0  # that the plan has no longer
    versions: dict[str, date | None] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)  # source id → our id, of all items of the file
    fresh: set[int] = field(default_factory=set)  # items that this import has made
    last_event: datetime | None = None
    archived: int = 0

    def moment(self, value: Moment | None, at: time = time(0, 0)) -> datetime | None:
        """Aware: an offset of the source's own is kept, else the time is taken in the zone of the import."""
        if value is None:
            return None
        if not isinstance(value, datetime):
            value = datetime.combine(value, at)
        return value if value.tzinfo else value.replace(tzinfo=self.zone)

    def clock(self, value: Moment | None, at: time = time(0, 0)) -> datetime | None:
        """Planned dates: plans say nine o'clock, not an offset, and rows keep that clock as UTC."""
        if value is None:
            return None
        if not isinstance(value, datetime):
            value = datetime.combine(value, at)
        return value if value.tzinfo else value.replace(tzinfo=UTC)

    def day(self, value: Moment | None) -> date | None:
        if isinstance(value, datetime):
            return value.astimezone(self.zone).date() if value.tzinfo else value.date()
        return value

    def happened(self, *moments: datetime | None) -> None:
        """The history of the source reaches at least so far."""
        for moment in moments:
            if moment is not None and (self.last_event is None or moment > self.last_event):
                self.last_event = moment.astimezone(UTC)

    def not_taken(self, from_reader: list[NotTaken]) -> list[NotTaken]:
        return [*from_reader, *self.tally.rows()]
