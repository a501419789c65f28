"""What blocks work items, since when and until when."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body, body
from tandem.work.actions import blocks
from tandem.work.models import Block

router = Router(tags=["work"])

NOUN = Noun(
    path="blocks",
    model=Block,
    word="block",
    shows="id space_id item_id kind reason since by_id ended_at ended_by_id version created_at",
    filters="space_id item_id kind",
    narrows={"open": (bool, lambda rows, is_open: rows.open() if is_open else rows.ended())},
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("BlockCreate", Block, "item kind reason"), blocks.start)
generic.changes(router, NOUN, body("BlockChange", Block, "kind reason", partial=True), blocks.change)
generic.removes(router, NOUN, blocks.remove)
generic.acts(router, NOUN, "ends", Body, blocks.end)
generic.acts(router, NOUN, "reopenings", Body, blocks.reopen)
