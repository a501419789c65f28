"""Working calendars of spaces as compute reads them: weeks, holidays of a country, exceptions, bases."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django.db.models.functions import TruncDate

from tandem.compute.scheduling.calendar import OFFICE_DAY, CalendarException, Day, WorkingCalendar
from tandem.people.models import Space
from tandem.work import models as work
from tandem.work.actions.calendars import holidays_of

STANDARD = WorkingCalendar("standard")
YEARS_BACK, YEARS_AHEAD = 3, 5


class Calendars:
    """The calendars that concern some spaces: their own, and those that they inherit from the spaces above.

    Two queries however many spaces. Holidays reach from `YEARS_BACK` before to `YEARS_AHEAD` after `around`.
    """

    def __init__(self, space_ids: Iterable[int], around: date) -> None:
        self.years = range(around.year - YEARS_BACK, around.year + YEARS_AHEAD + 1)
        self.above: dict[int, int | None] = dict(Space.objects.values_list("id", "parent_id"))
        self.concerned = {above for space_id in space_ids for above in self._upwards(space_id)}
        rows = list(work.WorkingCalendar.objects.in_spaces(self.concerned).prefetch_related("exceptions"))
        self.rows = {row.pk: row for row in rows}
        self._default = {row.space_id: row.pk for row in rows if row.is_default}
        self._made: dict[int, WorkingCalendar] = {}

    def hold(self, space_ids: Iterable[int], around: date) -> bool:
        """Whether they answer for these spaces, too, in the years around that day."""
        return self.concerned.issuperset(space_ids) and self.years.start < around.year < self.years.stop - 2

    def of_space(self, space_id: int) -> WorkingCalendar:
        """The default calendar of the space or of the nearest space above; without one Monday to Friday."""
        row = self.default_of(space_id)
        return self.of_row(row.pk) if row else STANDARD

    def default_of(self, space_id: int) -> work.WorkingCalendar | None:
        """The row behind `of_space`."""
        return next((self.rows[self._default[above]] for above in self._upwards(space_id) if above in self._default), None)

    def of_row(self, calendar_id: int) -> WorkingCalendar:
        if calendar_id not in self._made:
            row = self.rows[calendar_id]
            base = self.of_row(row.base_id) if row.base_id in self.rows else None
            self._made[calendar_id] = _as_computed(row, base, self.years)
        return self._made[calendar_id]

    def _upwards(self, space_id: int | None) -> Iterable[int]:
        while space_id is not None:
            yield space_id
            space_id = self.above.get(space_id)


def whole_days(calendar: WorkingCalendar) -> WorkingCalendar:
    """The same working days, each from midnight to midnight: for durations in days, to which hours mean nothing."""
    day: Day = ((0, 24 * 60),)
    return replace(
        calendar, id=f"{calendar.id}:days", week=tuple(None if one is None else day if one else () for one in calendar.week),
        exceptions=tuple(replace(one, intervals=day if one.intervals else ()) for one in calendar.exceptions),
        seasons=tuple(replace(one, week=tuple(None if d is None else day if d else () for d in one.week)) for one in calendar.seasons),
        base=whole_days(calendar.base) if calendar.base else None,
    )  # fmt: skip


def wall_clock(moment: datetime | None) -> datetime | None:
    """Plans say nine o'clock, not an offset: rows keep that clock as UTC, compute wants it without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment else None


def day_in(column: str) -> TruncDate:
    """The same day as `day_of`, read by the database: of thousands of rows Python would take most of a second for it."""
    return TruncDate(column, tzinfo=UTC)


def day_of(moment: datetime | None) -> date | None:
    return moment.astimezone(UTC).date() if moment else None


def _as_computed(row: Any, base: WorkingCalendar | None, years: range) -> WorkingCalendar:
    week = tuple(_day(row.week[str(n)]) if str(n) in row.week else None for n in range(1, 8))
    usual = week[0] or OFFICE_DAY
    found = [
        CalendarException(day, day, usual if is_working else ())
        for day, is_working in (_holidays(row.country, row.region, years.start, years.stop) if row.country else ())
    ]
    own = [
        CalendarException(e.starts_on, e.ends_on, _day(e.hours))
        for e in sorted(row.exceptions.all(), key=lambda e: (e.starts_on, e.pk))
    ]
    return WorkingCalendar(f"calendar:{row.pk}", week, (*found, *own), base=base)


def _day(hours: list[list[int]]) -> Day:
    return tuple((start, end) for start, end in hours)


@lru_cache(maxsize=64)
def _holidays(country: str, region: str, first: int, last: int) -> tuple[tuple[date, bool], ...]:
    """Each day once; where a country both frees and moves a day, the moved working day holds."""
    days: dict[date, bool] = defaultdict(bool)
    for day, _name, is_working in holidays_of(country, range(first, last), region):
        days[day] = days[day] or is_working
    return tuple(sorted(days.items()))
