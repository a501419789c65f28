"""What the cards of a board show, and its lanes by filters."""

from typing import Annotated

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import OPTIONAL, Body, body, words
from tandem.work.actions import board_layouts
from tandem.work.models import BoardLayout

router = Router(tags=["work"])
_FIELDS = "on_cards"


class Lane(Body):
    """Items that the filter finds, under this name; an item stands in the first lane that finds it."""

    name: words(100, 1)  # type: ignore[valid-type]
    query: words(500, 1)  # type: ignore[valid-type]


_LANES = {"lanes": (Annotated[list[Lane], Field(max_length=12)], OPTIONAL)}

NOUN = Noun(
    path="board-layouts",
    model=BoardLayout,
    word="layout",
    shows="id space_id on_cards lanes version created_at",
    filters="space_id",
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("BoardLayoutCreate", BoardLayout, f"space {_FIELDS}", **_LANES), board_layouts.create)
generic.changes(router, NOUN, body("BoardLayoutChange", BoardLayout, _FIELDS, partial=True, **_LANES), board_layouts.change)
generic.removes(router, NOUN, board_layouts.remove)
