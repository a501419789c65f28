"""Between which states the cycle time of a project runs."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import flow_clocks
from tandem.work.models import FlowClock

router = Router(tags=["work"])
_FIELDS = "start stop counts_working_days"

NOUN = Noun(
    path="flow-clocks",
    model=FlowClock,
    word="clock",
    shows="id space_id start_id stop_id counts_working_days version created_at",
    filters="space_id",
)

generic.reads(router, NOUN)
generic.creates(router, NOUN, body("FlowClockCreate", FlowClock, f"space {_FIELDS}"), flow_clocks.create)
generic.changes(router, NOUN, body("FlowClockChange", FlowClock, _FIELDS, partial=True), flow_clocks.change)
generic.removes(router, NOUN, flow_clocks.remove)
