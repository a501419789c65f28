"""A space takes over how another one works: its types, states, fields and allowed moves."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import members_of
from tandem.work.actions import fields, shared_moves, states, transitions, type_workflows
from tandem.work.models import FieldDefinition, State, Transition, WorkItemType


def take_over(*, actor: Any, space: Space, source: Space) -> dict[str, int]:
    """What is missing here is added, by name; what is here stays as it is. How much of each came."""
    require(actor, Permission.VIEW, source.pk)
    require(actor, Permission.EDIT_PLAN, space.pk)
    with transaction.atomic():
        known = set(WorkItemType.objects.filter(space=space).values_list("pk", flat=True))
        types, new_types = _types(actor, space, source)
        passed, new_states = _states(actor, space, source)
        _workflows(actor, types, passed, known)
        own, new_fields = _fields(actor, space, source, types)
        moves = _moves(actor, space, source, types, passed, own)
    return {"types": new_types, "states": new_states, "fields": new_fields, "moves": moves}


def _types(actor: Any, space: Space, source: Space) -> tuple[dict[int, WorkItemType], int]:
    here = {t.name.casefold(): t for t in WorkItemType.objects.filter(space=space)}
    count = len(here)
    found = {}
    for one in WorkItemType.objects.filter(space=source).active().order_by("rank", "id"):
        if one.name.casefold() not in here:
            here[one.name.casefold()] = states.add_type(actor=actor, space=space, name=one.name, level=one.level)
        found[one.pk] = here[one.name.casefold()]
    return found, len(here) - count


def _states(actor: Any, space: Space, source: Space) -> tuple[dict[int, State], int]:
    here = {s.name.casefold(): s for s in State.objects.filter(space=space)}
    count = len(here)
    found = {}
    for one in State.objects.filter(space=source).active().in_order():
        if one.name.casefold() not in here:
            here[one.name.casefold()] = states.add(actor=actor, space=space, name=one.name, category=one.category, is_given_up=one.is_given_up)
        found[one.pk] = here[one.name.casefold()]
    return found, len(here) - count


def _workflows(actor: Any, types: dict[int, WorkItemType], passed: dict[int, State], known: set[int]) -> None:
    """Types that came bring their own workflow along."""
    for one in WorkItemType.objects.filter(pk__in=types).exclude(state_ids=[]):
        made = types[one.pk]
        uses = [passed[pk] for pk in one.state_ids if pk in passed and passed[pk].retired_at is None]
        if made.pk not in known and len(uses) == len(one.state_ids):
            type_workflows.choose(actor=actor, type=made, version=None, uses=uses, start=passed[one.start_id or 0])


def _fields(
    actor: Any, space: Space, source: Space, types: dict[int, WorkItemType]
) -> tuple[dict[int, FieldDefinition], int]:
    here = {f.name.casefold(): f for f in FieldDefinition.objects.filter(space=space)}
    count = len(here)
    found = {}
    rows = list(FieldDefinition.objects.filter(space=source).active().with_types().in_order())
    waiting = [one for one in rows if one.name.casefold() not in here]
    while waiting:  # what is computed comes behind what it is computed from
        left = [one for one in waiting if not _taken(actor, space, one, types, here)]
        if len(left) == len(waiting):
            break
        waiting = left
    for one in rows:
        if one.name.casefold() in here:
            found[one.pk] = here[one.name.casefold()]
    return found, len(here) - count


def _taken(actor: Any, space: Space, one: FieldDefinition, types: dict[int, WorkItemType], here: dict[str, FieldDefinition]) -> bool:
    """False for a formula that names what is not here, and a choice whose first is not here."""
    values = {name: getattr(one, name) for name in fields.CHANGEABLE if name != "name"}
    its = [types[pk] for pk in one.type_ids if pk in types]
    try:
        with transaction.atomic():
            here[one.name.casefold()] = fields.create(actor=actor, space=space, name=one.name, kind=one.kind, types=its, **values)
    except Refused:
        if not one.is_computed and not one.depends_on:
            raise
        return False
    return True


def _moves(
    actor: Any, space: Space, source: Space, types: dict[int, WorkItemType], passed: dict[int, State], own: dict[int, FieldDefinition]
) -> int:  # fmt: skip
    """Only where no moves are ruled yet: two sets of rules mixed would be neither."""
    if Transition.objects.filter(space=space).exists():
        return 0
    count, there = 0, set(members_of(space.pk).values_list("user_id", flat=True))
    for rule in Transition.objects.filter(space=source):
        ends = (rule.from_state_id, rule.to_state_id)
        if any(pk is not None and pk not in passed for pk in ends) or (rule.type_id and rule.type_id not in types):
            continue
        if any(pk is not None and passed[pk].retired_at for pk in ends):
            continue
        asked = [f"field:{own[int(n[6:])].pk}" if n.startswith("field:") else n for n in rule.required if not n.startswith("field:") or int(n[6:]) in own]
        transitions.create(
            actor=actor, space=space, from_state=passed.get(rule.from_state_id or 0), to_state=passed[rule.to_state_id],
            type=types.get(rule.type_id or 0), roles=rule.roles, required=asked, is_guarded=rule.is_guarded,
            **shared_moves.approval(rule, there),
        )  # fmt: skip
        count += 1
    return count
