"""Which moves are allowed: who says so, and the rule that every change of state keeps.

Imports (`imports`, `replays`, `work_items.create_many`) and taking one's own change back are exempt: the first write down
what has happened, the second leads to where the item stood.
"""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Role, Space
from tandem.people.scoping import members_of, roles_of
from tandem.work.actions import fields, move_requests, shared_moves, type_states
from tandem.work.models import (
    FieldDefinition,
    Link,
    MoveRequest,
    State,
    StateChange,
    Transition,
    WorkItem,
    WorkItemType,
)
from tandem.work.models.transition import ASKED, in_force, is_open_to, leading

_DO = Permission.EDIT_PLAN
MOST_RULES = 400
CHANGEABLE = ("roles", "required", "is_guarded", "approvals", "approver_roles", "approvers")
MOST_APPROVALS = 9


def create(
    *, actor: Any, space: Space, to_state: State, from_state: State | None = None, type: WorkItemType | None = None, roles: Collection[str] = (),
    required: Collection[str] = (), is_guarded: bool = False, approvals: int = 0, approver_roles: Collection[str] = (), approvers: Collection[int] = (),
) -> Transition:  # fmt: skip
    """One rule for each move of a type. The first of them makes every other move of that type a refused one."""
    require(actor, _DO, space.pk)
    for name, row in (("from_state", from_state), ("to_state", to_state), ("type", type)):
        if row is not None and row.space_id != space.pk:
            raise Refused("other_space", field=name)
        if isinstance(row, State) and type is not None:
            type_states.check_state(type, row, field=name)
    if from_state is not None and from_state.pk == to_state.pk:
        raise Refused("move_to_itself", field="to_state")
    values = _checked(space.pk, {
        "roles": roles, "required": required, "is_guarded": is_guarded, "approvals": approvals, "approver_roles": approver_roles, "approvers": approvers,
    })  # fmt: skip
    _check_approvers(**values)
    shared_moves.check_own(space.pk)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        rows = Transition.objects.filter(space=space)
        if rows.filter(from_state=from_state, to_state=to_state, type=type).exists():
            raise Refused("move_ruled", field="to_state")
        if rows.count() >= MOST_RULES:
            raise Refused("moves_too_many", most=MOST_RULES)
        made = writing.create(
            Transition, actor=actor, permission=_DO, verb="transition.created", space=space, from_state=from_state, to_state=to_state, type=type, **values,
        )  # fmt: skip
        move_requests.lapse_without_rule(actor=actor, space_id=space.pk)
        shared_moves.settle(actor=actor, source=space)
    return made


def change(*, actor: Any, transition: Transition, version: int | None, **values: Any) -> Transition:
    """Who may, what is asked for, whether predecessors are waited for; which move it is stays."""
    require(actor, _DO, transition.space_id)
    if set(values) - set(CHANGEABLE):
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - set(CHANGEABLE))))
    _check_own(transition)
    values = _checked(transition.space_id, values)
    _check_approvers(**{name: values.get(name, getattr(transition, name)) for name in CHANGEABLE})
    with transaction.atomic():
        made = writing.change(transition, actor=actor, permission=_DO, verb="transition.changed", version=version, **values)
        move_requests.lapse_without_rule(actor=actor, space_id=transition.space_id)
        shared_moves.settle(actor=actor, source=transition.space)
    return made


def remove(*, actor: Any, transition: Transition, version: int | None = None) -> None:
    _check_own(transition)
    space, lost = transition.space, shared_moves.words(transition)
    with transaction.atomic():
        replaced = {one.space_id: shared_moves.full(one) for one in Transition.objects.filter(origin=transition)}
        writing.remove(transition, actor=actor, permission=_DO, verb="transition.removed", version=version)
        move_requests.lapse_without_rule(actor=actor, space_id=space.pk)
        shared_moves.settle(actor=actor, source=space, lost=[lost], replaced=replaced)
        if above := shared_moves.offered_to(space.pk):  # without moves of its own those above hold
            shared_moves.begin(actor, space, above)


def _check_own(rule: Transition) -> None:
    if rule.origin_id is not None:
        raise Refused("moves_follow")


def _checked(space_id: int, values: dict[str, Any]) -> dict[str, Any]:
    values = dict(values)
    for name in {"roles", "approver_roles"} & values.keys():
        given = set(values[name])
        if given - set(Role.values):
            raise Refused("choice_unknown", field=name)
        values[name] = [r for r in Role.values if r in given]
    if "approvers" in values:
        people = set(values["approvers"])
        if people - set(members_of(space_id).values_list("user_id", flat=True)):
            raise Refused("reference_unknown", field="approvers")
        values["approvers"] = sorted(people)
    if "required" in values:
        own = set(FieldDefinition.objects.filter(space=space_id).values_list("pk", flat=True))
        asked = list(dict.fromkeys(values["required"]))
        if any(name not in ASKED and _own_id(name) not in own for name in asked):
            raise Refused("choice_unknown", field="required")
        values["required"] = asked
    return values


def _check_approvers(*, approvals: int, approver_roles: Collection[str], approvers: Collection[int], **_others: Any) -> None:
    if not 0 <= approvals <= MOST_APPROVALS:
        raise Refused("number_unreadable", field="approvals")
    if approvals and not approver_roles and len(approvers) < approvals:
        raise Refused("approvers_missing", field="approvers", count=approvals)


def _own_id(name: str) -> int | None:
    kind, _colon, number = name.partition(":")
    return whole_number(number) if kind == "field" else None


# ── the rule ──


def keep(
    *, actor: Any, item: WorkItem, from_state: State, people: Collection[Any] | None = None
) -> Transition | None:
    """The item, with its new values, may have come from that state to the one it has now; or the refusal says what is
    missing. `people` are the assignees that it will have, None for those it has. Returns the rule that allows it, which
    may ask for approval."""
    to_state = item.state
    if from_state.pk == to_state.pk:
        return None
    from_state = _entered(item, from_state)
    own = list(FieldDefinition.objects.filter(space=item.space_id).active().with_types().in_order())
    rules = list(Transition.objects.filter(space=item.space_id))
    force = in_force(rules, item.type_id)
    ways = leading(force, from_state.pk, to_state.pk)
    if force and not ways and from_state.pk != to_state.pk:
        _refuse_way(item, force, from_state, to_state)
    roles = roles_of(actor).get(item.space_id, frozenset())
    open_ways = [rule for rule in ways if is_open_to(rule, roles)]
    if ways and not open_ways:
        names = ", ".join(str(Role(r).label) for r in ways[0].roles)
        raise Refused("move_needs_role", field="state", state=to_state.name, roles=names)
    rule = open_ways[0] if open_ways else None
    lacking = _lacking(item, own, rule, to_state, people)
    if lacking:
        raise Refused("move_needs_fields", field="state", state=to_state.name, fields=", ".join(lacking))
    if rule is not None and rule.is_guarded and item.pk:  # a new item has no predecessors
        _check_predecessors(actor, item, to_state)
    return rule


def enter(*, actor: Any, item: WorkItem, from_state: State, people: Collection[Any] | None = None) -> None:
    """The same for what comes into a workflow, where nothing can wait for approval yet."""
    rule = keep(actor=actor, item=item, from_state=from_state, people=people)
    if rule is not None and rule.approvals:
        first = item.type.start or from_state
        raise Refused("move_needs_approval", field="state", state=item.state.name, first=first.name)


def asked_for(*, actor: Any, item: WorkItem, version: int | None, values: dict[str, Any], people: Collection[Any] | None) -> MoveRequest | None:
    """If others have to approve the move among these values, it is asked for, by the same rules, with what changes beside
    it; None when it may be made at once."""
    rule = move_requests.rule_of(actor=actor, item=item, from_id=item.state_id, to_id=values["state"].pk)
    if rule is None or not rule.approvals:
        return None
    if version is not None and version != item.version:
        raise Stale(WorkItem.objects.get(pk=item.pk))
    now = {name: getattr(item, name) for name in values}
    for name, value in values.items():
        setattr(item, name, value)
    try:
        keep(actor=actor, item=item, from_state=now["state"], people=people)
    finally:
        for name, value in now.items():
            setattr(item, name, value)
    return move_requests.ask(actor=actor, item=item, to_state=values["state"], rule=rule)


def _entered(item: WorkItem, from_state: State) -> State:
    """From a state that its type does not use it goes as if it began: so it is where the type has changed."""
    return from_state if item.type.uses(from_state.pk) or item.type.start is None else item.type.start


def _refuse_way(item: WorkItem, rules: list[Transition], from_state: State, to_state: State) -> None:
    ids = {r.to_state_id for r in rules if r.from_state_id in (None, from_state.pk) and item.type.uses(r.to_state_id)} - {from_state.pk}
    names = list(State.objects.filter(pk__in=ids).active().in_order().values_list("name", flat=True))
    code = "move_not_allowed" if names else "move_nowhere"
    raise Refused(code, field="state", state=to_state.name, before=from_state.name, allowed=", ".join(names))


def _lacking(
    item: WorkItem, own: list[FieldDefinition], rule: Transition | None, to_state: State, people: Collection[Any] | None
) -> list[str]:
    """What is asked for and holds nothing: by the move, and by the fields that are needed before work begins."""
    asked = set(rule.required) if rule else set()
    found = []
    for name, label in ASKED.items():
        if name not in asked:
            continue
        if name == "assignees":
            is_there = bool(people) if people is not None else item.assignments.exists()
        else:
            is_there = getattr(item, name) not in (None, "", [])
        if not is_there:
            found.append(str(label))
    begins = to_state.category != State.Category.TO_DO
    return found + fields.missing(item, [f for f in own if f"field:{f.pk}" in asked or (begins and f.is_required)])


def _check_predecessors(actor: Any, item: WorkItem, to_state: State) -> None:
    rows = Link.objects.filter(target=item, kind__in=(Link.Kind.BLOCKS, Link.Kind.FS), source__removed_at=None)
    rows = rows.exclude(source__state__category=State.Category.DONE).order_by("source_id")
    ends = list(rows.values_list("source__key", "source__space_id").distinct()[:20])
    if ends:
        seen = actor.visible_space_ids()
        keys = [key if space in seen else None for key, space in ends]
        raise Refused("move_waits", field="state", state=to_state.name, keys=keys)


def passage_taken_back(item: WorkItem, left: State) -> bool:
    """A move that is taken back was none: flow figures count neither it nor the way back. The history keeps both."""
    last = StateChange.objects.filter(item=item).order_by("-at", "-id").first()
    if last is None or (last.from_state_id, last.to_state_id) != (item.state_id, left.pk):
        return False
    last.delete()
    return True
