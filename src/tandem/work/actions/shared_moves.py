"""Allowed moves that are defined once, in a space above, and hold in the projects below that follow its states and types.

Each of them has rows of its own with an `origin`, in the words of its own states, types and fields. Two sets of rules mixed would
be neither: a project that has written down moves of its own keeps those, and follows when it has none."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.models import Role, Space
from tandem.people.scoping import members_of
from tandem.work.actions import move_requests
from tandem.work.models import FieldDefinition, State, Transition, WorkItem, WorkItemType

_DO = Permission.EDIT_PLAN
_CONDITIONS = ("roles", "required", "is_guarded", "approvals", "approver_roles", "approvers")


def source_of(space_id: int) -> Space | None:
    """The space above whose moves hold here."""
    row = Transition.objects.filter(space=space_id, origin__isnull=False).select_related("origin__space").first()
    return row.origin.space if row is not None and row.origin is not None else None


def offered_to(space_id: int) -> Space | None:
    """The space above that has moves for its projects, of which this one has its own."""
    state = State.objects.filter(space=space_id, origin__isnull=False).select_related("origin__space").first()
    source: Space | None = state.origin.space if state is not None and state.origin is not None else None
    if source is None or source_of(space_id) is not None or not Transition.objects.filter(space=source).exists():
        return None
    return source


def check_own(space_id: int) -> None:
    """Moves that come from above are changed there."""
    if Transition.objects.filter(space=space_id, origin__isnull=False).exists():
        raise Refused("moves_follow")


def follow(*, actor: Any, space: Space) -> None:
    """The project's own moves go, those above hold. Refused while items stand in states that only this project has: no move
    above would lead out of them."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        source = offered_to(space.pk)
        if source is None:
            raise Refused("reference_unknown", field="source")
        if _stands_apart(space.pk):
            raise Refused("moves_states_own")
        own = list(Transition.objects.filter(space=space).select_related("from_state", "to_state"))
        Transition.objects.filter(pk__in=[rule.pk for rule in own]).delete()
        _settle(actor, space, source, [words(rule) for rule in own], [full(rule) for rule in own])


def own(*, actor: Any, space: Space) -> None:
    """They stay as they are, as the project's own; later changes above are not seen here."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        source = source_of(space.pk)
        if source is not None:
            keep(actor, space, source)


def keep(actor: Any, space: Space, source: Space) -> None:
    Transition.objects.filter(space=space, origin__isnull=False).update(origin=None)
    record("workflow.changed", space, actor=actor, changes={"follows_moves": [source.pk, None]})


def begin(actor: Any, space: Space, source: Space) -> None:
    """A project that has just begun to follow the states above follows the moves too, if it has none of its own."""
    if Transition.objects.filter(space=source).exists() and not _has_own(space.pk) and not _stands_apart(space.pk):
        _settle(actor, space, source)


def settle(*, actor: Any, source: Space, lost: Iterable[str] = (), replaced: Mapping[int, dict[str, Any]] | None = None) -> None:
    """After a change above, in the transaction of that change; `lost` are moves that went, in words, `replaced` is what they were in
    each project."""
    ids = State.objects.filter(origin__space=source).values("space").distinct()
    for space in Space.objects.filter(pk__in=ids).order_by("pk"):
        follows = Transition.objects.filter(space=space, origin__isnull=False).exists()
        if follows or not (_has_own(space.pk) or _stands_apart(space.pk)):
            _settle(actor, space, source, lost, [replaced[space.pk]] if replaced and space.pk in replaced else ())


def hold(actor: Any, state: State) -> None:
    """A state above is to be retired while items stand in it below: there the moves become the project's own before, or
    nothing would lead out of it any more."""
    followers = State.objects.filter(origin=state, space__in=WorkItem.objects.filter(state__origin=state).values("space"))
    for one in followers.select_related("space"):
        if source_of(one.space_id) is not None:
            keep(actor, one.space, state.space)


def _has_own(space_id: int) -> bool:
    return Transition.objects.filter(space=space_id, origin=None).exists()


def _stands_apart(space_id: int) -> bool:
    return WorkItem.objects.filter(space=space_id, state__origin=None).exists()


def _settle(actor: Any, space: Space, source: Space, lost: Iterable[str] = (), replaced: Iterable[dict[str, Any]] = ()) -> None:
    """The rows of the project as the rules above want them. The event says which moves went and came, and under `conditions` all that
    each of them asked for, so that what held on a day can be read later."""
    conditions: tuple[list[dict[str, Any]], list[dict[str, Any]]] = ([*replaced], [])
    there = {rule.origin_id: rule for rule in Transition.objects.filter(space=space, origin__isnull=False)}
    gained, wanted = [], _wanted(space, source)
    for origin_id, values in wanted.items():
        rule = there.get(origin_id)
        if rule is None:
            rule = Transition.objects.create(space=space, origin_id=origin_id, **values)
            gained.append(words(rule))
            conditions[1].append(full(rule))
        elif any(getattr(rule, name) != values[name] for name in _CONDITIONS):
            conditions[0].append(full(rule))
            rule.write(expected=None, **{name: values[name] for name in _CONDITIONS})
            gained.append(words(rule))
            conditions[1].append(full(rule))
    gone = [rule for origin_id, rule in there.items() if origin_id not in wanted]
    conditions[0].extend(full(rule) for rule in gone)
    Transition.objects.filter(pk__in=[rule.pk for rule in gone]).delete()
    before = [*lost, *(words(rule) for rule in gone)]
    if before or gained:
        record("workflow.changed", space, actor=actor, changes={"moves": [before, gained], "conditions": [*conditions]})
        move_requests.lapse_without_rule(actor=actor, space_id=space.pk)


def _wanted(space: Space, source: Space) -> dict[int, dict[str, Any]]:
    """Rule above → the same in the words of this project; without those whose states or type mean something else here."""
    states = dict(State.objects.filter(space=space, origin__isnull=False).active().values_list("origin_id", "pk"))
    types = dict(WorkItemType.objects.filter(space=space, origin__isnull=False).active().values_list("origin_id", "pk"))
    fields = dict(FieldDefinition.objects.filter(space=space, origin__isnull=False).active().values_list("origin_id", "pk"))
    people = set(members_of(space.pk).values_list("user_id", flat=True))
    found: dict[int, dict[str, Any]] = {}
    for rule in Transition.objects.filter(space=source).order_by("pk"):
        ends = [rule.to_state_id, *([rule.from_state_id] if rule.from_state_id else [])]
        if any(pk not in states for pk in ends) or (rule.type_id and rule.type_id not in types):
            continue
        found[rule.pk] = {
            "from_state_id": states.get(rule.from_state_id or 0), "to_state_id": states[rule.to_state_id], "type_id": types.get(rule.type_id or 0),
            "roles": rule.roles, "required": _required(rule, fields), "is_guarded": rule.is_guarded, **approval(rule, people),
        }  # fmt: skip
    return found


def _required(rule: Transition, fields: dict[int, int]) -> list[str]:
    """The fields of above are those that follow them here; one that is hidden here is not asked for."""
    known = {f"field:{above}": f"field:{here}" for above, here in fields.items()}
    return [known.get(name, name) for name in rule.required if not name.startswith("field:") or name in known]


def approval(rule: Transition, there: set[int]) -> dict[str, Any]:
    """Who approves, as far as they see this project; where too few are left, whoever leads it."""
    people = [pk for pk in rule.approvers if pk in there]
    roles = list(rule.approver_roles)
    if rule.approvals and not roles and len(people) < rule.approvals:
        roles = [Role.PROJECT_MANAGER]
    return {"approvals": rule.approvals, "approver_roles": roles, "approvers": people}


def full(rule: Transition) -> dict[str, Any]:
    """A move with every condition of it, by ids: what the words leave out."""
    return {
        "from": rule.from_state_id, "to": rule.to_state_id, "type": rule.type_id, **{name: getattr(rule, name) for name in _CONDITIONS},
    }  # fmt: skip


def words(rule: Transition) -> str:
    return f"{rule.from_state.name if rule.from_state else '*'} → {rule.to_state.name}"
