"""The types of work in a space."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, body
from tandem.people.models import Space
from tandem.work.actions import states, workflows
from tandem.work.models import WorkItemType

router = Router(tags=["work"])

NOUN = Noun(
    path="types",
    model=WorkItemType,
    word="type",
    narrows={"retired": (bool, lambda rows, is_retired: rows.filter(retired_at__isnull=not is_retired))},
    shows="id space_id name level rank retired_at version created_at",
    filters="space_id level",
)


def _add(*, actor: Any, space: Space, name: str, level: int = 2) -> WorkItemType:
    """Behind the others; a type of that name is answered as it is."""
    return workflows.ensure_types(actor=actor, space=space, types=[(name, level)])[name]


generic.reads(router, NOUN, history=False)
generic.creates(router, NOUN, body("WorkItemTypeCreate", WorkItemType, "space name level"), _add)
generic.changes(
    router, NOUN, body("WorkItemTypeChange", WorkItemType, "name level", partial=True), states.change_type
)
generic.acts(router, NOUN, "retirements", Body, states.retire_type)
generic.acts(router, NOUN, "restorations", Body, states.restore_type)
