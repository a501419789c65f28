"""Work items as an iCalendar (RFC 5545): an item with a due date stands on that day, one with planned dates from first to last."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from hashlib import sha256
from typing import Any

from django.db.models import Q

from tandem.kit import clock
from tandem.kit.text import on_one_line
from tandem.reports.queries.work_item_lines import Line, lines

MOST = 2_000
"A calendar program reads all of it again and again: the items that changed last, this many at most."


@dataclass(frozen=True)
class Entry:
    """One VEVENT: `name` tells it from all others of its calendar; from `begins` to before `ends`, both in UTC. A day begins where it begins
    first on earth and ends where it ends last."""

    name: str
    begins: datetime
    ends: datetime
    lines: tuple[str, ...]

    @cached_property
    def alone(self) -> str:
        """A calendar of its own (RFC 4791 §4.1)."""
        return _text(("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tandem//CalDAV//EN", *self.lines, "END:VCALENDAR"))

    @cached_property
    def tag(self) -> str:
        return sha256(self.alone.encode()).hexdigest()[:32]


def calendar(name: str, rows: Any, site: str) -> str:
    """The dated items among `rows`; `site` is the address that links begin with."""
    return whole(name, "Work items", entries(rows, site))


def whole(name: str, what: str, found: Iterable[Entry]) -> str:
    return _text((*head(name, what), *(line for one in found for line in one.lines), "END:VCALENDAR"))


def _text(parts: Iterable[str]) -> str:
    return "".join(f"{piece}\r\n" for part in parts for piece in folded(part))


def entries(rows: Any, site: str) -> list[Entry]:
    dated = lines(rows.filter(Q(due_on__isnull=False) | Q(planned_start__isnull=False, planned_finish__isnull=False)).order_by("-updated_at", "-id"))
    return [_entry(item, site) for item in sorted(dated[:MOST], key=lambda item: item.pk)]


def _entry(item: Line, site: str) -> Entry:
    first, last = span(item)
    begins, ends = (datetime.combine(day, time(), UTC) for day in (first, last + timedelta(days=1)))
    begins, ends = begins - timedelta(hours=14), ends + timedelta(hours=12)
    return Entry(f"work-item-{item.pk}", begins, ends, tuple(_event(item, site)))


def head(name: str, what: str) -> Iterator[str]:
    """Its name by RFC 7986 and as older programs read it, and how often it is worth asking again."""
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//Tandem//{what}//EN", "CALSCALE:GREGORIAN", f"NAME:{escaped(name)}", f"X-WR-CALNAME:{escaped(name)}")
    yield from ("REFRESH-INTERVAL;VALUE=DURATION:PT1H", "X-PUBLISHED-TTL:PT1H")


def _event(item: Line, site: str) -> Iterator[str]:
    first, last = span(item)
    yield "BEGIN:VEVENT"
    yield f"UID:work-item-{item.pk}@tandem"
    changed = moment(item.updated_at or clock.now())
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{item.version}"
    yield f"DTSTART;VALUE=DATE:{_day(first)}"
    yield f"DTEND;VALUE=DATE:{_day(last + timedelta(days=1))}"
    yield f"SUMMARY:{escaped(f'{item.key} {item.title}')}"
    yield f"DESCRIPTION:{escaped(f'{item.space.name} · {item.state.name}')}"
    yield f"URL:{site}/work-items/{item.key}/"
    if item.labels:
        yield f"CATEGORIES:{','.join(map(escaped, item.labels))}"
    yield f"STATUS:{'CONFIRMED' if item.is_done else 'TENTATIVE'}"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def span(item: Line) -> tuple[date, date]:
    """First and last day of a dated item; never the very first or last of all days, which nothing could begin before or end after."""
    if item.due_on:
        return _within(item.due_on), _within(item.due_on)
    assert item.planned_start
    assert item.planned_finish
    first, last = _within(item.planned_start.date()), _within(item.planned_finish.date())
    return first, max(first, last)


def _within(day: date) -> date:
    return min(max(day, date.min + timedelta(days=1)), date.max - timedelta(days=1))


def _day(day: date) -> str:
    return day.isoformat().replace("-", "")  # strftime leaves out the noughts of early years


def moment(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def escaped(value: str) -> str:
    """Escaped as RFC 5545 §3.3.11 says; no control character gets through, so no line of somebody's own."""
    return on_one_line(value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\r\n", "\n").replace("\n", "\\n"))


def folded(line: str) -> Iterator[str]:
    """At most 75 bytes a line, no character torn apart."""
    piece, size = "", 0
    for char in line:
        width = len(char.encode())
        if size + width > 75:
            yield piece
            piece, size = " ", 1
        piece, size = piece + char, size + width
    yield piece
