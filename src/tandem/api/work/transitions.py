"""The moves from state to state that a team allows."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Reference, body
from tandem.people.models import User
from tandem.work.actions import transitions
from tandem.work.models import Transition

router = Router(tags=["work"])
_FIELDS = "roles required is_guarded approvals approver_roles"
_APPROVERS = Reference(User, "approvers", is_many=True)

NOUN = Noun(
    path="transitions",
    model=Transition,
    word="transition",
    shows="id space_id from_state_id to_state_id type_id roles required is_guarded approvals approver_roles approvers origin_id version created_at",
    filters="space_id from_state_id to_state_id type_id",
)



def _create(**values: Any) -> Transition:
    return transitions.create(**_named(values))


def _change(**values: Any) -> Transition:
    return transitions.change(**_named(values))


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"approvers": [person.pk for person in values["approvers"]]} if "approvers" in values else values


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("TransitionCreate", Transition, f"space from_state to_state type {_FIELDS}", approver_ids=_APPROVERS),
    _create,
)
generic.changes(router, NOUN, body("TransitionChange", Transition, _FIELDS, partial=True, approver_ids=_APPROVERS), _change)
generic.removes(router, NOUN, transitions.remove)
