"""Moves that wait for approval: those that one may decide, and those on a board."""

from collections.abc import Iterable
from typing import Any

from tandem.people.scoping import roles_of
from tandem.work.models import MoveRequest, Transition
from tandem.work.models.transition import in_force, leading

MOST = 200


def awaiting(user: Any) -> list[MoveRequest]:
    """What waits for this person's yes or no, oldest first."""
    rows = MoveRequest.objects.visible_to(user).waiting().exclude(asked_by=user).exclude(verdicts__by=user)
    rows = rows.select_related("item", "to_state", "from_state", "asked_by").order_by("id")
    return decidable(user, list(rows[:MOST]))


def decidable(user: Any, rows: list[MoveRequest]) -> list[MoveRequest]:
    """Of these, which came with their item, the ones that a rule of today gives to this person."""
    rules: dict[int, list[Transition]] = {}
    if rows:
        for rule in Transition.objects.visible_to(user).filter(space_id__in={row.space_id for row in rows}):
            rules.setdefault(rule.space_id, []).append(rule)
    return [row for row in rows if row.asked_by_id != user.pk and _is_named(user, row, rules.get(row.space_id, []))]


def _is_named(user: Any, row: MoveRequest, rules: list[Transition]) -> bool:
    roles = roles_of(user).get(row.space_id, frozenset())
    ways = leading(in_force(rules, row.item.type_id), row.from_state_id, row.to_state_id)
    return any(rule.approvals and (user.pk in rule.approvers or not roles.isdisjoint(rule.approver_roles)) for rule in ways)


def on_cards(user: Any, items: Iterable[Any]) -> dict[int, str]:
    """Item id → the state into which it waits to go."""
    rows = MoveRequest.objects.visible_to(user).waiting().filter(item__in=[item.pk for item in items])
    return dict(rows.order_by().values_list("item_id", "to_state__name"))
