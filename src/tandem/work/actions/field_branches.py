"""A choice whose list depends on another one: country, then city. What may be chosen, and what happens when the first one changes."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.work.models import FieldDefinition

_K = FieldDefinition.Kind
DEEPEST = 5


def settled(space_id: int, kind: str, values: dict[str, Any], field: FieldDefinition | None = None) -> dict[str, Any]:
    """With `depends_on` (the key of a choice of the same space) the list is made of `branches`: value of the first → values of this."""
    key = values.get("depends_on") or ""
    if not key:
        return values | {"depends_on": "", "branches": {}}
    if kind != _K.CHOICE or values.get("is_several"):
        raise Refused("field_branch_kind", field="depends_on")
    known = {one.key: one for one in FieldDefinition.objects.filter(space=space_id).active()}
    first = known.get(key)
    if first is None or first.kind != _K.CHOICE or first.is_several:
        raise Refused("field_branch_kind", field="depends_on")
    _check_circle(known, key, field.key if field is not None else "")
    branches = _cleaned(values.get("branches"))
    if unknown := [value for value in branches if value not in first.choices]:
        raise Refused("field_branch_unknown", field="branches", name=first.name, value=unknown[0])
    ordered = {value: branches[value] for value in first.choices if branches.get(value)}
    return values | {"depends_on": key, "branches": ordered, "choices": list(dict.fromkeys(one for some in ordered.values() for one in some))}


def _cleaned(given: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for first, some in (given or {}).items() if isinstance(given, dict) else ():
        if not isinstance(some, list) or not all(isinstance(one, str) for one in some):
            raise Refused("choice_unknown", field="branches")
        found[str(first).strip()] = list(dict.fromkeys(one.strip()[:100] for one in some if one.strip()))
    return found


def _check_circle(known: dict[str, FieldDefinition], key: str, own: str) -> None:
    for _step in range(DEEPEST):
        if key == own:
            raise Refused("field_branch_circle", field="depends_on")
        if key not in known or not known[key].depends_on:
            return
        key = known[key].depends_on
    raise Refused("field_branch_circle", field="depends_on")


def kept(own: dict[str, FieldDefinition], before: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    """A value that its first value does not lead to is refused; one that only lost its ground, because the first changed, goes."""
    for field in sorted((f for f in own.values() if f.depends_on), key=lambda f: _depth(own, f)):
        value, first = found.get(field.key), own.get(field.depends_on)
        if value is None or first is None or first.kind != _K.CHOICE or first.is_several:
            continue
        offered = field.branches.get(str(found.get(first.key) or ""), [])
        if value in offered:
            continue
        if value != before.get(field.key):
            raise Refused("field_branch", field="fields", name=field.name, first=first.name, choices=", ".join(offered) or "–")
        if found.get(first.key) != before.get(first.key):
            found.pop(field.key)
    return found


def _depth(own: dict[str, FieldDefinition], field: FieldDefinition) -> int:
    depth = 0
    while field.depends_on in own and depth < DEEPEST:
        field, depth = own[field.depends_on], depth + 1
    return depth


def check_unused(field: FieldDefinition) -> None:
    """Others take their list from it."""
    users = FieldDefinition.objects.filter(space=field.space_id, depends_on=field.key).active().values_list("name", flat=True)
    if users:
        raise Refused("field_used", name=field.name, users=", ".join(users))
