"""The fields of a team's own: who defines them, and the rule that every value keeps.

Imports (`imports`, `replays`, `work_items.create_many`) are exempt: they write down what the source says.
"""

import re
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space, User
from tandem.work.actions import derived, field_branches, formulas, inheritance
from tandem.work.models import FieldDefinition, WorkItem, WorkItemType
from tandem.work.models.field_values import taken

_DO = Permission.EDIT_PLAN
MOST_FIELDS, MOST_CHOICES = 60, 200
CHANGEABLE = ("name", "choices", "depends_on", "branches", "currency", "is_required", "is_on_cards", "is_several", "formula", "how", "summed", "is_deep")
# a change of these makes other values of it
_COMPUTES = {"formula", "how", "summed", "is_deep"}
_K = FieldDefinition.Kind
_SEVERAL = (_K.CHOICE, _K.PERSON)


def create(
    *, actor: Any, space: Space, name: str, kind: str, types: list[WorkItemType] | None = None, **values: Any
) -> FieldDefinition:
    """Behind the others. Its key and its word in filters follow from this first name and stay."""
    require(actor, _DO, space.pk)
    name = _named(name)
    values = _checked(kind, field_branches.settled(space.pk, kind, values))
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        there = list(FieldDefinition.objects.filter(space=space))
        if any(one.name.casefold() == name.casefold() or one.key == _key(name) for one in there):
            raise Refused("name_taken", field="name", name=name)
        if len(there) >= MOST_FIELDS:
            raise Refused("fields_too_many", most=MOST_FIELDS)
        inheritance.check_new(space.pk, name, _key(name))
        values = formulas.settled(space.pk, kind, values)
        field = writing.create(
            FieldDefinition, actor=actor, permission=_DO, verb="field.created", space=space, name=name, kind=kind, key=_key(name),
            word=_word(name, {one.word for one in there}), rank=max((f.rank for f in there), default=-1) + 1, **values,
        )  # fmt: skip
        field.types.set(_types(space.pk, types or []))
        spaces = inheritance.spread(field)
        if field.is_computed:
            derived.settle_later(spaces)
    return field


def change(
    *, actor: Any, field: FieldDefinition, version: int | None, types: list[WorkItemType] | None = None, **values: Any
) -> FieldDefinition:
    """Name, choices, currency, types, where it is asked for and shown. The kind stays: its values are of that kind.
    A choice that is taken away stays on the items that have it. Those that follow it below follow."""
    require(actor, _DO, field.space_id)
    inheritance.check_own(field)
    if set(values) - set(CHANGEABLE):
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - set(CHANGEABLE))))
    if "name" in values:
        values["name"] = _named(values["name"])
        others = FieldDefinition.objects.filter(space=field.space_id).exclude(pk=field.pk)
        if others.filter(name__iexact=values["name"]).exists():
            raise Refused("name_taken", field="name", name=values["name"])
    values = {f: v for f, v in values.items() if field.is_computed or f not in _COMPUTES}
    given = {f: getattr(field, f) for f in CHANGEABLE if f != "name"} | values
    if values.get("is_several") and not field.is_several:
        for one in (field, *FieldDefinition.objects.filter(origin=field)):
            field_branches.check_unused(one)
    # a list that others took a choice from meanwhile is only asked about when it is changed itself
    if values.keys() & {"depends_on", "branches", "choices", "is_several"}:
        given = field_branches.settled(field.space_id, field.kind, given, field)
    known = _checked(field.kind, given)
    if values.keys() & {"depends_on", "branches"}:
        values |= {"choices": known["choices"], "depends_on": known["depends_on"], "branches": known["branches"]}
    values |= {f: v for f, v in known.items() if f in values}
    with transaction.atomic():
        if field.is_computed:
            Space.objects.select_for_update(no_key=True).get(pk=field.space_id)
            values |= formulas.settled(field.space_id, field.kind, known | {"name": values.get("name", field.name)}, field)
        is_other = field.is_computed and any(getattr(field, f) != values[f] for f in _COMPUTES)
        field = writing.change(field, actor=actor, permission=_DO, verb="field.changed", version=version, **values)
        if types is not None:
            before = sorted(field.types.values_list("pk", flat=True))
            after = sorted({t.pk for t in _types(field.space_id, types)})
            if before != after:
                field.write(expected=None)
                field.types.set(after)
                record("field.changed", field, actor=actor, changes={"types": [before, after]})
                is_other = True  # who has it is what is counted
        spaces = inheritance.pass_on(field)
        if is_other:
            derived.settle_later(spaces)
    return field


def move(*, actor: Any, field: FieldDefinition, to: int) -> FieldDefinition:
    """To the place `to` among the fields of its space, the first being 0."""
    require(actor, _DO, field.space_id)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=field.space_id)
        rows = list(FieldDefinition.objects.filter(space=field.space_id).active().in_order())
        before = [one.pk for one in rows]
        rest = [one for one in rows if one.pk != field.pk]
        rest.insert(max(0, min(to, len(rest))), field)
        if [one.pk for one in rest] == before or field.pk not in before:
            return field
        for place, one in enumerate(rest):
            one.rank = place
        FieldDefinition.objects.bulk_update(rest, ["rank"])
        record("field.changed", field, actor=actor, changes={"rank": [before.index(field.pk), rest.index(field)]})
    return field


def retire(*, actor: Any, field: FieldDefinition, version: int | None = None) -> FieldDefinition:
    """Asked for and shown nowhere any more; its values stay, and come back with it. One that follows a field above is hidden
    here alone."""
    require(actor, _DO, field.space_id)
    with transaction.atomic():
        formulas.check_unused(actor, field)
        field_branches.check_unused(field)
        field = writing.change(
            field, actor=actor, permission=_DO, verb="field.retired", version=version, retired_at=field.retired_at or clock.now()
        )
        inheritance.hide(field, actor)
        if field.is_computed:
            derived.settle_later([field.space_id])
    return field


def restore(*, actor: Any, field: FieldDefinition, version: int | None = None) -> FieldDefinition:
    """A formula that names what has gone meanwhile is refused."""
    require(actor, _DO, field.space_id)
    with transaction.atomic():
        formulas.settled(field.space_id, field.kind, {f: getattr(field, f) for f in CHANGEABLE}, field)
        if field.origin is not None and field.origin.retired_at is not None:
            raise Refused("field_retired_above", name=field.name)
        stood = field.retired_at
        field = writing.change(field, actor=actor, permission=_DO, verb="field.restored", version=version, retired_at=None)
        inheritance.show(field, stood, actor)
        if field.is_computed:
            derived.settle_later([field.space_id, *field.followers.values_list("space_id", flat=True)])
    return field


# ── the rule ──


def kept(*, actor: Any, space_id: int, type_id: int, before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """`after` with each value that differs from `before` as its field stores it; empty ones are left out. Keys that no
    field has are somebody else's and stay as they are given."""
    own = {f.key: f for f in FieldDefinition.objects.filter(space=space_id).active().with_types()}
    found: dict[str, Any] = dict(after)
    people: dict[str, list[int]] = {}
    for key, field in own.items():
        if after.get(key) == before.get(key):
            continue
        value = taken(field, after.get(key))
        if value is None:
            found.pop(key, None)
            continue
        if not field.is_for(type_id):
            raise Refused("field_other_type", field="fields", name=field.name)
        found[key] = value
        if field.kind == _K.PERSON:
            people[field.name] = value if isinstance(value, list) else [value]
    _check_people(actor, people)
    return field_branches.kept(own, before, found)


def changed(actor: Any, item: WorkItem, values: dict[str, Any]) -> dict[str, Any]:
    """The fields that a change of an item writes, of the type that it has then."""
    type_id = getattr(values.get("type"), "pk", item.type_id)
    return kept(actor=actor, space_id=item.space_id, type_id=type_id, before=item.fields, after=values["fields"])


def _check_people(actor: Any, people: dict[str, list[int]]) -> None:
    if not people:
        return
    wanted = {pk for ids in people.values() for pk in ids}
    known = set(User.objects.visible_to(actor).filter(pk__in=wanted).values_list("pk", flat=True))
    for name, ids in people.items():
        if not known.issuperset(ids):
            raise Refused("field_not_person", field="fields", name=name)


def missing(item: WorkItem, fields: list[FieldDefinition]) -> list[str]:
    """The names of those that hold nothing."""
    return [f.name for f in fields if f.is_for(item.type_id) and not f.is_computed and f.value_of(item) is None]


def difference(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    """Both sides with only what differs, for the event: taking one change back leaves the other fields alone."""
    keys = [k for k in {**before, **after} if before.get(k) != after.get(k)]
    return [{k: side[k] for k in keys if k in side} for side in (before, after)]


def taken_back(now: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any] | None:
    """`now` without that change; None when one of its fields was changed again since."""
    if any(now.get(key) != after.get(key) for key in {**before, **after}):
        return None
    return {key: value for key, value in now.items() if key not in after} | before


def _named(name: str) -> str:
    """A letter must be in it: a word in filters and a key in files are made of it."""
    name = " ".join(name.split())[:100]
    if not name:
        raise Refused("title_empty", field="name")
    if not any(c.isalpha() for c in name):
        raise Refused("field_name_plain", field="name")
    return name


def _key(name: str) -> str:
    return re.sub("_{2,}", "_", name)


def _word(name: str, used: set[str]) -> str:
    """`Customer name` is `customer_name` in filters."""
    plain = re.sub(r"_+", "_", re.sub(r"\W+", "_", name.casefold())).strip("_")[:90] or "field"
    plain = f"_{plain}" if plain[0].isdigit() else plain
    word, number = plain, 2
    while word in used:
        word, number = f"{plain}_{number}", number + 1
    return word


def _checked(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Choices belong to a choice, a currency to money."""
    if kind not in _K.values:
        raise Refused("choice_unknown", field="kind")
    choices = list(dict.fromkeys(c.strip()[:100] for c in values.get("choices") or () if c.strip()))
    if kind == _K.CHOICE and not choices:
        raise Refused("field_without_choices", field="choices")
    if len(choices) > MOST_CHOICES:
        raise Refused("choices_too_many", field="choices", most=MOST_CHOICES)
    if kind not in _SEVERAL:
        values = values | {"is_several": False}
    currency = str(values.get("currency") or "").strip().upper()
    if kind == _K.MONEY and not re.fullmatch("[A-Z]{3}", currency):
        raise Refused("currency_unknown", field="currency")
    return values | {"choices": choices if kind == _K.CHOICE else [], "currency": currency if kind == _K.MONEY else ""}


def _types(space_id: int, types: list[WorkItemType]) -> list[WorkItemType]:
    if any(t.space_id != space_id for t in types):
        raise Refused("other_space", field="types")
    return types
