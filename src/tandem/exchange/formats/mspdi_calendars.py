"""Working calendars of MSPDI: weeks, single and recurring exceptions, work weeks,
and the day type 0 of old files.
"""

import calendar
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from xml.etree.ElementTree import Element

from tandem.exchange.formats.moments import parse_datetime
from tandem.exchange.formats.source import clean
from tandem.exchange.records import CalendarException, CalendarRecord, Interval

MAX_OCCURRENCES = 2_000


def read_calendar(element: Element) -> tuple[CalendarRecord, bool]:
    """The calendar, and whether a recurrence was too long to keep all of it."""
    weekdays: dict[int, tuple[Interval, ...]] = {}
    exceptions: list[CalendarException] = []
    for day in element.findall("WeekDays/WeekDay"):
        kind = int(day.findtext("DayType") or 0)
        if kind:
            weekdays[(kind - 2) % 7] = _intervals(day)
        elif span := _span(day):
            exceptions.append(CalendarException(*span, _intervals(day)))
    is_cut = False
    for entry in element.findall("Exceptions/Exception"):
        found = list(_occurrences(entry))
        is_cut |= len(found) > MAX_OCCURRENCES
        exceptions.extend(found[:MAX_OCCURRENCES])
    exceptions = _once(exceptions)
    weeks = list(_work_weeks(element))
    if weeks:
        is_cut |= len(weeks) > MAX_OCCURRENCES
        exceptions.extend(_uncovered(weeks[:MAX_OCCURRENCES], exceptions))
    base = element.findtext("BaseCalendarUID") or ""
    is_base = element.findtext("IsBaseCalendar") == "1"
    record = CalendarRecord(
        source_id=element.findtext("UID") or "", name=clean(element.findtext("Name")),
        base=base if base not in ("", "-1", "0") and not is_base else None, weekdays=weekdays,
        exceptions=tuple(sorted(exceptions, key=lambda entry: (entry.first, entry.last))), is_base=is_base,
    )  # fmt: skip
    return record, is_cut


def minute_of_day(text: str | None, is_end: bool = False) -> int:
    """08:30:00 → 510. Midnight at the end of a span is 1440."""
    parts = (text or "00:00").split(":")
    found = int(parts[0]) * 60 + int(parts[1])
    return 1440 if is_end and found == 0 else found


def _intervals(day: Element) -> tuple[Interval, ...]:
    if day.findtext("DayWorking") == "0":
        return ()
    found = []
    for time in day.findall("WorkingTimes/WorkingTime"):
        if time.findtext("FromTime") is None:
            continue
        start, end = (
            minute_of_day(time.findtext("FromTime")),
            minute_of_day(time.findtext("ToTime"), is_end=True),
        )
        if start < end:
            found.append((start, end))
    return tuple(sorted(found))


def _span(element: Element) -> tuple[date, date] | None:
    first = parse_datetime(element.findtext("TimePeriod/FromDate") or "")
    last = parse_datetime(element.findtext("TimePeriod/ToDate") or "")
    if first is None or last is None or last < first:
        return None
    # A span that ends at midnight ends with the day before.
    end = last - timedelta(minutes=1) if last.hour == last.minute == 0 and last > first else last
    return first.date(), end.date()


def _occurrences(entry: Element) -> Iterator[CalendarException]:
    """One exception per occurrence; a plain daily one is a single span."""
    span = _span(entry)
    if span is None:
        return
    intervals, name = _intervals(entry), clean(entry.findtext("Name"))
    kind, period = int(entry.findtext("Type") or 1), max(int(entry.findtext("Period") or 1), 1)
    if kind in (1, 9) and period == 1:
        yield CalendarException(*span, intervals, name)
        return
    limit = int(entry.findtext("Occurrences") or 0) if entry.findtext("EnteredByOccurrences") == "1" else 0
    for number, day in enumerate(_days(entry, kind, period, *span)):
        if number > MAX_OCCURRENCES or (limit and number >= limit):
            return
        yield CalendarException(day, day, intervals, name)


def _days(entry: Element, kind: int, period: int, first: date, last: date) -> Iterator[date]:
    if kind in (1, 7):
        yield from _every(first, last, period)
    elif kind == 6:
        mask = int(entry.findtext("DaysOfWeek") or 0)  # bit 0 is Sunday
        start = first - timedelta(days=(first.weekday() + 1) % 7)
        for day in _every(first, last, 1):
            if mask >> ((day.weekday() + 1) % 7) & 1 and ((day - start).days // 7) % period == 0:
                yield day
    else:
        month = int(entry.findtext("Month") or 0) + 1
        for year, at in _months(first, last, month if kind in (2, 3) else None, period):
            found = _by_number(entry, year, at) if kind in (2, 4) else _by_position(entry, year, at)
            if found and first <= found <= last:
                yield found


def _every(first: date, last: date, step: int) -> Iterator[date]:
    for number in range(0, (last - first).days + 1, step):
        yield first + timedelta(days=number)


def _months(first: date, last: date, month: int | None, period: int) -> Iterator[tuple[int, int]]:
    """Every month of the span in steps, or one month of each year."""
    if month is not None:
        yield from ((year, month) for year in range(first.year, last.year + 1) if 1 <= month <= 12)
        return
    for number in range(first.year * 12 + first.month - 1, last.year * 12 + last.month, period):
        yield number // 12, number % 12 + 1


def _by_number(entry: Element, year: int, month: int) -> date | None:
    day = int(entry.findtext("MonthDay") or 1)
    return date(year, month, day) if 1 <= day <= calendar.monthrange(year, month)[1] else None


def _by_position(entry: Element, year: int, month: int) -> date | None:
    """The first … fourth or last day, weekday, weekend day, or Sunday … Saturday of a month."""
    item, position = int(entry.findtext("MonthItem") or 0), int(entry.findtext("MonthPosition") or 0)
    days = [date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1)]
    if item == 1:
        days = [day for day in days if day.weekday() < 5]
    elif item == 2:
        days = [day for day in days if day.weekday() >= 5]
    elif item >= 3:
        days = [day for day in days if (day.weekday() + 1) % 7 == item - 3]
    if not days:
        return None
    return days[-1] if position >= 4 else days[position] if position < len(days) else None


def _work_weeks(element: Element) -> Iterator[CalendarException]:
    """A work week replaces the days of the week between two dates: written out day by day."""
    for week in element.findall("WorkWeeks/WorkWeek"):
        span = _span(week)
        if span is None:
            continue
        days = {
            (int(d.findtext("DayType") or 0) - 2) % 7: _intervals(d) for d in week.findall("WeekDays/WeekDay")
        }
        name = clean(week.findtext("Name"))
        for number, day in enumerate(_every(*span, 1)):
            if number > MAX_OCCURRENCES * 4:
                break
            if day.weekday() in days:
                yield CalendarException(day, day, days[day.weekday()], name)


def _once(exceptions: list[CalendarException]) -> list[CalendarException]:
    """Newer files write an exception twice: as a day of type 0 for old readers,
    and as an exception with a name.
    """
    named = {(entry.first, entry.last) for entry in exceptions if entry.name}
    kept: dict[tuple[date, date, bool], CalendarException] = {}
    for entry in exceptions:
        if entry.name or (entry.first, entry.last) not in named:
            kept.setdefault((entry.first, entry.last, bool(entry.intervals)), entry)
    return list(kept.values())


def _uncovered(days: list[CalendarException], by: list[CalendarException]) -> list[CalendarException]:
    return [day for day in days if not any(entry.first <= day.first <= entry.last for entry in by)]


def as_datetime(text: str | None) -> datetime | None:
    """A date-time of the plan; MS Project writes NA or 1984 for none."""
    found = parse_datetime(text or "")
    return found if found is not None and found.year > 1984 else None
