"""Meetings as an iCalendar (RFC 5545): one that was moved or cancelled keeps its identity, so that a calendar program follows."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max

from tandem.governance.models import Meeting
from tandem.history.models import Event
from tandem.kit import clock
from tandem.reports.exports.ical import MOST, Entry, escaped, moment, whole


def calendar(name: str, rows: Iterable[Any], site: str) -> str:
    return whole(name, "Meetings", entries(rows, site))


def entries(rows: Iterable[Any], site: str) -> list[Entry]:
    found = list(rows)
    changed = _changed(found)
    return [Entry(f"meeting-{row.pk}", row.starts_at, row.ends_at, tuple(_event(row, site, changed.get(row.pk, row.created_at)))) for row in found]


def of_person(user: Any) -> Any:
    """The meetings that somebody is asked to and did not say no to, of the last weeks and of all that are ahead."""
    rows = Meeting.objects.visible_to(user).of_person(user).exclude(absences__user=user).filter(ends_at__gt=clock.now() - timedelta(days=60))
    return rows.select_related("series").order_by("starts_at")[:MOST]


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
