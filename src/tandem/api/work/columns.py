"""The columns of boards."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import columns
from tandem.work.models import Column

router = Router(tags=["work"])
_FIELDS = "name policy is_split"

NOUN = Noun(
    path="columns",
    model=Column,
    word="column",
    shows="id space_id name rank policy is_split version created_at",
    filters="space_id",
)


def _move(*, actor: Any, column: Column, version: int, place: int) -> Column:
    return columns.move(actor=actor, column=column, to=place)


generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ColumnCreate", Column, f"space {_FIELDS}"), columns.create)
generic.changes(router, NOUN, body("ColumnChange", Column, _FIELDS, partial=True), columns.change)
generic.removes(router, NOUN, columns.remove)
generic.acts(router, NOUN, "moves", body("ColumnMove", Column, "", place=Annotated[int, Field(ge=0, le=1000)]), _move)
