"""The states of a workflow."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.people.models import Space
from tandem.work.actions import workflows
from tandem.work.models import State

router = Router(tags=["work"])

NOUN = Noun(
    path="states",
    model=State,
    shows="id space_id name category rank version created_at",
    filters="space_id category",
)


def _add(*, actor: Any, space: Space, name: str, category: str) -> State:
    """Behind the others; a state of that name is answered as it is."""
    return workflows.ensure_states(actor=actor, space=space, states=[(name, category)])[name]


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("StateCreate", State, "space name category"), _add)
