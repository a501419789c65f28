"""A project's rows as a network of compute: activities, links, calendars, and what lies outside of it."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from tandem.compute.scheduling.calendar import WorkingCalendar
from tandem.compute.scheduling.network import Activity, Constraint, Link, LinkType, Network
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
    calendars = Calendars([space.pk], clock.today())
    default = calendars.of_space(space.pk)
    ids = frozenset(row["id"] for row in rows)
    links = _links(ids)
    outside = _outside({source for source, *_ in links} - ids)
    bounding = {activity.id for activity in outside}
    used: dict[str, WorkingCalendar] = {default.id: default}
    activities = []
    for row in rows:
        calendar = calendars.of_row(row["calendar_id"]) if row["calendar_id"] in calendars.rows else None
        if calendar is not None:
            used[calendar.id] = calendar
        activities.append(_activity(row, row["id"] in parents, ids, calendar, default))
    kept = [link for source, target, link in links if source in ids or str(source) in bounding]
    return Plan(Network((*activities, *outside), tuple(kept), used, default.id), _start(space, rows), ids)


def _activity(
    row: dict[str, Any], is_summary: bool, ids: frozenset[int], calendar: WorkingCalendar | None, default: WorkingCalendar
) -> Activity:
    plan = row["plan"] or {}
    is_done = row["state__category"] == State.Category.DONE
    constraint = Constraint[row["constraint"]]
    at = wall_clock(row["constraint_at"])
    started, finished = wall_clock(row["actual_start"]), wall_clock(row["actual_finish"])
    start, finish = wall_clock(row["planned_start"]), wall_clock(row["planned_finish"])
    is_manual = row["is_manual"] and not is_summary and (start is not None or finish is not None)
    if started and finished and finished < started:
        started = finished
    return Activity(
        str(row["id"]),
        duration=_duration(row, start, finish, calendar or default, is_summary),
        elapsed=row["is_duration_elapsed"] and not is_summary,
        calendar=calendar.id if calendar else None,
        constraint=constraint if at or not constraint.needs_date else Constraint.ASAP,
        constraint_date=at,
        deadline=wall_clock(row["deadline_at"]),
        percent_complete=100 if is_done and finished else min(row["percent_complete"], 100),
        actual_start=None if is_summary else started,
        actual_finish=None if is_summary else finished,
        is_manual=is_manual,
        manual_start=start if is_manual else None,
        manual_finish=max(finish, start) if is_manual and start and finish else finish if is_manual else None,
        parent=str(row["parent_id"]) if row["parent_id"] in ids else None,
        is_milestone=row["is_milestone"],
        is_active=plan.get("is_active", True),
        leveling_delay=plan.get("leveling_delay_minutes") or 0,
    )


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


def _outside(ids: set[int]) -> list[Activity]:
    """Predecessors of other projects stand where their own schedule put them, else where they are planned."""
    if not ids:
        return []
    computed = dict(ComputedDates.objects.filter(item_id__in=ids).values_list("item_id", "finish"))
    rows = WorkItem.objects.present().filter(id__in=ids).order_by("id")
    found = []
    for id_, done, planned in rows.values_list("id", "actual_finish", "planned_finish"):
        at = wall_clock(done or computed.get(id_) or planned)
        if at is not None:
            found.append(Activity(str(id_), is_manual=True, manual_start=at, manual_finish=at))
    return found


def _start(space: Space, rows: list[dict[str, Any]]) -> datetime:
    """The project's own start, else its earliest planned date, else today."""
    given = Project.objects.filter(space=space).values_list("starts_on", flat=True).first()
    if given:
        return datetime.combine(given, time(0))
    planned = [at for row in rows if (at := wall_clock(row["planned_start"] or row["actual_start"]))]
    return min(planned) if planned else datetime.combine(clock.today(), time(0))
