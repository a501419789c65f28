"""A type of a space with a workflow of its own: through which states its items pass, and where they begin. Its allowed moves
are those that name it (`transitions`)."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.work.actions import move_requests, shared_workflows, states, transitions, type_states
from tandem.work.models import MoveRequest, State, Transition, WorkItem, WorkItemType

_DO = Permission.EDIT_PLAN
MOST_CARRIED = 2000


def choose(
    *, actor: Any, type: WorkItemType, version: int | None, uses: Collection[State], start: State | None = None, into: Mapping[int, State] | None = None
) -> int:  # fmt: skip
    """Its items pass through these states alone, beginning in `start`; through those of the space when there are none.
    Items that stand elsewhere go where `into` says, by the state's id; without a word for one of them nothing is done.
    Allowed moves of the type from or to what it leaves go with it. How many items went on."""
    require(actor, _DO, type.space_id)
    shared_workflows.check_own(type)
    _check(type.space_id, uses, start)
    with transaction.atomic():
        WorkItemType.objects.select_for_update(no_key=True).get(pk=type.pk)
        ids = type_states.in_order(type.space_id, [s.pk for s in uses])
        heirs = _heirs(type, ids, into or {})
        writing.change(type, actor=actor, permission=_DO, verb="type.changed", version=version, state_ids=ids, start=start if ids else None)
        if ids:
            _drop_rules(actor, type, ids)
        count = sum(states.carry_all(actor=actor, rows=WorkItem.objects.filter(type=type, state=left), state=left, into=heir) for left, heir in heirs)
        move_requests.lapse_without_rule(actor=actor, space_id=type.space_id)
        shared_workflows.pass_way(type)
    return count


def standing(type: WorkItemType) -> dict[int, int]:
    """State id → how many items of the type stand there; removed ones too, which may come back."""
    rows = WorkItem.objects.filter(type=type).order_by().values_list("state_id")
    return dict(rows.annotate(n=Count("id")))


def _check(space_id: int, uses: Collection[State], start: State | None) -> None:
    """Work begins in a state that is not done, and ends in one that is."""
    for one in uses:
        if one.space_id != space_id:
            raise Refused("other_space", field="states")
        if one.retired_at:
            raise Refused("state_retired", field="states", name=one.name)
    if uses and (start is None or start.is_done or start.pk not in {s.pk for s in uses} or not any(s.is_done for s in uses)):
        raise Refused("type_states_last", field="start")


def _heirs(type: WorkItemType, ids: list[int], into: Mapping[int, State]) -> list[tuple[State, State]]:
    left = {pk: n for pk, n in standing(type).items() if ids and pk not in ids}
    rows = State.objects.in_bulk(left)
    missing = [pk for pk in left if pk not in into or into[pk].pk not in ids]
    if missing:
        names = ", ".join(rows[pk].name for pk in missing)
        raise Refused("type_states_occupied", field="states", type=type.name, states=names, count=sum(left[pk] for pk in missing))
    if sum(left.values()) > MOST_CARRIED:
        raise Refused("rows_too_many", most=MOST_CARRIED)
    return [(rows[pk], into[pk]) for pk in left]


def _drop_rules(actor: Any, type: WorkItemType, ids: list[int]) -> None:
    waiting = MoveRequest.objects.waiting().filter(item__type=type).exclude(to_state__in=ids, from_state__in=ids)
    move_requests.lapse(actor=actor, requests=waiting)
    gone = ~Q(to_state__in=ids) | (Q(from_state__isnull=False) & ~Q(from_state__in=ids))
    for rule in Transition.objects.filter(gone, space=type.space_id, type=type):
        transitions.remove(actor=actor, transition=rule)
