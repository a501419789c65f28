"""What the cards of a board show, and its lanes by filters."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import board_layouts
from tandem.work.models import BoardLayout

router = Router(tags=["work"])
_FIELDS = "on_cards lanes"

NOUN = Noun(
    path="board-layouts",
    model=BoardLayout,
    word="layout",
    shows="id space_id on_cards lanes version created_at",
    filters="space_id",
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("BoardLayoutCreate", BoardLayout, f"space {_FIELDS}"), board_layouts.create)
generic.changes(router, NOUN, body("BoardLayoutChange", BoardLayout, _FIELDS, partial=True), board_layouts.change)
generic.removes(router, NOUN, board_layouts.remove)
