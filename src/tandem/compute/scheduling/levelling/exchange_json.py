"""Problems and plans as JSON: docs/reference/schemas/schedule-problem.schema.json and schedule-plan.schema.json.

The properties are the fields of the dataclasses. An activity may give `duration`, `effort`, `units` and `demand`
itself instead of a list of one mode; a link's type is its name.
"""

import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

from tandem.compute.errors import Uncomputable
from tandem.compute.scheduling.levelling.plan import Plan
from tandem.compute.scheduling.levelling.problem import (
    Activity,
    Calendar,
    Link,
    Mode,
    Problem,
    Project,
    Resource,
)
from tandem.compute.scheduling.network import LinkType

Row = dict[str, Any]
Made = TypeVar("Made", Activity, Calendar, Link, Mode, Project, Resource)
MODE = tuple(one.name for one in fields(Mode))
PARTS = ("activities", "links", "resources", "calendars", "projects")
_INTS = {
    "capacity", "duration", "effort", "units", "release", "deadline", "weight", "priority", "mode", "pinned", "started",
    "remaining", "in_force", "lag", "max_lag", "now",
}  # fmt: skip
_BOOLS = {"is_renewable", "is_deadline_hard"}
_WORDS = {"id", "project", "calendar", "predecessor", "successor"}
_TYPES: dict[str, tuple[str, type]] = {
    **dict.fromkeys(_INTS, ("integer", int)),
    **dict.fromkeys(_BOOLS, ("boolean", bool)),
    **dict.fromkeys(_WORDS, ("string", str)),
}
_KNOWN: dict[Any, dict[str, Any]] = {
    kind: {one.name: one for one in fields(kind)}
    for kind in (Activity, Calendar, Link, Mode, Project, Resource)
}
_REQUIRED: dict[Any, list[str]] = {
    kind: [key for key, one in known.items() if one.default is MISSING and one.default_factory is MISSING]
    for kind, known in _KNOWN.items()
}


def problem_from_json(text: str) -> Problem:
    """A problem from JSON text.

    Raises `Uncomputable` json_unreadable, field_unknown, field_missing or field_type (with the kind of row, its
    id and the value) and whatever `Problem` refuses."""
    try:
        told = json.loads(text)
    except ValueError as broken:
        raise Uncomputable("json_unreadable", value=str(broken)) from broken
    except RecursionError as broken:
        raise Uncomputable("json_unreadable", value="nested too deeply") from broken
    if not isinstance(told, dict):
        raise Uncomputable("json_unreadable", value=type(told).__name__)
    for name in told:
        if name not in (*PARTS, "now", "$schema"):
            raise Uncomputable("field_unknown", row="problem", value=name)
    rows = {name: _rows(told, name) for name in PARTS}
    now = _typed("problem", None, "now", told.get("now", 0))
    return Problem(
        tuple(_made(Activity, _with_modes(row)) for row in rows["activities"]),
        tuple(_made(Link, _with_type(row)) for row in rows["links"]),
        tuple(_made(Resource, _with_tuples(row, "steps", 2)) for row in rows["resources"]),
        tuple(
            _made(Calendar, _with_tuples(_with_pattern(row), "exceptions", 3)) for row in rows["calendars"]
        ),
        tuple(_made(Project, row) for row in rows["projects"]),
        now,
    )


def problem_to_json(problem: Problem) -> Row:
    """The same problem as plain data: what is left at its default is left out."""
    told: Row = {"now": problem.now} if problem.now else {}
    for name in PARTS:
        rows = [_told(one) for one in getattr(problem, name)]
        if rows or name == "activities":
            told[name] = rows
    return told


def plan_to_json(plan: Plan, *, is_valid: bool | None = None) -> Row:
    """A plan as plain data, one row for each activity."""
    rows = zip(plan.ids, plan.starts.tolist(), plan.finishes.tolist(), plan.modes.tolist(), strict=True)
    return {
        "makespan": plan.makespan,
        "bound": plan.bound,
        "gap": plan.gap,
        "seconds": plan.seconds,
        "evaluations": plan.evaluations,
        "valid": is_valid,
        "objective": plan.objective._asdict(),
        "engine": plan.engine,
        "seed": plan.seed,
        "hash": plan.hash,
        "activities": [{"id": i, "start": s, "finish": f, "mode": m} for i, s, f, m in rows],
    }


def _rows(told: Row, name: str) -> list[Row]:
    rows = told.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Uncomputable(
            "field_type", row="problem", field=name, value=type(rows).__name__, expected="objects"
        )
    return rows


def _made(kind: type[Made], row: Row) -> Made:
    known = _KNOWN[kind]
    name = kind.__name__.lower()
    who = row.get("id", row.get("successor"))
    for key, value in row.items():
        if key not in known:
            raise Uncomputable("field_unknown", row=name, id=who, value=key)
        if value is not None or known[key].default is not None:
            _typed(name, who, key, value)
    for key in _REQUIRED[kind]:
        if row.get(key) is None:
            raise Uncomputable("field_missing", row=name, id=who, value=key)
    return kind(**row)


def _typed(row: str, who: object, key: str, value: Any) -> Any:
    """The value, when it is of the field's type."""
    expected, right = _TYPES.get(key, ("", object))
    if not isinstance(value, right) or (right is int and isinstance(value, bool)):
        raise Uncomputable("field_type", row=row, id=who, field=key, value=value, expected=expected)
    return value


def _refuse(row: Row, key: str, expected: str) -> None:
    raise Uncomputable(
        "field_type", id=row.get("id", row.get("successor")), field=key, value=row[key], expected=expected
    )


def _with_modes(row: Row) -> Row:
    """An activity whose own duration and demand are its one mode; a list of two is when it was done."""
    row = dict(row)
    own = {key: row.pop(key) for key in MODE if key in row}
    given = row.get("modes")
    if own and given is not None:
        raise Uncomputable("modes_twice", activity=row.get("id"), value=sorted(own))
    if given is not None and (not isinstance(given, list) or not all(isinstance(one, dict) for one in given)):
        _refuse(row, "modes", "objects")
    row["modes"] = tuple(_mode(row, one) for one in (given if given is not None else [own]))
    if row.get("finished") is not None:
        row["finished"] = _numbers(row, "finished", row["finished"], 2)
    return row


def _mode(activity: Row, row: Row) -> Mode:
    demand = row.get("demand", {})
    if not isinstance(demand, dict) or not all(type(units) is int for units in demand.values()):
        raise Uncomputable(
            "field_type", id=activity.get("id"), field="demand", value=demand, expected="integers"
        )
    return _made(Mode, row)


def _with_type(row: Row) -> Row:
    name = row.get("type", "FS")
    if not isinstance(name, str) or name not in LinkType.__members__:
        _refuse(row, "type", "FS, SS, FF or SF")
    return {**row, "type": LinkType[name]}


def _with_pattern(row: Row) -> Row:
    pattern = row.get("pattern", [True])
    if not isinstance(pattern, list) or not all(type(works) is bool for works in pattern):
        _refuse(row, "pattern", "booleans")
    return {**row, "pattern": tuple(pattern)}


def _with_tuples(row: Row, key: str, size: int) -> Row:
    if row.get(key) is None:
        return {name: value for name, value in row.items() if name != key}
    if not isinstance(row[key], list):
        _refuse(row, key, "list")
    return {**row, key: tuple(_numbers(row, key, one, size) for one in row[key])}


def _numbers(row: Row, key: str, value: Any, size: int) -> tuple[int, ...]:
    """Two integers, or two and whether the slots between them are worked (also told as 1 or 0)."""
    right = isinstance(value, list) and len(value) == size and all(type(one) is int for one in value[:2])
    if not right or value[2:] not in ([], [0], [1]):
        _refuse(row, key, "2 integers" if size == 2 else "2 integers and a boolean")
    return (*value[:2], *map(bool, value[2:]))


def _told(one: Any) -> Row:
    row: Row = {}
    for field in fields(one):
        value = getattr(one, field.name)
        default = field.default_factory() if field.default_factory is not MISSING else field.default
        if value == default and field.name != "modes":
            continue
        if isinstance(value, LinkType):
            value = value.name
        elif field.name == "modes":
            modes = [_told(mode) for mode in value]
            if len(modes) == 1:
                row |= modes[0]
                continue
            value = modes
        elif isinstance(value, Mapping):
            value = dict(value)
        elif isinstance(value, tuple):
            value = [list(part) if isinstance(part, tuple) else part for part in value]
        row[field.name] = value
    return row
