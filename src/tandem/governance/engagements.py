"""When people are in meetings: the one answer for plans, load, fairness and the search for a time."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import lru_cache
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
    OuterRef,
    TimeField,
    Value,
)
from django.db.models.functions import Cast, Extract

from tandem.governance.models import Meeting, MeetingAbsence, MeetingSeries
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.scoping import spaces_seen_by
from tandem.planning.engagements import REACH, Engagement, Ints, moments
from tandem.work.actions.recurrence_rules import between

Rhythm = tuple[str, date, time, str, date]
"""Rule, first day, time, zone, and the day on which it is read."""
_ASKED, _RHYTHM, _THERE = 0, 1, 2
_NOBODY = Cast(Value([], output_field=ArrayField(BigIntegerField())), ArrayField(BigIntegerField()))


def meetings(people: list[int], first: datetime, last: datetime) -> list[Engagement]:
    """Meetings that stand in the calendar: of those that were held, who was there; of those of today and ahead, who is asked and did not
    say that they stay away; who may not see the space of the series any more is no longer asked, whatever seat they have. What is over and was never said to be held takes nothing, nor does what was cancelled. On days ahead for which
    none stands yet, what the rhythm of the series says, for `REACH`. One query, and one for who still sees the spaces of those
    who are asked."""
    found: list[Engagement] = []
    standing: dict[tuple[int, tuple[int, ...]], list[tuple[int, int, int]]] = defaultdict(list)
    rows = list(_rows(people, first, last))
    seen = spaces_seen_by(set().union(*(who for kind, _series, _row, _starts, _ends, who, *_rest in rows if kind != _THERE))) if rows else {}
    for kind, series, row, starts, ends, who, space, away, rule, starts_on, at, zone, minutes, known in rows:
        asked = set(who) if kind == _THERE else {one for one in who if space in seen.get(one, ())}
        if kind != _RHYTHM:
            if there := asked - set(away):
                standing[series, tuple(sorted(there))].append((row, starts, ends))
        elif asked:
            found += _ahead(series, sorted(asked), (rule, starts_on, at, zone, clock.today()), minutes, known, first, last)
    return found + [Engagement(series, *np.array(rows, np.int64).T, who) for (series, who), rows in standing.items()]


def _rows(people: list[int], first: datetime, last: datetime) -> Any:
    """Meetings with who is in them, and series with a rhythm and the days from today on for which a meeting stands."""
    begins, ends = (Cast(Extract(name, "epoch"), BigIntegerField()) for name in ("starts_at", "ends_at"))
    standing = Meeting.objects.between(first, last).order_by()
    no_day, no_word = Cast(Value(None), DateField()), Cast(Value(""), CharField())
    no_rhythm = (no_word, no_day, Cast(Value(None), TimeField()), no_word, Cast(Value(0), IntegerField()), Cast(Value(None), ArrayField(DateField())))
    midnight = datetime.combine(clock.today(), time(0), clock.now().tzinfo)
    gone = ArraySubquery(MeetingAbsence.objects.filter(meeting=OuterRef("pk")).values("user"))
    asked = standing.planned().filter(ends_at__gt=midnight, series__attendees__user__in=people).annotate(who=ArrayAgg("series__attendees__user"), gone=gone)
    there = standing.held().filter(presences__user__in=people).annotate(who=ArrayAgg("presences__user"))
    head = ("series_id", "pk", begins, ends, "who", "space_id")
    known = ArraySubquery(Meeting.objects.filter(series=OuterRef("pk"), on__gte=clock.today()).order_by().values("on"))
    running = MeetingSeries.objects.running().exclude(rule="").filter(attendees__user__in=people).order_by().annotate(who=ArrayAgg("attendees__user"), known=known)
    nothing = Cast(Value(0), BigIntegerField())
    rhythm = running.values_list(Value(_RHYTHM), "pk", nothing, nothing, nothing, "who", "space_id", _NOBODY, "rule", "starts_on", "at", "zone", Cast("minutes", IntegerField()), "known")
    return asked.values_list(Value(_ASKED), *head, "gone", *no_rhythm).union(there.values_list(Value(_THERE), *head, _NOBODY, *no_rhythm), rhythm, all=True)


def _ahead(series: int, people: Sequence[int], rhythm: Rhythm, minutes: int, known: list[date], first: datetime, last: datetime) -> list[Engagement]:
    days, starts = _dates(*rhythm)
    kept = (days >= _number(first.date())) & (days <= _number(last.date()))
    if known:
        kept &= ~np.isin(days, [_number(day) for day in known])
    starts = starts[kept]
    return [Engagement(series, np.zeros(len(starts), np.int64), starts, starts + 60 * minutes, people)] if len(starts) else []


@lru_cache(maxsize=4096)
def _dates(rule: str, starts_on: date, at: time, zone: str, today: date) -> tuple[Ints, Ints]:
    """The days of a rhythm from today on, for `REACH`, and when it begins on them; none where rule or zone cannot be read any more, as when
    meetings are made ahead."""
    try:
        where, after = ZoneInfo(zone), max(today, starts_on) - timedelta(days=1)
        days = np.array(between(rule, starts_on, after, today + REACH), "datetime64[D]").astype(np.int64)
    except (Refused, ValueError, OSError):
        days, where = np.zeros(0, np.int64), ZoneInfo("UTC")
    return days, moments(where, days * 86400 + at.hour * 3600 + at.minute * 60)


def _number(day: date) -> int:
    return (day - date(1970, 1, 1)).days
