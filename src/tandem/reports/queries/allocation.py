"""Bookings as a grid: for each person, job role or team one line for what they are booked for, and what they have beside it.

Hours count whatever the reader may see; what they may not see stands as one line without a name."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.apps import apps

from tandem.kit.dates import unit_end
from tandem.planning.availability import Availability, available_hours
from tandem.resources.actions import allocations
from tandem.resources.models import Booking

FULL_DAY = 8.0
"""Hours of a day, where days are counted; of job roles and teams five of them make a week."""
Span = tuple[date, date]


@dataclass(slots=True)
class Line:
    """`hours` and `percent` by period; `reasons` says where somebody is overbooked on record, and why."""

    who_id: int
    rows: list[Booking]
    is_hard: bool
    hours: np.ndarray[Any, Any]
    percent: np.ndarray[Any, Any]
    subject: Any = None
    reasons: dict[int, str] = field(default_factory=dict)


@dataclass(slots=True)
class Group:
    """One person, job role or team: the time they have in each period, what of it is booked, and for what."""

    id: int
    time: np.ndarray[Any, Any]
    booked: np.ndarray[Any, Any]
    firm: np.ndarray[Any, Any]
    elsewhere: np.ndarray[Any, Any]
    lines: list[Line] = field(default_factory=list)


def spans(first: date, count: int, scale: str) -> list[Span]:
    """Weeks from Monday to Sunday, or months."""
    found: list[Span] = []
    at = first.replace(day=1) if scale == "month" else first - timedelta(days=first.weekday())
    for _n in range(count):
        last = unit_end(at, "month") if scale == "month" else at + timedelta(days=6)
        found.append((at, last))
        at = last + timedelta(days=1)
    return found


def of(user: Any, by: str, ids: Sequence[int], periods: list[Span]) -> dict[int, Group]:
    """At most ten queries, however many there are. `by` is person, job_role or team."""
    first, last = periods[0][0], periods[-1][1]
    have = available_hours(ids, first, last) if by == "person" else None
    starts = np.array([(begin - first).days for begin, _end in periods])
    rows = Booking.objects.during(first, last).filter(**{f"{by}__in": list(ids)})  # house: reads — hours; names follow `seen`
    rows = rows if by == "person" else rows.unfilled()
    seen = user.visible_space_ids()
    groups = {pk: _empty(pk, have, first, last, starts) for pk in ids}
    known: list[Booking] = []
    for row in rows.select_related("person", "job_role", "team").order_by("starts_on", "pk"):
        group = groups[getattr(row, f"{by}_id")]
        hours, _percent = _course(row, have, first, last, starts)
        group.booked += hours
        group.firm += hours if row.is_hard else 0.0
        if row.space_id in seen:
            known.append(row)
        else:
            group.elsewhere += hours
    subjects = _subjects(user, known)
    for own in allocations.lines_of(known).values():
        subject = subjects.get((own[0].subject_kind, own[0].subject_id))
        line = _line(own, getattr(own[0], f"{by}_id"), have, first, last, starts, subject)
        groups[line.who_id].lines.append(line)
    for group in groups.values():
        group.lines.sort(key=lambda line: (str(line.subject or ""), not line.is_hard, line.rows[0].pk))
    return groups


def _empty(pk: int, have: Availability | None, first: date, last: date, starts: Any) -> Group:
    if have is None:
        nothing = np.zeros(len(starts))
        return Group(pk, nothing, nothing.copy(), nothing.copy(), nothing.copy())
    time = np.add.reduceat(have.minutes[pk], starts) / 60
    return Group(pk, time, np.zeros(len(starts)), np.zeros(len(starts)), np.zeros(len(starts)))


def _days(row: Booking, first: date, count: int) -> Any:
    part = np.zeros(count)
    part[max(0, (row.starts_on - first).days) : max(0, (row.ends_on - first).days + 1)] = float(row.percent) / 100
    return part


def _course(row: Booking, have: Availability | None, first: date, last: date, starts: Any) -> tuple[Any, Any]:
    """Hours in each period, and the share of a full one."""
    count = (last - first).days + 1
    part = _days(row, first, count)
    week = np.array([(first.weekday() + n) % 7 < 5 for n in range(count)], dtype=float)
    share = np.add.reduceat(part * week, starts) / np.maximum(np.add.reduceat(week, starts), 1)
    if have is None or row.person_id is None:
        return np.add.reduceat(part * week, starts) * FULL_DAY, share
    minutes = have.minutes[row.person_id]
    return np.add.reduceat(part * minutes, starts) / 60, share


def _line(rows: list[Booking], who: int, have: Availability | None, first: date, last: date, starts: Any, subject: Any) -> Line:
    """Per cent are of the time that the person has in the period; where they have none, of its working days."""
    line = Line(who, rows, rows[0].is_hard, np.zeros(len(starts)), np.zeros(len(starts)), subject)
    for row in rows:
        hours, share = _course(row, have, first, last, starts)
        line.hours, line.percent = line.hours + hours, line.percent + share
        for n in np.flatnonzero(share) if row.override_reason else ():
            line.reasons[int(n)] = row.override_reason
    if have is not None:
        time = np.add.reduceat(have.minutes[who], starts) / 60
        line.percent = np.where(time > 0.01, 100 * line.hours / np.maximum(time, 0.01), 100 * line.percent)
    else:
        line.percent = 100 * line.percent
    return line


def _subjects(user: Any, rows: list[Booking]) -> dict[tuple[str, int], Any]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for row in rows:
        wanted[row.subject_kind].add(row.subject_id)
    return {
        (kind, pk): one
        for kind, ids in wanted.items()
        for pk, one in apps.get_model(kind)._default_manager.visible_to(user).in_bulk(ids).items()  # type: ignore[attr-defined]
    }
