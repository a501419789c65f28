"""A table of started and finished items as a history to forecast from: a CSV file with ISO dates."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import StringIO

import numpy as np

from tandem.compute.errors import Uncomputable
from tandem.compute.forecasting.history import NEEDED, History, history_of
from tandem.compute.scheduling.calendar import WHOLE_DAY, WorkingCalendar
from tandem.compute.tables import separator

WINDOWS = (60, 120, 250)
"""Working days to look back, as in the product: twelve weeks, further only where those hold too few finished items."""
OFFICE = WorkingCalendar("office")
EVERY_DAY = WorkingCalendar("every day", week=(WHOLE_DAY,) * 7)
MOST_BYTES = 100_000_000
YEARS = (1900, 2200)
"""Years of a date that can be meant; outside them a typing error would stretch the history over centuries."""


@dataclass(frozen=True, slots=True)
class Item:
    """One row. `started` None: unknown; `finished` None: still open."""

    line: int
    started: date | None
    finished: date | None

    @property
    def is_reversed(self) -> bool:
        """Finished before it was started: exports of migrated data say so. Only the finish is counted then."""
        return self.started is not None and self.finished is not None and self.finished < self.started


@dataclass(frozen=True, slots=True)
class Known:
    """What was known at the end of `on`: the history to draw from, the whole one to look back on, open items."""

    on: date
    history: History
    whole: History
    open_items: int
    later: int


def read(text: str) -> tuple[Item, ...]:
    """Rows of a table with the columns `started` (may be empty or missing) and `finished` (empty: still open).

    Comma, semicolon or tab; other columns are not read; a moment counts as its day. Raises `Uncomputable` with
    line, column and value: file_too_large, no_header, column_missing, table_unreadable, date_unreadable,
    year_out_of_range, nothing_finished.
    """
    if len(text) > MOST_BYTES:
        raise Uncomputable("file_too_large", value=len(text), most=MOST_BYTES)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Uncomputable("no_header", line=1, value="")
    rows = csv.reader(StringIO(text), delimiter=separator(text))
    try:
        header = next((row for row in rows if any(cell.strip() for cell in row)), None)
        if header is None:
            raise Uncomputable("no_header", line=1, value="")
        begins, ends = _places([name.strip().lower() for name in header], rows.line_num)
        items = [_item(row, begins, ends, rows.line_num) for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as broken:
        raise Uncomputable("table_unreadable", line=rows.line_num, value=str(broken)) from broken
    if not any(item.finished for item in items):
        raise Uncomputable("nothing_finished", line=rows.line_num, value=len(items))
    return tuple(items)


def known(items: Iterable[Item], *, on: date | None = None, calendar: WorkingCalendar = OFFICE) -> Known:
    """What the items showed at the end of `on` (the last finish when it is left out): later events do not count."""
    items = list(items)
    finished = [item.finished for item in items if item.finished]
    last = on or max(finished)
    begun = [min(day for day in (i.started, i.finished) if day) for i in items if i.started or i.finished]
    started = [day for day in begun if day <= last]
    later = sum(day > last for day in finished)
    done = [day for day in finished if day <= last]
    is_open = sum(
        (item.finished is None or item.finished > last) and (item.started is None or item.started <= last)
        for item in items
    )
    if not started:
        return Known(last, History((), ()), History((), ()), is_open, later)
    # A long table may begin decades ago: no more than the furthest window is counted.
    earliest = max(min(started), last - timedelta(days=2 * max(WINDOWS)))
    whole = history_of(done, calendar, earliest, last).recent(max(WINDOWS))
    recent = whole
    for days in WINDOWS:
        recent = whole.recent(days)
        if recent.items >= NEEDED:
            break
    return Known(last, recent, whole, is_open, later)


def nth_working_day(calendar: WorkingCalendar, on: date, number: int) -> date:
    """The `number`-th working day after `on`; `on` itself for 0. `Uncomputable` no_working_time, beyond_dates."""
    left, day = number, on
    for _ in range(200):
        if left <= 0:
            return day
        if day.year > 9990:
            raise Uncomputable("beyond_dates", value=number)
        span = max(30, 2 * left)
        works = np.flatnonzero(
            calendar.working_days(day + timedelta(days=1), day + timedelta(days=min(span, 2_000)))
        )
        if len(works) >= left:
            return day + timedelta(days=1 + int(works[left - 1]))
        left, day = left - len(works), day + timedelta(days=min(span, 2_000))
    raise Uncomputable("no_working_time", calendar=calendar.id, value=number)


def _places(header: list[str], line: int) -> tuple[int | None, int]:
    if "finished" not in header:
        raise Uncomputable("column_missing", line=line, column="finished", value=", ".join(header))
    return header.index("started") if "started" in header else None, header.index("finished")


def _item(row: list[str], begins: int | None, ends: int, line: int) -> Item:
    started = _day(row, begins, "started", line) if begins is not None else None
    finished = _day(row, ends, "finished", line)
    return Item(line, started, finished)


def _day(row: list[str], place: int, column: str, line: int) -> date | None:
    value = row[place].strip() if place < len(row) else ""
    if not value:
        return None
    try:
        day = datetime.fromisoformat(value).date()
    except ValueError:
        raise Uncomputable("date_unreadable", line=line, column=column, value=value[:40]) from None
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Uncomputable("year_out_of_range", line=line, column=column, value=value[:40], allowed=YEARS)
    return day
