"""What `tandem work settings` reads in `field=value`: names become numbers, yes and no become true and false; `field:=JSON` stands as it is."""

import json
from typing import Any

import click

from tandem.config.work_commands.asking import Api, Row, clean, one_of
from tandem.config.work_commands.words import _

_FLAGS = {
    "stops", "is_split", "is_waiting", "is_given_up", "is_required", "is_on_cards", "is_several", "is_deep", "is_guarded", "is_on", "is_for", "counts_working_days",
}  # fmt: skip
_NUMBERS = {"most", "least", "place", "days", "level", "due_after", "approvals", "priority", "estimate_minutes", "estimate_points"}
_LISTS = {"choices", "roles", "required", "approver_roles", "labels", "on_cards", "about"}
# field → (field of the API, list in which its name stands)
_NAMED = {
    "column": ("column_id", "columns"), "from": ("from_state_id", "states"), "to": ("to_state_id", "states"), "into": ("into_id", "states"),
    "start": ("start_id", "states"), "stop": ("stop_id", "states"), "type": ("type_id", "types"), "template": ("template_id", "item-templates"),
    "sprint": ("sprint_id", "sprints"), "person": ("person_id", "people"), "assignee": ("assignee_id", "people"),
    "states": ("state_ids", "states"), "types": ("type_ids", "types"), "approvers": ("approver_ids", "people"),
}  # fmt: skip
_YES, _NO, _NOTHING = {"yes", "true", "1", "是"}, {"no", "false", "0", "否"}, {"none", "无"}


def read(api: Api, space_id: int, given: tuple[str, ...], plain: frozenset[str] = frozenset()) -> Row:
    found: Row = {}
    for one in given:
        name, equals, text = one.partition("=")
        if not equals or not name.strip(":").isidentifier():
            raise click.UsageError(_("“%(given)s” is no field=value.") % {"given": clean(one)})
        if name.endswith(":"):
            found[name[:-1]] = _json(one, text)
            continue
        field, value = (name, text) if name in plain else _value(api, space_id, name, text)
        found[field] = value
    return found


def _value(api: Api, space_id: int, name: str, text: str) -> tuple[str, Any]:
    if name in _NAMED:
        field, path = _NAMED[name]
        if text.casefold() in _NOTHING:
            return field, [] if field.endswith("_ids") else None
        parts = [part.strip() for part in text.split(",")] if field.endswith("_ids") else [text]
        numbers = [_named(api, space_id, path, part) for part in parts if part]
        return field, numbers if field.endswith("_ids") else numbers[0]
    if name in _LISTS:
        return name, [] if text.casefold() in _NOTHING else [part.strip() for part in text.split(",") if part.strip()]
    if name in _FLAGS:
        if text.casefold() not in _YES | _NO:
            raise click.UsageError(_("“%(given)s”: say yes or no.") % {"given": clean(f"{name}={text}")})
        return name, text.casefold() in _YES
    if text.casefold() in _NOTHING:
        return name, None
    return name, _number(name, text) if name in _NUMBERS or name.endswith("_id") else text.replace("\\n", "\n")


def _named(api: Api, space_id: int, path: str, text: str) -> int:
    if path == "people":
        return int(api.person(text)["id"])
    rows = list(api.rows(f"{path}/", most=1000, space_id=space_id))
    if text.isdigit() and any(row["id"] == int(text) for row in rows):
        return int(text)
    return int(one_of(text, rows)["id"])


def _number(name: str, text: str) -> float:
    try:
        return int(text) if text.lstrip("-").isdigit() else float(text)
    except ValueError:
        raise click.UsageError(_("“%(given)s”: write a number.") % {"given": clean(f"{name}={text}")}) from None


def _json(one: str, text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as problem:
        raise click.UsageError(_("“%(given)s” holds no JSON: %(why)s") % {"given": clean(one), "why": problem}) from None
