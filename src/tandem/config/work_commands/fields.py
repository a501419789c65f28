"""`field=value` of the command line, as the API takes it."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import click

from tandem.config.work_commands import showing
from tandem.config.work_commands.asking import Api, Row, clean, one_of
from tandem.config.work_commands.words import _
from tandem.kit.dates import parse_minutes

_PRIORITIES = {"urgent": 1, "high": 2, "medium": 3, "low": 4}
_CLASSES = ("expedite", "fixed_date", "standard", "intangible")
_EMPTY = ("", "none", "无")


class _Said(Exception):
    """What cannot be read, in words."""


def _priority(api: Api, space: int, text: str, row: Row | None) -> Any:
    known = _PRIORITIES | {word.casefold(): number for number, word in showing.priorities().items()}
    found = known.get(text.casefold(), int(text) if text in "1234" else None)
    if found is None:
        raise _Said(_("Priorities are urgent, high, medium and low."))
    return found


def _read_day(text: str) -> str:
    near = {"today": 0, "tomorrow": 1, "yesterday": -1, "今天": 0, "明天": 1, "昨天": -1}
    if text.casefold() in near:
        return (date.today() + timedelta(days=near[text.casefold()])).isoformat()
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise _Said(_("Write dates as 2027-02-12.")) from None


def _day(api: Api, space: int, text: str, row: Row | None) -> str:
    return _read_day(text)


def day(text: str) -> str:
    try:
        return _read_day(text.strip())
    except _Said as problem:
        raise click.UsageError(f"{clean(text)}: {problem}") from None


def _time(api: Api, space: int, text: str, row: Row | None) -> int:
    try:
        return parse_minutes(text)
    except ValueError:
        raise _Said(_("Write a time such as 1h 30m, 1.5h or 90m.")) from None


def _number(api: Api, space: int, text: str, row: Row | None) -> float:
    try:
        return float(text)
    except ValueError:
        raise _Said(_("Write a number.")) from None


def _labels(api: Api, space: int, text: str, row: Row | None) -> list[str]:
    """`a,b` are all of them; `+a` comes to those that are there, `-a` goes."""
    now = list(row["labels"]) if row else []
    for one in (part.strip() for part in text.split(",")):
        if one[:1] not in ("+", "-"):
            return list(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
        now = [label for label in now if label != one[1:]] + ([one[1:]] if one[0] == "+" else [])
    return now


def _people(api: Api, space: int, text: str, row: Row | None) -> list[int]:
    return [api.person(part.strip())["id"] for part in text.split(",") if part.strip()]


def _class(api: Api, space: int, text: str, row: Row | None) -> str:
    if text.replace("-", "_") not in _CLASSES:
        raise _Said(_("Classes of service are: %(names)s.") % {"names": ", ".join(_CLASSES)})
    return text.replace("-", "_")


def _text(api: Api, space: int, text: str, row: Row | None) -> str:
    return text.replace("\\n", "\n")


# name → (field of the API, how it is read, what empties it)
_Reader = Callable[[Api, int, str, Row | None], Any]
NAMES: dict[str, tuple[str, _Reader, Any]] = {
    "title": ("title", _text, ""),
    "description": ("description", _text, ""),
    "priority": ("priority", _priority, None),
    "due": ("due_on", _day, None),
    "points": ("estimate_points", _number, None),
    "estimate": ("estimate_minutes", _time, None),
    "labels": ("labels", _labels, []),
    "assignee": ("assignee_ids", _people, []),
    "class": ("service_class", _class, "standard"),
    "type": ("type_id", lambda api, space, text, row: one_of(text, api.types(space))["id"], None),
    "parent": ("parent_id", lambda api, space, text, row: api.item(text)["id"], None),
    "state": ("state_id", lambda api, space, text, row: one_of(text, api.states(space))["id"], None),
}
_ALIASES = {
    "label": "labels", "assignees": "assignee", "标题": "title", "说明": "description", "优先级": "priority", "到期": "due", "点数": "points", "估算": "estimate",
    "标签": "labels", "负责人": "assignee", "类型": "type", "父项": "parent", "状态": "state", "服务类别": "class",
}  # fmt: skip


def _own(api: Api, space: int, name: str, text: str) -> tuple[str, Any] | None:
    """A field of the project's own by its word in filters or its name; people by theirs. What it takes, the server says."""
    for field in api.own_fields(space):
        if name.casefold() in (field["word"], field["name"].casefold()):
            if text.casefold() in _EMPTY:
                return field["key"], None
            people = _people(api, space, text, None) if field["kind"] == "person" else []
            return field["key"], (people if field["is_several"] else people[0]) if people else text
    return None


def read(api: Api, space: int, given: tuple[str, ...], row: Row | None = None) -> Row:
    found: Row = {}
    for one in given:
        name, equals, text = one.partition("=")
        known = NAMES.get(_ALIASES.get(name, name))
        if equals and known is None and (own := _own(api, space, name.strip(), text.strip())):
            found["fields"] = {**found.get("fields", row["fields"] if row else {}), own[0]: own[1]}
            continue
        if not equals or known is None:
            raise click.UsageError(
                _("“%(given)s” is no field=value. Fields are: %(names)s.")
                % {"given": clean(one), "names": ", ".join(NAMES)}
            )
        field, reader, empty = known
        try:
            found[field] = empty if text.strip().casefold() in _EMPTY else reader(api, space, text.strip(), row)
        except _Said as problem:
            raise click.UsageError(f"{clean(one)}: {problem}") from None
    return found
