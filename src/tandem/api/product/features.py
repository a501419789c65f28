"""Features."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.product import scope
from tandem.api.product.traces import add_trace
from tandem.api.shapes import body
from tandem.kit import clock
from tandem.product.actions import features
from tandem.product.models import Feature
from tandem.product.models.window import standing

router = Router(tags=["product"])
_FIELDS = (
    "title description state horizon planned_from planned_to planned_precision release team owner benefit rank shipped_on note_en note_zh"
)

NOUN = Noun(
    path="features",
    model=Feature,
    word="feature",
    shows=(
        "id space_id product_id title description state horizon planned_from planned_to planned_precision release_id"
        " team_id owner_id benefit_id rank shipped_on note_en note_zh version created_at"
    ),
    computes={"stands_in": (str, lambda _asker: standing(clock.today()))},
    filters="space_id product_id release_id team_id owner_id state horizon",
)

generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("FeatureCreate", Feature, f"product {_FIELDS}"),
    features.create,
)
generic.changes(
    router,
    NOUN,
    body("FeatureChange", Feature, _FIELDS, partial=True),
    features.change,
)
generic.removes(router, NOUN, features.remove)
scope.add_routes(router, NOUN)
add_trace(router, NOUN, "feature")
