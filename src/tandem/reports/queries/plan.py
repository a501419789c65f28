"""A project's plan as columns: small JSON, one query per table, no titles twice."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from django.db.models import Count, Max, Sum
from django.utils import timezone

from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.models import ComputedDates
from tandem.work.actions.calendars import holidays_of
from tandem.work.models import Baseline, Link, State, WorkingCalendar, WorkItem

_KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3, "blocks": 0}
# 100,000 bars are one plan; more is another page
LIMIT = 100_000
_EPOCH = date(1970, 1, 1)
_STANDARD = [1, 1, 1, 1, 1, 0, 0]


def stamp(user: Any, space: Space) -> str:
    """Changes whenever anything that the plan shows changes; the page's ETag."""
    items = (
        WorkItem.objects.visible_to(user)
        .filter(space=space)
        .aggregate(n=Count("id"), v=Sum("version"), t=Max("updated_at"))
    )
    links = Link.objects.visible_to(user).filter(space=space).aggregate(n=Count("id"), v=Sum("version"))
    run = ComputedDates.objects.visible_to(user).filter(space=space).aggregate(r=Max("run_id"))
    return f"{items['n']}-{items['v']}-{links['n']}-{links['v']}-{run['r']}-{clock.today()}"


def columns(user: Any, space: Space, editable: bool) -> dict[str, Any]:
    """The whole plan, parents before children, times in minutes since 1970."""
    visible = WorkItem.objects.visible_to(user).present().filter(space=space)
    rows = _tree([Bar(*r) for r in visible.order_by("rank", "id").values_list(*Bar._fields)[:LIMIT]])
    place = {bar.id: n for n, bar in enumerate(rows)}
    calendars, calendar_place = _calendars(user, space)
    zone = timezone.get_current_timezone()
    sheet = _Sheet(_computed(user, space), _baseline(user, space), place, calendar_place, zone)
    shown = [sheet.row(bar) for bar in rows]
    return {
        "unit": "minute",
        **{name: [row[n] for row in shown] for n, name in enumerate(_COLUMNS)},
        "links": _links(user, space, place),
        "calendars": calendars,
        "today": _minutes(clock.now(), zone),
        "editable": editable,
    }


class Bar(NamedTuple):
    """What the plan reads of a work item; the field names are the columns' own."""

    id: int
    key: str
    title: str
    parent_id: int | None
    version: int
    is_summary: bool
    is_milestone: bool
    planned_start: datetime | None
    planned_finish: datetime | None
    actual_start: datetime | None
    actual_finish: datetime | None
    deadline_at: datetime | None
    percent_complete: int
    state__category: str
    calendar_id: int | None


_COLUMNS = (
    "id", "key", "name", "parent", "kind", "version", "start", "finish", "base_start", "base_finish", "actual",
    "deadline", "percent", "slack", "critical", "status", "calendar", "fixed",
)  # fmt: skip


@dataclass(frozen=True)
class _Sheet:
    """Lays one bar into the columns."""

    computed: dict[int, Any]
    base: dict[int, Any]
    place: dict[int, int]
    calendars: dict[int, int]
    zone: Any

    def row(self, bar: Bar) -> tuple[Any, ...]:
        dates = self.computed.get(bar.id)
        start, finish = (
            dates[:2]
            if dates
            else (bar.planned_start or bar.actual_start, bar.planned_finish or bar.actual_finish)
        )
        said = (bar.planned_start, bar.planned_finish) if dates else (None, None)
        base_start, base_finish = self.base.get(bar.id, said)
        is_done = bar.state__category == State.Category.DONE
        return (
            bar.id, bar.key, bar.title, self.place.get(bar.parent_id or 0, -1), 1 if bar.is_summary else 2 if bar.is_milestone else 0,
            bar.version, self._at(start), self._at(finish or start), self._at(base_start), self._at(base_finish), self._at(bar.actual_finish),
            self._at(bar.deadline_at), 100 if is_done and not bar.percent_complete else bar.percent_complete,
            round(dates[2] / 480, 1) if dates and dates[2] is not None else None, 1 if dates and dates[3] and not is_done else 0,
            "done" if is_done else "none", self.calendars.get(bar.calendar_id or 0, 0), 1 if bar.is_summary or bar.actual_finish else 0,
        )  # fmt: skip

    def _at(self, moment: datetime | None) -> int | None:
        return None if moment is None else _minutes(moment, self.zone)


def _links(user: Any, space: Space, place: dict[int, int]) -> list[list[int]]:
    found = (
        Link.objects.visible_to(user)
        .dependencies()
        .filter(space=space)
        .values_list("source_id", "target_id", "kind", "lag_minutes")
    )
    return [[place[a], place[b], _KINDS[kind], lag] for a, b, kind, lag in found if a in place and b in place]


def _minutes(moment: datetime, zone: Any) -> int:
    """Minutes since 1970 of the wall clock: a plan is read in the reader's local time."""
    local = moment.astimezone(zone)
    return int(local.replace(tzinfo=UTC).timestamp() // 60)


def _tree(rows: list[Bar]) -> list[Bar]:
    """Depth first; rows whose parent is elsewhere stand at the top."""
    known = {bar.id for bar in rows}
    below: dict[int | None, list[Bar]] = {}
    for bar in rows:
        below.setdefault(bar.parent_id if bar.parent_id in known else None, []).append(bar)
    found: list[Bar] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        bar = stack.pop()
        found.append(bar)
        stack.extend(reversed(below.get(bar.id, [])))
    return found


def _computed(user: Any, space: Space) -> dict[int, Any]:
    rows = ComputedDates.objects.visible_to(user).filter(space=space)
    return {
        r[0]: r[1:]
        for r in rows.values_list("item_id", "start", "finish", "total_slack_minutes", "is_critical")
    }


def _baseline(user: Any, space: Space) -> dict[int, Any]:
    """The newest baseline of the space."""
    newest = Baseline.objects.visible_to(user).filter(space=space).order_by("-number").first()
    rows = newest.dates.values_list("item_id", "start", "finish") if newest else []
    return {item: (start, finish) for item, start, finish in rows}


def _calendars(user: Any, space: Space) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """The default first; an item without a calendar has the place 0."""
    rows = WorkingCalendar.objects.visible_to(user).filter(space=space).order_by("-is_default", "id")
    shown: list[dict[str, Any]] = [{"week": _STANDARD}]
    place: dict[int, int] = {}
    for calendar in rows.prefetch_related("exceptions")[:250]:
        if calendar.is_default:
            shown[0], place[calendar.pk] = _calendar(calendar), 0
        else:
            place[calendar.pk] = len(shown)
            shown.append(_calendar(calendar))
    return shown, place


def _calendar(calendar: WorkingCalendar) -> dict[str, Any]:
    week = [1 if calendar.week.get(str(d)) else 0 for d in range(1, 8)] if calendar.week else _STANDARD
    off: set[int] = set()
    on: set[int] = set()
    if calendar.country:
        year = clock.today().year
        for day, _name, works in holidays_of(calendar.country, range(year - 1, year + 3)):
            (on if works else off).add((day - _EPOCH).days)
    for exception in calendar.exceptions.all():
        first, last = (exception.starts_on - _EPOCH).days, (exception.ends_on - _EPOCH).days
        (on if exception.hours else off).update(range(first, min(last, first + 366) + 1))
    return {"name": calendar.name, "week": week, "off": sorted(off - on), "on": sorted(on)}
