"""The types of work in a space."""

from collections.abc import Sequence
from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, Reference, body
from tandem.kit.types import Id
from tandem.people.models import Space
from tandem.work.actions import states, type_workflows, workflows
from tandem.work.models import State, WorkItemType

router = Router(tags=["work"])
Heirs = Annotated[dict[Id, Id], Field(max_length=60)]

NOUN = Noun(
    path="types",
    model=WorkItemType,
    word="type",
    narrows={"retired": (bool, lambda rows, is_retired: rows.filter(retired_at__isnull=not is_retired))},
    shows="id space_id name level rank state_ids start_id origin_id retired_at version created_at",
    filters="space_id level",
)


def _add(*, actor: Any, space: Space, name: str, level: int = 2) -> WorkItemType:
    """Behind the others; a type of that name is answered as it is."""
    return workflows.ensure_types(actor=actor, space=space, types=[(name, level)])[name]


def _choose(
    *, actor: Any, type: WorkItemType, version: int, uses: Sequence[State] = (), start: State | None = None, into: dict[Id, Id] | None = None
) -> WorkItemType:  # fmt: skip
    """The states that it passes through, and where it begins; none: those of the space. `into` says by the number of a state
    where the items go that stand there."""
    rows = State.objects.visible_to(actor).filter(space=type.space_id).in_bulk(list((into or {}).values()))
    heirs = {pk: rows[number] for pk, number in (into or {}).items() if number in rows}
    type_workflows.choose(actor=actor, type=type, version=version, uses=uses, start=start, into=heirs)
    return type


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("WorkItemTypeCreate", WorkItemType, "space name level"), _add)
generic.changes(
    router, NOUN, body("WorkItemTypeChange", WorkItemType, "name level", partial=True), states.change_type
)
generic.acts(
    router,
    NOUN,
    "workflows",
    body(
        "WorkItemTypeWorkflow", WorkItemType, "", state_ids=Reference(State, "uses", is_many=True),
        start_id=Reference(State, "start", is_needed=False), into=(Heirs, OPTIONAL),
    ),
    _choose,
)  # fmt: skip
generic.acts(router, NOUN, "retirements", Body, states.retire_type)
generic.acts(router, NOUN, "restorations", Body, states.restore_type)
