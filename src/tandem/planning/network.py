"""A project's rows as a network of compute: activities, links, calendars, and what lies outside of it."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.compute.scheduling.network import Constraint, Link, LinkType, Network
from tandem.compute.scheduling.stored_plan import StoredAssignment, StoredPlan, StoredTask, network_of
from tandem.kit import clock
from tandem.people.models import Space
from tandem.planning.calendars import Calendars, wall_clock
from tandem.planning.models import ComputedDates
from tandem.portfolio.models import Project
from tandem.work import models as work
from tandem.work.models import State, WorkItem

_FIELDS = (
    "id", "parent_id", "duration_minutes", "estimate_minutes", "is_duration_elapsed", "calendar_id", "constraint",
    "constraint_at", "deadline_at", "percent_complete", "actual_start", "actual_finish", "planned_start",
    "planned_finish", "is_manual", "is_milestone", "plan", "state__category",
)  # fmt: skip
_TYPES = {"FS": LinkType.FS, "blocks": LinkType.FS, "SS": LinkType.SS, "FF": LinkType.FF, "SF": LinkType.SF}

_NOWHEN = datetime(2000, 1, 3)


@dataclass(frozen=True, slots=True)
class Plan:
    """A network and from when it is scheduled; `own` are the items of the project, the rest only bound them."""

    network: Network
    start: datetime
    own: frozenset[int]


def read(space: Space) -> Plan | None:
    """None where nobody has planned anything: a backlog without durations and dates has no schedule."""
    rows = list(WorkItem.objects.in_spaces([space.pk]).present().order_by("rank", "id").values(*_FIELDS))
    parents = {row["parent_id"] for row in rows}
    if not any(r["duration_minutes"] is not None or r["planned_start"] or r["planned_finish"] for r in rows):
        return None
    calendars = _Space(space)
    ids = frozenset(row["id"] for row in rows)
    links = _links(ids)
    outside = _outside({source for source, *_ in links} - ids)
    bounding = {task.id for task in outside}
    tasks = tuple(_task(row, row["id"] in parents, ids, calendars) for row in rows)
    kept = tuple(link for source, _target, link in links if source in ids or str(source) in bounding)
    start = _start(space, rows, calendars.default)
    plan = StoredPlan(start, start, (*tasks, *outside), kept, calendars.used, calendars.default.id)
    return Plan(network_of(plan), start, ids)


class _Space:
    """The calendars of a space under the names by which the network knows them."""

    def __init__(self, space: Space) -> None:
        self.calendars = Calendars([space.pk], clock.today())
        self.default = self.calendars.of_space(space.pk)
        self.used: dict[str, WorkingCalendar] = {self.default.id: self.default}

    def name_of(self, calendar_id: int | None) -> str | None:
        if calendar_id not in self.calendars.rows:
            return None
        calendar = self.calendars.of_row(calendar_id)
        self.used[calendar.id] = calendar
        return calendar.id

    def calendar_of(self, row: dict[str, Any]) -> WorkingCalendar:
        name = self.name_of(row["calendar_id"])
        return self.used[name] if name else self.default


def _task(row: dict[str, Any], is_summary: bool, ids: frozenset[int], space: _Space) -> StoredTask:
    """An imported plan carries its assignments, splits and progress in `plan`; what is made here has none of that."""
    plan = row["plan"] or {}
    constraint, at = Constraint[row["constraint"]], wall_clock(row["constraint_at"])
    started, finished = wall_clock(row["actual_start"]), wall_clock(row["actual_finish"])
    start, finish = wall_clock(row["planned_start"]), wall_clock(row["planned_finish"])
    is_done = row["state__category"] == State.Category.DONE and finished is not None
    is_given = (row["is_manual"] or plan.get("is_external", False)) and not is_summary and (start or finish) is not None
    begin = start or finish or _NOWHEN
    return StoredTask(
        id=str(row["id"]),
        start=begin,
        finish=max(finish or begin, begin),
        duration=_duration(row, start, finish, space.calendar_of(row), is_summary),
        elapsed=row["is_duration_elapsed"] and not is_summary,
        parent=str(row["parent_id"]) if row["parent_id"] in ids else None,
        calendar=space.name_of(row["calendar_id"]),
        ignores_resource_calendars=plan.get("ignores_resource_calendar", False),
        constraint=constraint if at or not constraint.needs_date else Constraint.ASAP,
        constraint_date=at,
        deadline=wall_clock(row["deadline_at"]),
        percent_complete=100 if is_done else min(row["percent_complete"], 100),
        actual_start=None if is_summary else min(started, finished) if started and finished else started,
        actual_finish=None if is_summary else finished,
        stop=_read(plan.get("stop")),
        resume=_read(plan.get("resume")),
        leveling_delay=plan.get("leveling_delay_minutes") or 0,
        is_milestone=row["is_milestone"],
        is_manual=bool(is_given),
        is_active=plan.get("is_active", True),
        assignments=tuple(_assignment(one, space) for one in plan.get("assignments", ())),
        breaks=tuple((_when(first), _when(last)) for first, last in plan.get("gaps", ())),
    )


def _assignment(one: dict[str, Any], space: _Space) -> StoredAssignment:
    return StoredAssignment(
        calendar=space.name_of(one.get("calendar")), work=one.get("work_minutes") or 0, units=one.get("units") or 1,
        delay=one.get("delay_minutes") or 0, contour=one.get("contour") or 0,
        is_work=one.get("kind") in (None, "work"),
    )  # fmt: skip


def _when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _read(text: str | None) -> datetime | None:
    return _when(text) if text else None


def _duration(
    row: dict[str, Any], start: datetime | None, finish: datetime | None, calendar: WorkingCalendar, is_summary: bool
) -> float:
    """The plan's own; else the working time between the planned dates; else the estimate; else nothing."""
    if is_summary or row["is_milestone"]:
        return float(row["duration_minutes"] or 0) if not is_summary else 0.0
    if row["duration_minutes"] is not None:
        return float(max(row["duration_minutes"], 0))
    if start and finish and start < finish:
        return max(0.0, calendar.axis(start.date(), finish.date()).between(start, finish))
    return float(max(row["estimate_minutes"] or 0, 0))


def _links(ids: frozenset[int]) -> list[tuple[int, int, Link]]:
    rows = work.Link.objects.dependencies().filter(target_id__in=ids).order_by("id").values_list(
        "source_id", "target_id", "kind", "lag_minutes", "lag_percent", "is_lag_elapsed"
    )  # fmt: skip
    return [
        (source, target, Link(
            str(source), str(target), _TYPES[kind], percent if percent is not None else lag,
            lag_is_percent=percent is not None, lag_is_elapsed=elapsed,
        ))
        for source, target, kind, lag, percent, elapsed in rows
    ]  # fmt: skip


def _outside(ids: set[int]) -> list[StoredTask]:
    """Predecessors of other projects stand where their own schedule put them, else where they are planned."""
    if not ids:
        return []
    computed = dict(ComputedDates.objects.filter(item_id__in=ids).values_list("item_id", "finish"))
    rows = WorkItem.objects.present().filter(id__in=ids).order_by("id")
    found = []
    for id_, done, planned in rows.values_list("id", "actual_finish", "planned_finish"):
        at = wall_clock(done or computed.get(id_) or planned)
        if at is not None:
            found.append(StoredTask(str(id_), at, at, is_manual=True))
    return found


def _start(space: Space, rows: list[dict[str, Any]], calendar: WorkingCalendar) -> datetime:
    """The project's own start, else its earliest planned date, else today; at the hour when work begins there."""
    planned = [at for row in rows if (at := wall_clock(row["planned_start"] or row["actual_start"]))]
    given = Project.objects.filter(space=space).values_list("starts_on", flat=True).first()
    if given is None and planned:
        return min(planned)
    day = given or clock.today()
    same_day = [at for at in planned if at.date() == day]
    begin = datetime.combine(day, time(0))
    axis = calendar.axis(day, day + timedelta(days=60))
    return min(same_day) if same_day else axis.next_working(begin) if axis.total else begin
