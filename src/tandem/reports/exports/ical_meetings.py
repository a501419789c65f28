"""Meetings as an iCalendar (RFC 5545): one that was moved or cancelled keeps its identity, so that a calendar program follows."""

from collections.abc import Iterable, Iterator
from typing import Any

from tandem.governance.models import Meeting
from tandem.kit import clock
from tandem.reports.exports.ical import escaped, folded, moment


def calendar(name: str, rows: Iterable[Any], site: str) -> str:
    parts = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tandem//Meetings//EN", "CALSCALE:GREGORIAN", f"X-WR-CALNAME:{escaped(name)}"]
    for row in rows:
        parts += _event(row, site)
    parts.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for part in parts for piece in folded(part))


def _event(row: Meeting, site: str) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:meeting-{row.pk}@tandem"
    yield f"DTSTAMP:{moment(clock.now())}"
    yield f"SEQUENCE:{row.version}"
    yield f"DTSTART:{moment(row.starts_at)}"
    yield f"DTEND:{moment(row.ends_at)}"
    yield f"SUMMARY:{escaped(row.series.title)}"
    yield f"DESCRIPTION:{escaped(row.series.purpose)}"
    if row.series.place:
        yield f"LOCATION:{escaped(row.series.place)}"
    yield f"URL:{site}/meetings/{row.pk}/"
    yield f"STATUS:{'CANCELLED' if row.state == Meeting.State.CANCELLED else 'CONFIRMED'}"
    yield "END:VEVENT"
