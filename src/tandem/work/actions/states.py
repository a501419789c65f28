"""The states and types of a space, one by one: called something else, put into order, retired and brought back."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Q

from tandem.history.record import record, record_many
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.actions import (
    blocks,
    derived,
    flow_clocks,
    move_requests,
    shared_moves,
    shared_workflows,
    transitions,
    type_states,
)
from tandem.work.models import MoveRequest, State, StateChange, Transition, WorkItem, WorkItemType

_DO = Permission.EDIT_PLAN
MOST = 60
_PART = 1000
_ACTUAL = ("actual_start", "actual_finish", "is_given_up")
C = State.Category
_FIELDS = {"name", "category", "is_given_up"}


def add(*, actor: Any, space: Space, name: str, category: str, is_given_up: bool = False) -> State:
    """Behind the others of its category, so that work passes through the states from left to right."""
    require(actor, _DO, space.pk)
    if category not in C.values:
        raise Refused("choice_unknown", field="category")
    _check_given_up(is_given_up, category)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        rows = list(State.objects.filter(space=space).in_order())
        name = _free(name, rows)
        if len(rows) >= MOST:
            raise Refused("states_too_many", most=MOST)
        state = writing.create(
            State, actor=actor, permission=_DO, verb="workflow.changed", space=space, name=name, category=category,
            is_given_up=is_given_up, rank=max((s.rank for s in rows), default=-1) + 1,
        )  # fmt: skip
        order = list(C.values)
        before = [s for s in rows if order.index(s.category) <= order.index(category)]
        _put(rows, state, len(before))
        shared_workflows.spread(state)
    return state


def change(*, actor: Any, state: State, version: int | None, **values: Any) -> State:
    """Name and category, and whether work ends there without a result. The category stays while items stand there: their dates
    follow from it."""
    require(actor, _DO, state.space_id)
    shared_workflows.check_own(state)
    if set(values) - _FIELDS:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - _FIELDS)))
    with transaction.atomic():
        rows = list(State.objects.select_for_update(no_key=True).filter(space=state.space_id))
        if "name" in values:
            values["name"] = _free(values["name"], [s for s in rows if s.pk != state.pk])
        if values.get("category", state.category) != state.category:
            if values["category"] not in C.values:
                raise Refused("choice_unknown", field="category")
            count = shared_workflows.occupied(state)
            if count:
                raise Refused("state_occupied", field="category", name=state.name, count=count)
            _check_rest([s for s in rows if s.pk != state.pk], values["category"])
            if values["category"] != C.DONE:
                values.setdefault("is_given_up", False)
        _check_given_up(values.get("is_given_up", state.is_given_up), values.get("category", state.category))
        state = writing.change(state, actor=actor, permission=_DO, verb="state.changed", version=version, **values)
        shared_workflows.pass_on(actor=actor, row=state)
    return state


def _check_given_up(is_given_up: bool, category: str) -> None:
    if is_given_up and category != C.DONE:
        raise Refused("given_up_is_over", field="is_given_up")


def move(*, actor: Any, state: State, to: int) -> State:
    """To the place `to` among the states of its space, the first being 0. Work begins in the first."""
    require(actor, _DO, state.space_id)
    shared_workflows.check_own(state)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=state.space_id)
        rows = list(State.objects.filter(space=state.space_id).active().in_order())
        before = [s.pk for s in rows]
        if state.pk not in before:
            return state
        after = _put(rows, state, to)
        if after != before:
            record("state.changed", state, actor=actor, changes={"rank": [before.index(state.pk), after.index(state.pk)]})
            shared_workflows.pass_order(state.space_id)
    return state


def retire(
    *, actor: Any, state: State, into: State | None = None, version: int | None = None, step: Callable[[int, int], None] = lambda done, total: None
) -> int:
    """Its items go `into` another state, whatever moves are allowed and whatever limits say there; how many they were.
    The moves from and to it go with it. What passed through it stays in the history."""
    require(actor, _DO, state.space_id)
    shared_workflows.check_own(state)
    if into is not None:
        check_heir(state, into)
    with transaction.atomic():
        shared_moves.hold(actor, state)
        count = _retired(actor, state, into, version, step)
        for kind in WorkItemType.objects.filter(space=state.space_id).exclude(state_ids=[]):
            shared_workflows.pass_way(kind)
        _retire_below(actor, state)
    return count


def _retire_below(actor: Any, state: State) -> None:
    """Where items stand in it, or work could not begin or end without it, it stays as the project's own."""
    for one in State.objects.filter(origin=state).active():
        try:
            with transaction.atomic():
                _retired(actor, one, None, None, lambda done, total: None)
        except (Refused, Denied, Hidden):
            one.refresh_from_db()
            one.write(expected=None, origin=None)


def _retired(actor: Any, state: State, into: State | None, version: int | None, step: Callable[[int, int], None]) -> int:
    check_rest(state)
    count = carry_all(actor=actor, rows=WorkItem.objects.filter(state=state), state=state, into=into, step=step)
    type_states.leave(actor=actor, state=state, into=into)
    flow_clocks.leave(actor=actor, state=state, into=into)
    move_requests.lapse(actor=actor, requests=MoveRequest.objects.filter(Q(to_state=state) | Q(from_state=state), state=MoveRequest.State.WAITING))
    for rule in Transition.objects.filter(space=state.space_id):
        if state.pk in (rule.from_state_id, rule.to_state_id):
            transitions.remove(actor=actor, transition=rule)
    writing.change(state, actor=actor, permission=_DO, verb="state.retired", version=version, retired_at=state.retired_at or clock.now())
    return count


def check_heir(state: State, into: State) -> None:
    if into.space_id != state.space_id or into.pk == state.pk:
        raise Refused("other_space", field="into")
    if into.retired_at:
        raise Refused("state_retired", field="into", name=into.name)


def check_rest(state: State) -> None:
    """What stays when it goes; the states are held meanwhile."""
    rows = list(State.objects.select_for_update(no_key=True).filter(space=state.space_id).active())
    _check_rest([s for s in rows if s.pk != state.pk])


def restore(*, actor: Any, state: State, version: int | None = None) -> State:
    """Offered again, empty, at its old place."""
    _check_above(state)
    with transaction.atomic():
        state = writing.change(state, actor=actor, permission=_DO, verb="state.restored", version=version, retired_at=None)
        State.objects.filter(origin=state).update(retired_at=None)
    return state


def _check_above(row: State | WorkItemType) -> None:
    if row.origin is not None and row.origin.retired_at is not None:
        raise Refused("workflow_follows", name=row.name)


def carry_all(*, actor: Any, rows: Any, state: State, into: State | None, step: Callable[[int, int], None] = lambda done, total: None) -> int:
    """Each of these items, all of which stand in `state`, goes on, also those that were removed and may come back; an event for
    each. A part at a time is in memory."""
    require(actor, _DO, state.space_id)
    derived.hold(state.space_id)
    ids = list(rows.select_for_update(no_key=True, of=("self",)).order_by("pk").values_list("pk", flat=True))
    if ids and into is None:
        raise Refused("state_needs_heir", field="into")
    for begin in range(0, len(ids), _PART):
        step(begin, len(ids))
        _carry_on(actor, list(WorkItem.objects.filter(pk__in=ids[begin : begin + _PART])), state, into)  # type: ignore[arg-type]
    return len(ids)


def _carry_on(actor: Any, items: list[WorkItem], state: State, into: State) -> None:
    now, told = clock.now(), []
    for item in items:
        stood = {f: getattr(item, f) for f in (*_ACTUAL, "archived_at")}
        item.state, item.version, item.updated_at = into, item.version + 1, now
        if into.category != C.TO_DO:
            item.actual_start = item.actual_start or now
        item.actual_finish = (item.actual_finish or now) if into.is_done else None
        item.is_given_up = item.is_given_up and into.is_done
        if not into.is_done:
            item.archived_at = None
        dates = {f: [v, getattr(item, f)] for f, v in stood.items() if v != getattr(item, f)}
        told.append((item, {"state": [state.pk, into.pk], **dates}, {}))
    WorkItem.objects.bulk_update(items, ["state", "version", "updated_at", "archived_at", *_ACTUAL], batch_size=1000)
    StateChange.objects.bulk_create(
        [StateChange(space_id=state.space_id, item=i, from_state=state, to_state=into, at=now, by=actor) for i in items],
        batch_size=2000,
    )
    record_many("work_item.moved", told, actor=actor)
    derived.written(state.space_id, [item.pk for item in items])
    blocks.end_finished(actor=actor, items=items)


def _check_rest(rest: list[State], category: str = "") -> None:
    """Work begins somewhere, and ends somewhere."""
    left = {s.category for s in rest if s.retired_at is None} | {category}
    if not {C.TO_DO, C.DONE} <= left:
        raise Refused("state_last")


def _free(name: str, others: list[Any]) -> str:
    name = " ".join(name.split())[:100]
    if not name:
        raise Refused("title_empty", field="name")
    if any(one.name.casefold() == name.casefold() for one in others):
        raise Refused("name_taken", field="name", name=name)
    return name


def _put(rows: list[State], state: State, to: int) -> list[int]:
    rest = [s for s in rows if s.pk != state.pk]
    rest.insert(max(0, min(to, len(rest))), state)
    for place, one in enumerate(rest):
        one.rank = place
    State.objects.bulk_update(rest, ["rank"])
    return [s.pk for s in rest]


# ── types ──


def add_type(*, actor: Any, space: Space, name: str, level: int = 2) -> WorkItemType:
    require(actor, _DO, space.pk)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        rows = list(WorkItemType.objects.filter(space=space))
        name = _free(name, rows)
        if len(rows) >= MOST:
            raise Refused("types_too_many", most=MOST)
        if level not in (1, 2, 3):
            raise Refused("choice_unknown", field="level")
        made = writing.create(
            WorkItemType, actor=actor, permission=_DO, verb="workflow.changed", space=space, name=name, level=level,
            rank=max((t.rank for t in rows), default=-1) + 1,
        )  # fmt: skip
        shared_workflows.spread(made)
    return made


def change_type(*, actor: Any, type: WorkItemType, version: int | None, **values: Any) -> WorkItemType:
    """Name and level: 3 holds 2, 2 holds 1."""
    require(actor, _DO, type.space_id)
    shared_workflows.check_own(type)
    if set(values) - {"name", "level"}:
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - {"name", "level"})))
    rows = list(WorkItemType.objects.filter(space=type.space_id).exclude(pk=type.pk))
    if "name" in values:
        values["name"] = _free(values["name"], rows)
    if values.get("level", type.level) != type.level:
        if values["level"] not in (1, 2, 3):
            raise Refused("choice_unknown", field="level")
        _check_types(rows, values["level"])
    with transaction.atomic():
        type = writing.change(type, actor=actor, permission=_DO, verb="type.changed", version=version, **values)
        shared_workflows.pass_on(actor=actor, row=type)
    return type


def retire_type(*, actor: Any, type: WorkItemType, version: int | None = None) -> WorkItemType:
    """Offered no more; the items that are of it stay so."""
    require(actor, _DO, type.space_id)
    shared_workflows.check_own(type)
    with transaction.atomic():
        for one in WorkItemType.objects.filter(origin=type).active():
            try:
                with transaction.atomic():
                    _retired_type(actor, one, None)
            except (Refused, Denied, Hidden):  # work there needs it: it stays as the project's own
                one.write(expected=None, origin=None)
        return _retired_type(actor, type, version)


def _retired_type(actor: Any, type: WorkItemType, version: int | None) -> WorkItemType:
    _check_types(list(WorkItemType.objects.filter(space=type.space_id).exclude(pk=type.pk)))
    return writing.change(
        type, actor=actor, permission=_DO, verb="type.retired", version=version, retired_at=type.retired_at or clock.now()
    )


def restore_type(*, actor: Any, type: WorkItemType, version: int | None = None) -> WorkItemType:
    _check_above(type)
    with transaction.atomic():
        type = writing.change(type, actor=actor, permission=_DO, verb="type.restored", version=version, retired_at=None)
        WorkItemType.objects.filter(origin=type).update(retired_at=None)
    return type


def _check_types(rest: list[WorkItemType], level: int = 0) -> None:
    """A new item is of the first type of the middle level."""
    if level != 2 and not any(t.level == 2 and t.retired_at is None for t in rest):
        raise Refused("type_last")
