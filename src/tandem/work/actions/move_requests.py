"""A move that others approve is asked for, and lapses when it has no ground any more."""

from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.people.scoping import members_of, roles_of
from tandem.work.models import MoveRequest, State, Transition, WorkItem
from tandem.work.models.transition import in_force, is_open_to, leading

_S = MoveRequest.State


def ask(*, actor: Any, item: WorkItem, to_state: State, rule: Transition) -> MoveRequest:
    """In the transaction of the change that found the rule: what the move asks for is filled in. The same asked again is
    the same; another one waits until this is withdrawn."""
    require(actor, Permission.EDIT_WORK, item.space_id)
    with transaction.atomic():
        WorkItem.objects.select_for_update(no_key=True).get(pk=item.pk)
        there = MoveRequest.objects.waiting().filter(item=item).select_related("to_state").first()
        if there is not None and there.to_state_id == to_state.pk:
            return there
        if there is not None:
            raise Refused("move_asked_already", field="state", state=there.to_state.name)
        people = able(rule, item.space_id, but=actor.pk)
        if len(people) < rule.approvals:
            raise Refused("move_without_approvers", field="state", state=to_state.name, count=rule.approvals, there=len(people))
        row = MoveRequest.objects.create(
            space_id=item.space_id, item=item, from_state=item.state, to_state=to_state, asked_by=actor
        )
        record(
            "work_item.move_asked", item, actor=actor,
            changes={"to_state": [None, to_state.pk], "approvers": [[], sorted(people)]},
        )  # fmt: skip
    return row


def lapse(*, actor: Any, requests: Any) -> None:
    """What they asked for has no ground any more: the item went elsewhere, or the workflow is another one. Called in the
    transaction of that change."""
    for row in requests.select_related("item").select_for_update(no_key=True, of=("self",)):
        end(row, _S.LAPSED, None)
        record("work_item.move_lapsed", row.item, actor=actor, changes={"to_state": [row.to_state_id, None]})


def lapse_without_rule(*, actor: Any, space_id: int) -> None:
    """After a change of the workflow: what waits and needs no approval any more, or may not be at all."""
    rows = MoveRequest.objects.waiting().filter(space=space_id).select_related("item", "asked_by")
    gone = [row.pk for row in rows if requirement(row, row.item) is None]
    lapse(actor=actor, requests=MoveRequest.objects.filter(pk__in=gone))


def able(rule: Transition, space_id: int, but: int = 0) -> set[int]:
    """Who may approve: the people named, as far as they still see the project, and whoever has one of the roles here."""
    if not rule.approvals:
        return set()
    rows = members_of(space_id).values_list("user_id", "role")
    return {user for user, role in rows if user != but and (user in rule.approvers or role in rule.approver_roles)}


def rule_of(*, actor: Any, item: WorkItem, from_id: int, to_id: int) -> Transition | None:
    """The rule by which this person may move the item there; None where there are no rules, or none lets them."""
    if not item.type.uses(from_id) and item.type.start_id is not None:
        from_id = item.type.start_id
    ways = leading(in_force(Transition.objects.filter(space=item.space_id), item.type_id), from_id, to_id)
    roles = roles_of(actor).get(item.space_id, frozenset())
    return next((rule for rule in ways if is_open_to(rule, roles)), None)


def requirement(row: MoveRequest, item: WorkItem) -> Transition | None:
    """The rule of now that makes this move wait."""
    rule = rule_of(actor=row.asked_by, item=item, from_id=row.from_state_id, to_id=row.to_state_id)
    return rule if rule is not None and rule.approvals else None


def end(row: MoveRequest, state: str, version: int | None) -> None:
    row.write(expected=version, state=state, ended_at=clock.now())
