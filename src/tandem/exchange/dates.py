"""`tandem compute dates FILE.xml`: schedule an MS Project file anew and compare with the dates that it stores.

Needs neither database nor Django: records of the reader → a stored plan → compute. Dates are wall clock, as in the file.
"""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import click
import orjson

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.agreement import Agreement, AgreementRow, agreement
from tandem.compute.scheduling.calendar import INHERITED_WEEK, CalendarException, Day, WorkingCalendar
from tandem.compute.scheduling.network import Constraint, Link, LinkType
from tandem.compute.scheduling.stored_plan import StoredAssignment, StoredPlan, StoredResource, StoredTask
from tandem.exchange.formats import Unreadable, open_source
from tandem.exchange.records import (
    AssignmentRecord,
    CalendarRecord,
    ItemRecord,
    LinkRecord,
    PlanSettings,
    ProjectRecord,
    ResourceRecord,
)

_FAR = datetime(2000, 1, 3, 8)


def dates(file: str | Path, as_json: bool = False) -> int:
    """Print the table or the JSON. 0 when it could be computed, 2 when the file is refused; a difference is no error."""
    try:
        found = agreement(stored_plan(Path(file)))
    except Unreadable as problem:
        return refuse(problem, as_json, {"where": problem.where} if problem.where else {})
    except Uncomputable as problem:
        return refuse(problem, as_json)
    click.echo(orjson.dumps(as_data(found), option=orjson.OPT_INDENT_2).decode() if as_json else _table(found))
    return 0


def as_data(found: Agreement) -> dict[str, Any]:
    """What `--json` prints. `tasks` are the automatically scheduled ones; `bound` of them are linked or constrained."""
    return {
        "tasks": found.tasks, "agree": found.agree, "share": found.share, "bound": found.bound,
        "bound_agree": found.bound_agree, "left_out": list(found.left_out), "rows": [_row(row) for row in found.rows],
    }  # fmt: skip


def stored_plan(path: Path) -> StoredPlan:
    """The plan in a file. Raises `Unreadable` for what is no schedule."""
    source = open_source(path)
    if not source.info.is_schedule:
        raise Unreadable("wrong_format", found=source.format, wanted="mspdi")
    settings = PlanSettings()
    calendars: list[CalendarRecord] = []
    people: dict[str, ResourceRecord] = {}
    items: list[ItemRecord] = []
    work: dict[str, list[AssignmentRecord]] = defaultdict(list)
    links: list[LinkRecord] = []
    for record in source.records():
        match record:
            case ProjectRecord():
                settings = record.settings or settings
            case CalendarRecord():
                calendars.append(record)
            case ResourceRecord():
                people[record.source_id] = record
            case ItemRecord():
                items.append(record)
            case AssignmentRecord():
                work[record.task].append(record)
            case LinkRecord():
                links.append(record)
    made = _calendars(calendars)
    known = {item.source_id for item in items}
    start = settings.start or min((s for item in items if isinstance(s := item.start, datetime)), default=_FAR)
    return StoredPlan(
        start=start,
        finish=settings.finish or start,
        tasks=tuple(_task(item, work[item.source_id], people, made) for item in items),
        links=tuple(_link(link) for link in links if link.source in known and link.target in known),
        calendars=made,
        calendar=settings.calendar if settings.calendar in made else "standard",
        from_start=settings.schedule_from_start,
        resources={
            one.source_id: StoredResource(one.source_id, one.name, one.max_units, one.calendar if one.calendar in made else None)
            for one in people.values() if one.kind == "work"
        },
    )  # fmt: skip


def _task(
    item: ItemRecord, work: list[AssignmentRecord], people: dict[str, ResourceRecord], calendars: dict[str, WorkingCalendar]
) -> StoredTask:
    plan = item.plan
    start, finish = _moment(item.start), _moment(item.finish)
    if plan is None:
        return StoredTask(item.source_id, start, finish, item.title, parent=item.parent_source_id)
    return StoredTask(
        id=item.source_id, start=start, finish=finish, name=item.title, duration=plan.duration_minutes or 0,
        elapsed=plan.is_elapsed, parent=item.parent_source_id,
        calendar=plan.calendar if plan.calendar in calendars else None,
        ignores_resource_calendars=plan.ignores_resource_calendar, constraint=Constraint[plan.constraint_type],
        constraint_date=plan.constraint_date, deadline=plan.deadline, percent_complete=plan.percent_complete,
        actual_start=plan.actual_start, actual_finish=plan.actual_finish, stop=plan.stop, resume=plan.resume,
        leveling_delay=plan.leveling_delay_minutes, is_milestone=plan.is_milestone, is_manual=plan.is_manual,
        is_active=plan.is_active, is_external=plan.is_external,
        assignments=tuple(_assignment(one, people, calendars) for one in work), breaks=plan.gaps,
        priority=plan.priority,
    )  # fmt: skip


def _assignment(
    record: AssignmentRecord, people: dict[str, ResourceRecord], calendars: dict[str, WorkingCalendar]
) -> StoredAssignment:
    person = people.get(record.resource or "")
    calendar = person.calendar if person else None
    return StoredAssignment(
        calendar=calendar if calendar in calendars else None, work=record.work_minutes, units=record.units,
        delay=record.delay_minutes, contour=record.contour, is_work=person is None or person.kind == "work",
        resource=record.resource or "", start=record.start, finish=record.finish,
    )  # fmt: skip


def _link(record: LinkRecord) -> Link:
    is_percent = record.lag_percent is not None
    lag = record.lag_percent if record.lag_percent is not None else record.lag_minutes
    return Link(record.source, record.target, LinkType[record.kind], lag, is_percent, record.lag_is_elapsed)


def _calendars(records: list[CalendarRecord]) -> dict[str, WorkingCalendar]:
    """By source id, bases first. A day that a base does not name is free, a derived one inherits it."""
    by_id = {record.source_id: record for record in records}
    made: dict[str, WorkingCalendar] = {}

    def build(record: CalendarRecord, above: tuple[str, ...]) -> WorkingCalendar:
        if record.source_id not in made:
            base = by_id.get(record.base or "")
            is_known = base is not None and base.source_id not in (*above, record.source_id)
            under = build(base, (*above, record.source_id)) if base is not None and is_known else None
            unset: Day | None = None if under else ()
            week = tuple(record.weekdays.get(day, unset) for day in range(len(INHERITED_WEEK)))
            exceptions = tuple(CalendarException(e.first, e.last, tuple(sorted(e.intervals))) for e in record.exceptions)
            made[record.source_id] = WorkingCalendar(record.source_id, week, exceptions, base=under)
        return made[record.source_id]

    for record in records:
        build(record, ())
    return made


def _moment(value: Any) -> datetime:
    return value if isinstance(value, datetime) else _FAR


def _row(row: AgreementRow) -> dict[str, Any]:
    return {
        "id": row.id, "name": row.name, "stored_start": row.stored_start.isoformat(),
        "stored_finish": row.stored_finish.isoformat(), "computed_start": row.computed_start.isoformat(),
        "computed_finish": row.computed_finish.isoformat(), "agrees": row.agrees, "is_bound": row.is_bound,
        "is_summary": row.is_summary,
    }  # fmt: skip


def _table(found: Agreement) -> str:
    lines = [
        f"{'=' if row.agrees else '≠'} {row.id:>5}  {row.stored_start:%Y-%m-%d %H:%M} – {row.stored_finish:%Y-%m-%d %H:%M}"
        f"  {row.computed_start:%Y-%m-%d %H:%M} – {row.computed_finish:%Y-%m-%d %H:%M}  {row.name[:40]}"
        for row in found.rows
    ]
    share = f"{found.share * 100:.1f} %" if found.share is not None else "–"
    lines.append(f"{found.agree} of {found.tasks} automatically scheduled tasks agree ({share});")
    bound = f"{found.bound_agree} of {found.bound}"
    lines.append(f"of those with a link or a constraint {bound}; dates by hand, left out: {len(found.left_out)}")
    return "\n".join(lines)


def refuse(fault: Unreadable | Uncomputable, as_json: bool, more: Mapping[str, str] = MappingProxyType({})) -> int:
    """As the other commands of compute: the code and its values on standard error, or in words."""
    told = orjson.dumps({"error": fault.code, **fault.params, **more}, default=str).decode() if as_json else str(fault)
    click.echo(told, err=True)
    return 2
