"""The fields that a team defines for its work items."""

from typing import Annotated, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, Reference, body
from tandem.work.actions import fields
from tandem.work.models import FieldDefinition, WorkItemType

router = Router(tags=["work"])
_FIELDS = "name choices depends_on branches currency is_required is_on_cards is_several formula how summed is_deep"
_TYPES = Reference(WorkItemType, "types", is_many=True)


def _type_ids(user: Any) -> Any:
    through = (
        FieldDefinition.types.through.objects
    )  # house: reads — of definitions that were filtered by the asker's spaces
    return ArraySubquery(
        through.filter(fielddefinition=OuterRef("pk")).order_by("workitemtype_id").values("workitemtype_id")
    )


NOUN = Noun(
    path="fields",
    model=FieldDefinition,
    word="field",
    shows="id space_id name key word kind choices depends_on branches currency is_required is_on_cards is_several formula how summed is_deep result origin_id rank retired_at version created_at",
    computes={"type_ids": (list[int], _type_ids)},
    filters="space_id kind key",
    narrows={"retired": (bool, lambda rows, is_retired: rows.filter(retired_at__isnull=not is_retired))},
)


def _move(*, actor: Any, field: FieldDefinition, version: int, place: int) -> FieldDefinition:
    return fields.move(actor=actor, field=field, to=place)


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("FieldCreate", FieldDefinition, f"space kind {_FIELDS}", type_ids=_TYPES),
    fields.create,
)
generic.changes(
    router, NOUN, body("FieldChange", FieldDefinition, _FIELDS, partial=True, type_ids=_TYPES), fields.change
)
generic.acts(
    router,
    NOUN,
    "moves",
    body("FieldMove", FieldDefinition, "", place=Annotated[int, Field(ge=0, le=1000)]),
    _move,
)
generic.acts(router, NOUN, "retirements", Body, fields.retire)
generic.acts(router, NOUN, "restorations", Body, fields.restore)
