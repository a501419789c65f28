"""The moves from state to state that a team allows."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import transitions
from tandem.work.models import Transition

router = Router(tags=["work"])
_FIELDS = "roles required is_guarded"

NOUN = Noun(
    path="transitions",
    model=Transition,
    word="transition",
    shows="id space_id from_state_id to_state_id type_id roles required is_guarded version created_at",
    filters="space_id from_state_id to_state_id type_id",
)

generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("TransitionCreate", Transition, f"space from_state to_state type {_FIELDS}"),
    transitions.create,
)
generic.changes(router, NOUN, body("TransitionChange", Transition, _FIELDS, partial=True), transitions.change)
generic.removes(router, NOUN, transitions.remove)
