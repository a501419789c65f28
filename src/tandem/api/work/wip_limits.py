"""How much may stand where at once."""


from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import wip_limits
from tandem.work.models import WipLimit

router = Router(tags=["work"])

NOUN = Noun(
    path="wip-limits",
    model=WipLimit,
    word="limit",
    shows="id space_id most least column_id lane person_id stops version created_at",
    filters="space_id column_id person_id stops",
)

generic.reads(router, NOUN)
generic.creates(
    router, NOUN, body("WipLimitCreate", WipLimit, "space most least column lane person stops"), wip_limits.create
)
generic.changes(router, NOUN, body("WipLimitChange", WipLimit, "most least stops", partial=True), wip_limits.change)
generic.removes(router, NOUN, wip_limits.remove)
