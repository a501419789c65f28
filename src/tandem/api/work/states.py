"""The states of a workflow."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.people.models import Space
from tandem.work.actions import columns, workflows
from tandem.work.models import State

router = Router(tags=["work"])

NOUN = Noun(
    path="states",
    model=State,
    word="state",
    shows="id space_id name category rank column_id is_waiting version created_at",
    filters="space_id category column_id",
)


def _add(*, actor: Any, space: Space, name: str, category: str) -> State:
    """Behind the others; a state of that name is answered as it is."""
    return workflows.ensure_states(actor=actor, space=space, states=[(name, category)])[name]


def _place(*, actor: Any, state: State, version: int, **values: Any) -> State:
    """Into a column of the board, or its done half."""
    given = {"column": state.column, "is_waiting": state.is_waiting, **values}
    return columns.place(actor=actor, state=state, version=version, **given)


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("StateCreate", State, "space name category"), _add)
generic.changes(router, NOUN, body("StateChange", State, "column is_waiting", partial=True), _place)
