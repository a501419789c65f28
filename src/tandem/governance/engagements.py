"""When people are in meetings: the one answer for plans, load, fairness and the search for a time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import (
    BigIntegerField,
    CharField,
    DateField,
    IntegerField,
    Max,
    OuterRef,
    TimeField,
    Value,
)
from django.db.models.functions import Cast, Extract

from tandem.governance.models import Meeting, MeetingAbsence, MeetingSeries
from tandem.kit import clock
from tandem.planning.engagements import REACH, Engagement, moments
from tandem.work.actions.recurrence_rules import between

_ROW, _RHYTHM = 0, 1
_NOBODY = Cast(Value([], output_field=ArrayField(BigIntegerField())), ArrayField(BigIntegerField()))


def meetings(people: list[int], first: datetime, last: datetime) -> list[Engagement]:
    """Meetings that stand in the calendar: of those that were held, who was there; of those of today and ahead, who is asked and did not
    say that they stay away. What is over and was never said to be held takes nothing, nor does what was cancelled. Behind the last one that
    stands, what the rhythm of the series says, for `REACH`. One query."""
    found: list[Engagement] = []
    standing: dict[tuple[int, tuple[int, ...]], list[tuple[int, int, int]]] = defaultdict(list)
    for kind, series, row, starts, ends, who, away, rule, starts_on, at, zone, minutes, until in _rows(people, first, last):
        if kind == _ROW:
            if there := set(who) - set(away):
                standing[series, tuple(sorted(there))].append((row, starts, ends))
        else:
            found += _ahead(series, sorted(set(who)), (rule, starts_on, at, zone, minutes), until, first, last)
    return found + [Engagement(series, *np.array(rows, np.int64).T, who) for (series, who), rows in standing.items()]


def _rows(people: list[int], first: datetime, last: datetime) -> Any:
    """Meetings with who is in them, and series with a rhythm and the last day for which a meeting stands."""
    begins, ends = (Cast(Extract(name, "epoch"), BigIntegerField()) for name in ("starts_at", "ends_at"))
    standing = Meeting.objects.between(first, last).order_by()
    no_day, no_word = Cast(Value(None), DateField()), Cast(Value(""), CharField())
    no_rhythm = (no_word, no_day, Cast(Value(None), TimeField()), no_word, Cast(Value(0), IntegerField()), no_day)
    midnight = datetime.combine(clock.today(), time(0), clock.now().tzinfo)
    gone = ArraySubquery(MeetingAbsence.objects.filter(meeting=OuterRef("pk")).values("user"))
    asked = standing.planned().filter(ends_at__gt=midnight, series__attendees__user__in=people).annotate(who=ArrayAgg("series__attendees__user"), gone=gone)
    there = standing.held().filter(presences__user__in=people).annotate(who=ArrayAgg("presences__user"))
    head = (Value(_ROW), "series_id", "pk", begins, ends, "who")
    known = Meeting.objects.filter(series=OuterRef("pk")).order_by().values("series").annotate(last=Max("on")).values("last")
    running = MeetingSeries.objects.running().exclude(rule="").filter(attendees__user__in=people).order_by().annotate(who=ArrayAgg("attendees__user"), until=known[:1])
    nothing = Cast(Value(0), BigIntegerField())
    rhythm = running.values_list(Value(_RHYTHM), "pk", nothing, nothing, nothing, "who", _NOBODY, "rule", "starts_on", "at", "zone", Cast("minutes", IntegerField()), "until")
    return asked.values_list(*head, "gone", *no_rhythm).union(there.values_list(*head, _NOBODY, *no_rhythm), rhythm, all=True)


def _ahead(series: int, people: Sequence[int], rhythm: tuple[str, date, time, str, int], known: date | None, first: datetime, last: datetime) -> list[Engagement]:
    rule, starts_on, at, zone, minutes = rhythm
    today = clock.today()
    until = min(last.date(), today + REACH)
    after = max(known or date.min, today - timedelta(days=1), starts_on - timedelta(days=1))
    if after >= until:
        return []
    try:
        where = ZoneInfo(zone)
    except (ValueError, OSError):  # a zone that the machine has forgotten: as when meetings are made ahead
        return []
    days = np.array(between(rule, starts_on, after, today + REACH), "datetime64[D]").astype(np.int64)
    days = days[(days >= _number(first.date())) & (days <= _number(until))]
    starts = moments(where, days * 86400 + at.hour * 3600 + at.minute * 60)
    return [Engagement(series, np.zeros(len(starts), np.int64), starts, starts + 60 * minutes, people)] if len(starts) else []


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days
