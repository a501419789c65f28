"""The states of a workflow."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Reference, body
from tandem.people.models import Space
from tandem.work.actions import columns, retirements, states, workflows
from tandem.work.models import State

router = Router(tags=["work"])

NOUN = Noun(
    path="states",
    model=State,
    word="state",
    narrows={"retired": (bool, lambda rows, is_retired: rows.filter(retired_at__isnull=not is_retired))},
    shows="id space_id name category is_given_up rank column_id is_waiting origin_id retired_at version created_at",
    filters="space_id category column_id",
)


def _add(*, actor: Any, space: Space, name: str, category: str) -> State:
    """Behind the others; a state of that name is answered as it is."""
    return workflows.ensure_states(actor=actor, space=space, states=[(name, category)])[name]


def _change(*, actor: Any, state: State, version: int, **values: Any) -> State:
    """Name, category and whether work ends there without a result; into a column of the board, or its done half."""
    own = {name: values.pop(name) for name in ("name", "category", "is_given_up") if name in values}
    state = states.change(actor=actor, state=state, version=version, **own)
    given = {"column": state.column, "is_waiting": state.is_waiting, **values}
    return columns.place(actor=actor, state=state, version=state.version, **given)


def _move(*, actor: Any, state: State, version: int, place: int) -> State:
    return states.move(actor=actor, state=state, to=place)


def _retire(*, actor: Any, state: State, version: int, into: State | None = None) -> State:
    """Its items go into another state."""
    retirements.retire(actor=actor, state=state, into=into, version=version)
    return state


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("StateCreate", State, "space name category"), _add)
generic.changes(
    router, NOUN, body("StateChange", State, "name category is_given_up column is_waiting", partial=True), _change
)
generic.acts(
    router, NOUN, "moves", body("StateMove", State, "", place=Annotated[int, Field(ge=0, le=1000)]), _move
)
generic.acts(
    router,
    NOUN,
    "retirements",
    body("StateRetirement", State, "", into_id=Reference(State, "into", is_needed=False)),
    _retire,
)
generic.acts(router, NOUN, "restorations", Body, states.restore)
