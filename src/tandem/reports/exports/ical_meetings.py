"""Meetings as an iCalendar (RFC 5545): one that was moved or cancelled keeps its identity, so that a calendar program follows."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db.models import Max

from tandem.governance.models import Meeting
from tandem.history.models import Event
from tandem.reports.exports.ical import escaped, folded, head, moment


def calendar(name: str, rows: Iterable[Any], site: str) -> str:
    found = list(rows)
    changed = _changed(found)
    parts = list(head(name, "Meetings"))
    for row in found:
        parts += _event(row, site, changed.get(row.pk, row.created_at))
    parts.append("END:VCALENDAR")
    return "".join(f"{piece}\r\n" for part in parts for piece in folded(part))


def _changed(rows: list[Meeting]) -> dict[int, datetime]:
    """When something was last recorded of each: the same answer until something changes, so that its digest says whether it did."""
    # house: reads — moments of meetings that the reader was found to see
    events = Event.objects.filter(subject_kind=Meeting._meta.label_lower, subject_id__in=[row.pk for row in rows])
    return dict(events.order_by().values_list("subject_id").annotate(at=Max("recorded_at")))


def _event(row: Meeting, site: str, changed: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:meeting-{row.pk}@tandem"
    yield f"DTSTAMP:{moment(changed)}"
    yield f"LAST-MODIFIED:{moment(changed)}"
    yield f"CREATED:{moment(row.created_at)}"
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
