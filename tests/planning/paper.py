"""A scope on paper: items, promise and calendar in memory, so that thousands of cases cost no database."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.kit.types import Ref
from tandem.planning.calendars import STANDARD
from tandem.planning.scope import FEATURE, Item, Reading, Subject
from tests.planning.histories import TODAY, working_days_before

SPACE = 7


@dataclass
class Word:
    """A promise as the slip reads it."""

    date: date
    given_on: date
    basis: dict[str, Any] = field(default_factory=dict)
    pk: int = 1
    kept_on: date | None = None

    @property
    def created_at(self) -> datetime:
        return datetime.combine(self.given_on, time(12), tzinfo=UTC)


class Calendars:
    def of_space(self, space_id: int) -> WorkingCalendar:
        return STANDARD


def scope(per_day: list[int], left: int, *, added: int = 0, added_on: date = TODAY, promise: Word | None = None) -> Subject:
    """`per_day` items finished on the last working days before today, `left` open since before, `added` since then."""
    days = working_days_before(TODAY, len(per_day))
    born = days[0] - timedelta(days=20)
    ends = [day for day, count in zip(days, per_day, strict=True) for _ in range(count)]
    found = Subject(Ref(FEATURE, 1), None)
    for number, end in enumerate([*ends, *[None] * left, *[None] * added]):
        created = added_on if number >= len(ends) + left else born
        found.items.append(Item(number, SPACE, None, created, end, end, end is not None, True, None))
        found.root_of[number] = number
    found.roots = dict.fromkeys(found.root_of)
    found.promise = promise  # type: ignore[assignment]
    return found


def reading(subject: Subject) -> Reading:
    made = object.__new__(Reading)
    made.subjects, made.beside = [subject], []
    made.items = {item.id: item for item in subject.items}
    made.in_space = defaultdict(list, {SPACE: list(subject.items)})
    made.calendars = Calendars()  # type: ignore[assignment]
    made.ends, made.own_clocks = {}, set()
    return made
