"""What a method says, as data: its shape checked, compared with another version, and our own methods read from their files. Plain functions."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from tandem.governance.models import GateCriterion
from tandem.kit.errors import Refused
from tandem.work.models import State

Content = dict[str, list[dict[str, Any]]]
STAGES = ("concept", "plan", "build", "launch", "close")
"In which of these a phase stands is said by the method: projects of different methods stand side by side."
MOST, MOST_DAYS = 60, 2000
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,39}")
# section → field → what it takes
_SHAPE: dict[str, dict[str, Any]] = {
    "states": {"name": str, "category": set(State.Category.values)},
    "phases": {"key": "key", "name": str, "stage": set(STAGES), "days": MOST_DAYS},
    "roles": {"key": "key", "name": str, "duty": ""},
    "deliverables": {"key": "key", "name": str, "phase": "phases", "checklist": [str]},
    "gates": {"key": "key", "name": str, "phase": "phases", "money": 100, "reviewers": ["roles"], "criteria": "criteria"},
    "reports": {"key": "key", "name": str, "every": 400},
    "kpis": {"key": "key", "name": str, "unit": ""},
}
CRITERIA: dict[str, Any] = {"key": "key", "text": str, "kind": set(GateCriterion.Kind.values), "limit": 1000}
SECTIONS = tuple(_SHAPE)
PARTS = ("phases", "deliverables", "gates", "roles", "reports", "kpis")
KINDS = {"phases": "phase", "deliverables": "deliverable", "gates": "gate", "roles": "role", "reports": "report", "kpis": "kpi"}


def checked(given: Any) -> Content:
    """The content with everything said, or `Refused` with the place that is wrong: unknown or missing fields, a key twice, a phase or role
    that is not there, money of all gates above 100 per cent, a phase without work, no state for open or for finished work."""
    if not isinstance(given, dict) or set(given) - set(_SHAPE):
        raise Refused("method_malformed", field="content", where=", ".join(sorted(set(given) - set(_SHAPE))) if isinstance(given, dict) else "content")
    content: Content = {section: rows_of(section, given.get(section) or [], fields) for section, fields in _SHAPE.items()}
    for section in PARTS:
        once(section, [row["key"] for row in content[section]])
    known = {section: {row["key"] for row in content[section]} for section in ("phases", "roles")}
    for row in (*content["deliverables"], *content["gates"]):
        if row["phase"] not in known["phases"]:
            raise Refused("method_phase_unknown", field="content", where=row["key"], phase=row["phase"])
    for gate in content["gates"]:
        if wrong := set(gate["reviewers"]) - known["roles"]:
            raise Refused("method_role_unknown", field="content", where=gate["key"], role=", ".join(sorted(wrong)))
    if sum(gate["money"] for gate in content["gates"]) > 100:
        raise Refused("method_money", field="content")
    _check_whole(content)
    return content


def _check_whole(content: Content) -> None:
    if not content["phases"]:
        raise Refused("method_without_phase", field="content")
    gated = [gate["phase"] for gate in content["gates"]]
    if len(gated) != len(set(gated)):
        raise Refused("method_two_gates", field="content")
    categories = {row["category"] for row in content["states"]}
    if content["states"] and not {State.Category.TO_DO, State.Category.DONE} <= categories:
        raise Refused("method_states", field="content")
    order = [row["key"] for row in content["phases"]]
    content["gates"].sort(key=lambda gate: order.index(gate["phase"]))


def rows_of(section: str, given: Any, fields: dict[str, Any]) -> list[dict[str, Any]]:
    if not isinstance(given, list) or len(given) > MOST:
        raise Refused("method_malformed", field="content", where=section)
    return [_row(f"{section} {number}", row, fields) for number, row in enumerate(given, 1)]


def _row(where: str, given: Any, fields: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(given, dict) or set(given) - set(fields):
        raise Refused("method_malformed", field="content", where=where)
    return {name: _value(f"{where} {name}", given.get(name), what) for name, what in fields.items()}


def _value(where: str, value: Any, what: Any) -> Any:
    if what == "criteria":
        rows = [_row(f"{where} {number}", row, CRITERIA) for number, row in enumerate(value if isinstance(value, list) else [], 1)]
        once(where, [row["key"] for row in rows])
        return rows[:MOST]
    if isinstance(what, int):
        value = 0 if value is None else value
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= what
    elif isinstance(what, list):
        value = value or []
        fits = isinstance(value, list) and len(value) <= MOST and all(isinstance(one, str) and 0 < len(one.strip()) <= 300 for one in value)
    elif isinstance(what, set):
        fits = isinstance(value, str) and value in what
    elif what == "key":
        fits = isinstance(value, str) and bool(_KEY.fullmatch(value))
    elif what == "":
        value = value or ""
        fits = isinstance(value, str) and len(value) <= 300
    else:
        fits = isinstance(value, str) and 0 < len(value.strip()) <= 200
    if not fits:
        raise Refused("method_malformed", field="content", where=where)
    return [one.strip() for one in value] if isinstance(value, list) else value.strip() if isinstance(value, str) else value


def once(where: str, keys: list[str]) -> None:
    twice = {key for key in keys if keys.count(key) > 1}
    if twice:
        raise Refused("method_key_twice", field="content", where=where, key=", ".join(sorted(twice)))


@dataclass(frozen=True, slots=True)
class Difference:
    """What one part of a version is against another: `was` and `now` are its rows, None where it is not there."""

    section: str
    key: str
    was: dict[str, Any] | None
    now: dict[str, Any] | None

    @property
    def name(self) -> str:
        row = self.now or self.was or {}
        return str(row.get("name") or row.get("title") or self.key)

    @property
    def what(self) -> str:
        return "added" if self.was is None else "removed" if self.now is None else "changed"

    @property
    def fields(self) -> list[str]:
        return [name for name in self.now if self.now[name] != self.was.get(name)] if self.was and self.now else []


def compared(before: Content, after: Content, sections: Iterable[str] = SECTIONS) -> list[Difference]:
    """Part by part in the order of the later version, what was removed last; states by their names."""
    found = []
    for section in sections:
        by = "name" if section == "states" else "key"
        was, now = ({row[by]: row for row in content.get(section, [])} for content in (before, after))
        found += [Difference(section, key, was.get(key), row) for key, row in now.items() if was.get(key) != row]
        found += [Difference(section, key, row, None) for key, row in was.items() if key not in now]
    return found


@dataclass(frozen=True, slots=True)
class Shipped:
    key: str
    name: str
    purpose: str
    content: Content


@cache
def _files() -> dict[str, dict[str, Any]]:
    folder = resources.files("tandem.governance") / "data" / "methods"
    read = [tomllib.loads(file.read_text("utf-8")) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {one["key"]: one for one in sorted(read, key=lambda one: str(one["key"]))}


def shipped(language: str) -> dict[str, Shipped]:
    """Our own methods, in the words of a language."""
    return {key: _shipped(key, "zh" if language.startswith("zh") else "en") for key in _files()}


@cache
def _shipped(key: str, language: str) -> Shipped:
    at = 1 if language == "zh" else 0
    raw = _files()[key]
    states = [{"name": row[at], "category": row[2]} for row in raw["states"]]
    plain = {section: in_language(raw.get(section, []), at) for section in SECTIONS if section != "states"}
    return Shipped(key, raw["name"][at], raw["purpose"][at], checked({**plain, "states": states}))


def in_language(value: Any, at: int) -> Any:
    """Pairs of texts become the one of the language; lists of rows are walked."""
    if isinstance(value, dict):
        return {key: (inner if key == "reviewers" else in_language(inner, at)) for key, inner in value.items()}
    if isinstance(value, list):
        is_pair = len(value) == 2 and all(isinstance(one, str) for one in value)
        return value[at] if is_pair else [in_language(one, at) for one in value]
    return value
