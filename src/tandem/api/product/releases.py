"""Releases."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.product import readiness, scope
from tandem.api.product.traces import add_trace
from tandem.api.shapes import body
from tandem.product.actions import releases
from tandem.product.models import Release

router = Router(tags=["product"])
_FIELDS = "name description state owner team planned_from planned_on planned_precision released_on notes_en notes_zh"

NOUN = Noun(
    path="releases",
    model=Release,
    word="release",
    shows=(
        "id space_id product_id name description state owner_id team_id planned_from planned_on planned_precision released_on "
        "notes_en notes_zh notes_published_at version created_at"
    ),
    filters="space_id product_id team_id owner_id state",
)

generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("ReleaseCreate", Release, f"product {_FIELDS}"),
    releases.create,
)
generic.changes(
    router,
    NOUN,
    body("ReleaseChange", Release, _FIELDS, partial=True),
    releases.change,
)
generic.removes(router, NOUN, releases.remove)
scope.add_routes(router, NOUN)
add_trace(router, NOUN, "release")
readiness.add_routes(router, NOUN)
