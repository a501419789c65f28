"""A project's plan as columns: small JSON, one query per table, no titles twice.

Plans keep a wall clock: a moment of the plan is written and read as UTC, whatever zone the reader lives in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from django.db.models import Count, Func, IntegerField, Max, Sum
from django.utils import timezone

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.kit import clock
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.planning.calendars import Calendars
from tandem.planning.models import ComputedDates, Forecast
from tandem.reports.queries import plan_forecasts
from tandem.work.models import Baseline, Link, State, WorkItem
from tandem.work.models import WorkingCalendar as CalendarRow

_KINDS = {"FS": 0, "SS": 1, "FF": 2, "SF": 3, "blocks": 0}
# 100,000 bars are one plan; more is another page
LIMIT = 100_000
_EPOCH = date(1970, 1, 1)
# whence a bar's dates come: never mixed in silence
COMPUTED, PLANNED, ACTUAL = 0, 1, 2
TASK, SUMMARY, MILESTONE = 0, 1, 2
# what may be dragged: everything, nothing, the finish only
FREE, FIXED, BEGUN = 0, 1, 2


class Minutes(Func):
    """Minutes since 1970, made by the database: ten thousand rows are read three times as fast as with datetimes."""

    template = "(EXTRACT(EPOCH FROM %(expressions)s) / 60)::int"
    output_field = IntegerField()


def stamp(user: Any, space: Space, baseline: str = "", by_feature: bool = True) -> str:
    """Changes whenever anything that the plan shows changes; the page's ETag."""
    items = (
        WorkItem.objects.visible_to(user)
        .filter(space=space)
        .aggregate(n=Count("id"), v=Sum("version"), t=Max("updated_at"))
    )
    links = Link.objects.visible_to(user).filter(space=space).aggregate(n=Count("id"), v=Sum("version"))
    run = ComputedDates.objects.visible_to(user).filter(space=space).aggregate(r=Max("run_id"), n=Count("pk"))
    calendars = CalendarRow.objects.visible_to(user).aggregate(n=Count("id"), v=Sum("version"))
    bases = Baseline.objects.visible_to(user).filter(space=space).aggregate(n=Max("number"))
    forecast = Forecast.objects.visible_to(user).aggregate(r=Max("run_id"))
    known = (items["n"], items["v"], items["t"], links["n"], links["v"], run["r"], run["n"], calendars["n"], calendars["v"],
             bases["n"], forecast["r"], baseline, by_feature, clock.today())  # fmt: skip
    return "-".join(str(part).replace(" ", "_").replace('"', "") for part in known)


def columns(
    user: Any, space: Space, editable: bool, baseline: str = "", by_feature: bool = True, *, ended: date | None = None
) -> dict[str, Any]:
    """The whole plan, parents before children, times in minutes since 1970; `ended` is its today where its history
    ended long ago."""
    now = datetime.combine(ended, time(17)) if ended else timezone.localtime(clock.now())
    visible = WorkItem.objects.visible_to(user).present().filter(space=space)
    bars = [Bar(*r) for r in visible.order_by("rank", "id").values_list(*_BAR)[:LIMIT]]
    features = plan_forecasts.features(user, space) if by_feature else []
    rows = _tree(bars, features)
    place = {bar.id: n for n, bar in enumerate(rows)}
    states = _Index()
    dates = _computed(user, space)
    calendars, calendar_place = _calendars(space, bars, dates)
    forecast = plan_forecasts.of_project(user, space)
    base, base_name = _baseline(user, space, baseline)
    sheet = _Sheet(dates, base, place, calendar_place, states, {bar.parent_id for bar in rows}, _people(user, space))
    shown = _rolled_up(rows, [sheet.row(bar) for bar in rows], dates)
    return {
        "unit": "minute",
        **_without_empty({name: [row[n] for row in shown] for n, name in enumerate(_COLUMNS)}),
        **plan_forecasts.of_rows(features, _subjects(rows, features), _minutes),
        "states": states.names,
        "persons": sheet.people.names,
        "links": _links(user, space, place),
        "calendars": calendars,
        "baseline": base_name,
        "all_done": plan_forecasts.all_done(forecast, _minutes),
        "load": plan_forecasts.load(forecast, _open_finishes(rows, dates)),
        "today": _minutes(now.replace(tzinfo=UTC)),
        "editable": editable,
    }


def changed_by(user: Any, space: Space, run_id: int | None, items: Iterable[int]) -> dict[str, Any]:
    """The rows that a computation moved, and those named, as a patch for the island."""
    rows = ComputedDates.objects.visible_to(user).filter(space=space)
    named = set(items) | set(rows.filter(run_id=run_id).values_list("item_id", flat=True) if run_id else ())
    visible = WorkItem.objects.visible_to(user).present().filter(space=space, id__in=named)
    bars = [Bar(*r) for r in visible.order_by("rank", "id").values_list(*_BAR)]
    parents = set(WorkItem.objects.visible_to(user).present().filter(parent__in=named).values_list("parent_id", flat=True))
    dates = {r[0]: r[1:] for r in rows.filter(item_id__in=named).values_list("item_id", *_DATES)}
    states = _Index()
    sheet = _Sheet(dates, {}, {}, {}, states, parents, _People({}, []))
    shown = [sheet.row(bar) for bar in bars]
    wanted = ("id", "key", "name", "version", "start", "finish", "origin", "percent", "slack", "free", "critical", "status", "fixed",
              "duration", "planned_start", "planned_finish", "actual_start", "actual", "deadline", "driver")  # fmt: skip
    return {name: [row[_COLUMNS.index(name)] for row in shown] for name in wanted}


class Bar(NamedTuple):
    """What the plan reads of a work item; the field names are the columns' own, moments come as minutes."""

    id: int
    key: str
    title: str
    parent_id: int | None
    version: int
    is_summary: bool
    is_milestone: bool
    planned_start: int | None
    planned_finish: int | None
    actual_start: int | None
    actual_finish: int | None
    deadline_at: int | None
    duration_minutes: int | None
    percent_complete: int
    state__category: str
    state__name: str
    calendar_id: int | None

    @property
    def feature(self) -> plan_forecasts.Subject | None:
        return None


_MOMENTS = frozenset(("planned_start", "planned_finish", "actual_start", "actual_finish", "deadline_at", "start", "finish"))
_BAR = tuple(Minutes(name) if name in _MOMENTS else name for name in Bar._fields)


@dataclass(frozen=True)
class Head:
    """A row that is no work item: the feature or release for which the rows below it are done."""

    subject: plan_forecasts.Subject
    id: int
    parent_id: int | None = None

    @property
    def feature(self) -> plan_forecasts.Subject:
        return self.subject


_COLUMNS = (
    "id", "key", "name", "parent", "kind", "version", "start", "finish", "origin", "base_start", "base_finish", "planned_start",
    "planned_finish", "actual_start", "actual", "deadline", "duration", "percent", "slack", "free", "critical", "status", "calendar",
    "fixed", "driver", "state", "people",
)  # fmt: skip
_DATES = (Minutes("start"), Minutes("finish"), "total_slack_minutes", "free_slack_minutes", "is_critical", "driven_by_id")
_ALWAYS = frozenset(("id", "key", "name", "parent", "kind", "version", "start", "finish", "origin", "critical"))


class _Index:
    """Words that many rows share, by number."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._of: dict[str, int] = {}

    def of(self, name: str) -> int:
        if name not in self._of:
            self._of[name] = len(self.names)
            self.names.append(name)
        return self._of[name]


class _People(NamedTuple):
    of: dict[int, list[int]]
    names: list[str]


@dataclass(frozen=True)
class _Sheet:
    """Lays one bar into the columns."""

    computed: dict[int, Any]
    base: dict[int, Any] | None
    place: dict[int, int]
    calendars: dict[int, int]
    states: _Index
    parents: set[int | None]
    people: _People

    def row(self, bar: Bar | Head) -> tuple[Any, ...]:
        if isinstance(bar, Head):
            return self._head(bar)
        dates = self.computed.get(bar.id)
        start, finish, origin = _shown(bar, dates)
        planned = (bar.planned_start or bar.planned_finish, bar.planned_finish or bar.planned_start)
        base_start, base_finish = self.base.get(bar.id, (None, None)) if self.base is not None else planned
        is_done = bar.state__category == State.Category.DONE
        kind = SUMMARY if bar.is_summary or bar.id in self.parents else MILESTONE if bar.is_milestone else TASK
        has_slack = dates is not None and not is_done
        return (
            bar.id, bar.key, bar.title, self.place.get(bar.parent_id or 0, -1), kind, bar.version, start, finish,
            origin, base_start, base_finish, bar.planned_start, bar.planned_finish,
            bar.actual_start, bar.actual_finish, bar.deadline_at, _days(bar.duration_minutes),
            100 if is_done and not bar.percent_complete else bar.percent_complete, _days(dates[2]) if has_slack else None,
            _days(dates[3]) if has_slack else None, 1 if has_slack and dates[4] else 0, "done" if is_done else "none",
            self.calendars.get(bar.calendar_id or 0, 0), FIXED if kind == SUMMARY or bar.actual_finish else BEGUN if bar.actual_start else FREE,
            dates[5] if has_slack else None, self.states.of(bar.state__name), self.people.of.get(bar.id),
        )  # fmt: skip

    def _head(self, head: Head) -> tuple[Any, ...]:
        given = {"id": head.subject.id, "key": "", "name": head.subject.name, "parent": -1, "kind": SUMMARY, "version": 0,
                 "origin": COMPUTED, "critical": 0, "status": head.subject.status, "calendar": 0, "fixed": FIXED}  # fmt: skip
        return tuple(given.get(name) for name in _COLUMNS)


def _shown(bar: Bar, dates: Any) -> tuple[int | None, int | None, int]:
    """The bar's dates and whence they come: computed, else what happened, else what was planned."""
    if dates:
        return dates[0], dates[1], COMPUTED
    if bar.actual_start:
        return bar.actual_start, bar.actual_finish, ACTUAL
    start, finish = bar.planned_start or bar.planned_finish, bar.planned_finish or bar.planned_start
    return start, finish, PLANNED


def _rolled_up(rows: list[Any], shown: list[tuple[Any, ...]], dates: dict[int, Any]) -> list[tuple[Any, ...]]:
    """Containers that nobody scheduled reach over their parts; open at the end while a part has no finish."""
    at_parent, at_start, at_finish = (_COLUMNS.index(name) for name in ("parent", "start", "finish"))
    starts: dict[int, list[int]] = {}
    ends: dict[int, list[int | None]] = {}
    for n in range(len(rows) - 1, -1, -1):
        row = shown[n]
        if rows[n].id not in dates and n in ends:
            known = ends[n]
            start = min(starts[n]) if n in starts else row[at_start]
            finish = None if None in known else max(known)  # type: ignore[type-var]
            row = (*row[:at_start], start, finish, *row[at_finish + 1 :])
            shown[n] = row
        if row[at_start] is not None:
            starts.setdefault(row[at_parent], []).append(row[at_start])
        ends.setdefault(row[at_parent], []).append(row[at_finish])
    return shown


def _minutes(moment: datetime | date | None) -> int | None:
    """Minutes since 1970 of the plan's own wall clock."""
    if moment is None:
        return None
    return int(moment.timestamp() // 60) if isinstance(moment, datetime) else (moment - _EPOCH).days * 1440


def _days(minutes: int | None) -> float | None:
    return None if minutes is None else round(minutes / 480, 1)


def _without_empty(found: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: column for name, column in found.items() if name in _ALWAYS or any(v is not None for v in column)}


def _links(user: Any, space: Space, place: dict[int, int]) -> list[list[int]]:
    found = (
        Link.objects.visible_to(user)
        .dependencies()
        .filter(space=space)
        .values_list("source_id", "target_id", "kind", "lag_minutes")
    )
    return [[place[a], place[b], _KINDS[kind], lag] for a, b, kind, lag in found if a in place and b in place]


def _tree(rows: list[Bar], features: list[plan_forecasts.Subject]) -> list[Any]:
    """Depth first; rows whose parent is elsewhere stand at the top, or under the feature that they are done for. A phase that
    became the feature of its own name is its heading already."""
    known = {bar.id: bar for bar in rows}
    under = {item: feature for feature in features for item in feature.roots if not _is_itself(feature, known)}
    below: dict[int | None, list[Any]] = {}
    heads: dict[int, Head] = {}
    for bar in rows:
        parent = bar.parent_id if bar.parent_id in known else None
        feature = under.get(bar.id) if parent is None else None
        if feature is not None:
            if feature.id not in heads:
                heads[feature.id] = Head(feature, feature.id)
                below.setdefault(None, []).append(heads[feature.id])
            bar, parent = bar._replace(parent_id=feature.id), feature.id
        below.setdefault(parent, []).append(bar)
    found: list[Any] = []
    stack = list(reversed(below.get(None, [])))
    while stack:
        bar = stack.pop()
        found.append(bar)
        stack.extend(reversed(below.get(bar.id, [])))
    return found


def _subjects(rows: list[Any], features: list[plan_forecasts.Subject]) -> list[plan_forecasts.Subject | None]:
    """What is promised and forecast in each row."""
    known = {bar.id: bar for bar in rows if isinstance(bar, Bar)}
    own = {feature.roots[0]: feature for feature in features if _is_itself(feature, known)}
    return [own.get(bar.id) or bar.feature for bar in rows]


def _is_itself(feature: plan_forecasts.Subject, known: dict[int, Bar]) -> bool:
    if len(feature.roots) != 1:
        return False
    row = known.get(feature.roots[0])
    return row is not None and row.is_summary and row.title == feature.name


def _computed(user: Any, space: Space) -> dict[int, Any]:
    rows = ComputedDates.objects.visible_to(user).filter(space=space)
    return {r[0]: r[1:] for r in rows.values_list("item_id", *_DATES)}


def _open_finishes(rows: list[Any], dates: dict[int, Any]) -> list[date]:
    """The days on which the plan wants open work finished; containers and milestones are no work."""
    parents = {bar.parent_id for bar in rows}
    found = []
    for bar in rows:
        if isinstance(bar, Head) or bar.id in parents or bar.is_milestone or bar.state__category == State.Category.DONE:
            continue
        wanted = dates[bar.id][1] if bar.id in dates else bar.planned_finish
        if wanted is not None:
            found.append(_EPOCH + timedelta(minutes=wanted))
    return found


def _people(user: Any, space: Space) -> _People:
    names = _Index()
    of: dict[int, list[int]] = {}
    seen = WorkItem.objects.visible_to(user).present().filter(space=space, assignments__isnull=False)
    for item, name in seen.order_by("assignments__id").values_list("id", "assignments__user__name"):
        of.setdefault(item, []).append(names.of(name))
    return _People(of, names.names)


def _baseline(user: Any, space: Space, chosen: str) -> tuple[dict[int, Any] | None, str]:
    """The chosen baseline, else the newest; `planned` or none taken: what people planned."""
    rows = Baseline.objects.visible_to(user).filter(space=space).order_by("-number")
    taken = None
    if chosen != "planned":
        number = whole_number(chosen, 4)
        taken = rows.first() if number is None else rows.filter(number=number).first()
    if taken is not None:
        return {i: (s, f) for i, s, f in taken.dates.values_list("item_id", Minutes("start"), Minutes("finish"))}, taken.name
    return None, ""


def _calendars(space: Space, bars: list[Bar], dates: dict[int, Any]) -> tuple[list[dict[str, Any]], dict[int, int]]:
    """What the dates were computed with: the space's own or inherited calendar first, then those of single rows."""
    read = Calendars([space.pk], clock.today())
    moments = [m for bar in bars for m in (bar.planned_start, bar.planned_finish, bar.actual_start) if m is not None]
    moments += [d[0] for d in dates.values()] + [d[1] for d in dates.values()]
    first = (_EPOCH + timedelta(minutes=min(moments)) if moments else clock.today()) - timedelta(days=30)
    last = max(_EPOCH + timedelta(minutes=max(moments, default=0)), clock.today()) + timedelta(days=730)
    first = max(first, last - timedelta(days=366 * 20))
    shown = [_calendar(read.of_space(space.pk), first, last)]
    place: dict[int, int] = {}
    for calendar_id in sorted({bar.calendar_id for bar in bars if bar.calendar_id in read.rows} - {None})[:250]:
        place[calendar_id] = len(shown)  # type: ignore[index]
        shown.append(_calendar(read.of_row(calendar_id), first, last))  # type: ignore[arg-type]
    return shown, place


def _calendar(calendar: WorkingCalendar, first: date, last: date) -> dict[str, Any]:
    """The usual week, and the days between `first` and `last` that differ from it."""
    week = [1 if any(calendar.day(monday + timedelta(days=n)) for monday in _MONDAYS) else 0 for n in range(7)]
    works = calendar.working_days(first, last)
    off, on = [], []
    for n, is_open in enumerate(works.tolist()):
        day = first + timedelta(days=n)
        if bool(is_open) != bool(week[day.weekday()]):
            (on if is_open else off).append((day - _EPOCH).days)
    return {"week": week, "off": off, "on": on}


_MONDAYS = (date(1971, 3, 1), date(1971, 3, 8))
"""Weeks before every plan and holiday: what the calendar says without exceptions."""
