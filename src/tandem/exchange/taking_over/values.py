"""One item record as the fields of a work item. What does not fit is named in the tally, never dropped silently."""

import re
from datetime import date, datetime
from typing import Any

from tandem.exchange.formats import states
from tandem.exchange.records import ItemRecord, PlanFields, Value
from tandem.exchange.taking_over.basics import state_of, type_of
from tandem.exchange.taking_over.context import DAY_END, DAY_START, Taking
from tandem.exchange.taking_over.texts import checklists, markdown
from tandem.work.models import State, WorkItem

_P = WorkItem.Priority
_PRIORITIES = {
    "urgent": _P.URGENT, "blocker": _P.URGENT, "highest": _P.URGENT, "critical": _P.URGENT, "紧急": _P.URGENT, "最高": _P.URGENT,
    "high": _P.HIGH, "major": _P.HIGH, "高": _P.HIGH, "较高": _P.HIGH,
    "medium": _P.MEDIUM, "normal": _P.MEDIUM, "中": _P.MEDIUM, "普通": _P.MEDIUM,
    "low": _P.LOW, "lowest": _P.LOW, "minor": _P.LOW, "trivial": _P.LOW, "低": _P.LOW, "较低": _P.LOW, "最低": _P.LOW,
}  # fmt: skip
_OWN_WORDS = {"urgent", "high", "medium", "low"}
_MAX_INT = 2**31 - 1
_COLUMN = 2.0**40  # ranks of a source that counts within each column: a list of all items goes column by column
_BASE36 = "0123456789abcdefghijklmnopqrstuvwxyz"


def values_of(taking: Taking, record: ItemRecord, position: int) -> dict[str, Any]:
    """Everything but people, parent, sprints and number."""
    state = state_of(taking, record.state)
    plan = record.plan
    values: dict[str, Any] = {
        "title": _cut(taking, record.title or record.key or "?", 1000, "title", record),
        "description": _description(taking, record), "description_format": "markdown",
        "type": type_of(taking, record.type), "state": state,
        "priority": _priority(record.priority),
        "labels": [_cut(taking, label, 200, "label", record) for label in record.labels],
        "fields": _fields(taking, record), "rank": taking.columns.get(record.state, 0) * _COLUMN + _rank(record.rank, position),
        "due_on": taking.day(record.due), "estimate_points": record.estimate_points,
        "estimate_minutes": _whole(record.estimate_minutes), "spent_minutes": _whole(record.spent_minutes),
        "planned_start": taking.clock(record.start, DAY_START), "planned_finish": taking.clock(record.finish, DAY_END),
        "created_at": taking.moment(record.created), "updated_at": taking.moment(record.updated or record.created),
        "removed_at": None,
    }  # fmt: skip
    resolved = taking.moment(record.resolved, DAY_END)
    done = state.category == State.Category.DONE
    values["actual_finish"] = resolved if done else None
    values["is_given_up"] = done and states.is_no_result(record.resolution)
    values["actual_start"] = None
    if record.is_archived and not done and plan is None:
        taking.archived += 1
        values["removed_at"] = values["updated_at"] or values["created_at"]
    if plan is not None:
        values |= _plan_values(taking, record, plan, done)
    if record.watchers:
        taking.tally.add("watchers", "watchers", record.key, len(record.watchers))
    taking.happened(values["created_at"], values["updated_at"], resolved)
    return {k: v for k, v in values.items() if v is not None or k not in ("created_at", "updated_at")}


def _priority(name: str) -> int | None:
    """"Major - P3" is major: what stands behind the word is how the source sorts."""
    plain = name.strip().lower()
    return _PRIORITIES.get(plain) or _PRIORITIES.get(re.split(r"[\s(:-]", plain, maxsplit=1)[0])


def _description(taking: Taking, record: ItemRecord) -> str:
    text = markdown(record.description, record.description_format)
    names = {key: user.name for key, user in taking.people.items()}
    return "\n\n".join(filter(None, [text, checklists(record.checklists, names) if record.checklists else ""]))


def _fields(taking: Taking, record: ItemRecord) -> dict[str, Any]:
    """The source's custom fields, and what has no column here under the name people know."""
    found: dict[str, Any] = {name[:200]: _json(value) for name, value in record.fields.items()}
    extra: dict[str, Any] = {
        "Priority": record.priority if record.priority.strip().lower() not in _OWN_WORDS else "",
        "Resolution": record.resolution, "Parent": record.parent_outside,
        "Epic": record.epic if not record.parent_source_id else "", "Components": list(record.components),
        "Versions": list(record.versions), "Project": record.project if taking.info.format in ("jira-csv", "jira-xml", "csv", "xlsx") else "",
        "Remaining minutes": _whole(record.remaining_minutes), "URL": record.url,
        "Archived": True if record.is_archived else "",
    }  # fmt: skip
    creator = taking.people.get(record.creator or "")
    if creator is not None and record.creator != record.reporter:
        extra["Creator"] = creator.name
    for name, value in extra.items():
        if value not in ("", None, []):
            found.setdefault(name, value)
    return found


def _json(value: Value) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return value.isoformat() if isinstance(value, datetime | date) else value


def _cut(taking: Taking, text: str, limit: int, what: str, record: ItemRecord) -> str:
    if len(text) <= limit:
        return text
    taking.tally.add(what, "too_long", record.key or record.source_id)
    return text[: limit - 1] + "…"


def _whole(minutes: float | None) -> int | None:
    return None if minutes is None else max(-_MAX_INT, min(_MAX_INT, round(minutes)))


def _rank(rank: str | float | None, position: int) -> float:
    """Numbers as they are; Jira's LexoRank ("0|i00abc:") by its first ten digits; else the order of the file."""
    if isinstance(rank, float | int):
        return min(float(rank), _COLUMN - 1)
    found = re.match(r"\d\|([0-9a-z]+)", rank or "")
    if found:
        digits = found[1][:10].ljust(10, "0")
        return sum(_BASE36.index(c) * 36.0 ** (9 - at) for at, c in enumerate(digits)) / 36.0**4
    return position * 1024.0


def _plan_values(taking: Taking, record: ItemRecord, plan: PlanFields, done: bool) -> dict[str, Any]:
    """Columns for what every plan has, JSON for what only its computation needs. Wall clock there, as in the source."""
    return {
        "duration_minutes": _whole(plan.duration_minutes), "is_duration_elapsed": plan.is_elapsed,
        "percent_complete": max(0, min(100, round(plan.percent_complete))),
        "is_milestone": plan.is_milestone, "is_summary": plan.is_summary, "is_manual": plan.is_manual,
        "constraint": plan.constraint_type, "constraint_at": taking.clock(plan.constraint_date),
        "deadline_at": taking.clock(plan.deadline), "calendar": taking.calendars.get(plan.calendar or ""),
        "actual_start": taking.clock(plan.actual_start),
        "actual_finish": taking.clock(plan.actual_finish) or (taking.clock(record.resolved) if done else None),
        "plan": plan_json(plan),
    }  # fmt: skip


def plan_json(plan: PlanFields) -> dict[str, Any]:
    keys = (
        "row", "outline_level", "wbs", "is_estimated", "remaining_minutes", "work_minutes", "percent_work_complete",
        "physical_percent_complete", "is_active", "is_external", "is_critical", "ignores_resource_calendar", "task_type",
        "is_effort_driven", "priority", "leveling_delay_minutes", "leveling_delay_is_elapsed", "total_slack_minutes",
        "free_slack_minutes",
    )  # fmt: skip
    found: dict[str, Any] = {key: getattr(plan, key) for key in keys}
    found["stop"] = plan.stop.isoformat() if plan.stop else None
    found["resume"] = plan.resume.isoformat() if plan.resume else None
    found["gaps"] = [[start.isoformat(), finish.isoformat()] for start, finish in plan.gaps]
    return found
