"""Through which states a type's items pass: what every writer of items keeps."""

from collections.abc import Iterable
from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.work.models import State, WorkItem, WorkItemType


def first_of(space_id: int, type: WorkItemType | None) -> State | None:
    """Where a new item begins."""
    if type is not None and type.start is not None:
        return type.start
    return State.objects.filter(space=space_id).active().in_order().first()


def usual(space_id: int, state: State | None) -> WorkItemType | None:
    """The first usual type; of those that pass through the state, where one is wished for."""
    rows = list(WorkItemType.objects.filter(space=space_id, level=2).active().order_by("rank"))
    return next((one for one in rows if state is None or one.uses(state.pk)), rows[0] if rows else None)


def check_state(type: WorkItemType, state: State, field: str = "state") -> None:
    if not type.uses(state.pk):
        raise Refused("state_not_of_type", field=field, type=type.name, state=state.name, allowed=_names(type))


def check(item: WorkItem, values: dict[str, Any]) -> None:
    """A change of type asks for a state when the new type does not use the present one: it is never chosen silently."""
    type, state = values.get("type", item.type), values.get("state", item.state)
    if "state" in values:
        check_state(type, state)
    elif "type" in values and not type.uses(state.pk):
        raise Refused("type_needs_state", field="state", type=type.name, state=state.name, allowed=_names(type))


def widen(*, actor: Any, items: Iterable[WorkItem]) -> None:
    """What came from elsewhere stands where it stood there: a type uses that state from now on."""
    found: dict[int, set[int]] = {}
    for item in items:
        found.setdefault(item.type_id, set()).add(item.state_id)
    for type in WorkItemType.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=found).exclude(state_ids=[]):
        if more := found[type.pk].difference(type.state_ids):
            _write(actor, type, in_order(type.space_id, {*type.state_ids, *more}), type.start)


def leave(*, actor: Any, state: State, into: State | None) -> None:
    """A state is retired: the types that use it go on with `into`, where they need one or their items went there."""
    for type in WorkItemType.objects.select_for_update(no_key=True, of=("self",)).filter(space=state.space_id, state_ids__contains=[state.pk]):
        rest = set(type.state_ids) - {state.pk}
        begins = type.start_id == state.pk
        is_ended = State.objects.filter(pk__in=rest, category=State.Category.DONE).active().exists()
        if into is not None and (begins or not is_ended or WorkItem.objects.filter(type=type, state=into).exists()):
            rest.add(into.pk)
            is_ended = is_ended or into.is_done
        if (begins and (into is None or into.is_done)) or not is_ended:
            raise Refused("state_of_type", field="into", name=state.name, type=type.name)
        _write(actor, type, in_order(type.space_id, rest), into if begins else type.start)


def in_order(space_id: int, ids: Iterable[int]) -> list[int]:
    return list(State.objects.filter(space=space_id, pk__in=ids).active().in_order().values_list("pk", flat=True))


def _write(actor: Any, type: WorkItemType, ids: list[int], start: State | None) -> None:
    writing.change(type, actor=actor, permission=Permission.EDIT_WORK, verb="type.changed", version=None, state_ids=ids, start=start)


def _names(type: WorkItemType) -> str:
    return ", ".join(State.objects.filter(pk__in=type.state_ids).active().in_order().values_list("name", flat=True))
