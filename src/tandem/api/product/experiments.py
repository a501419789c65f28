"""Experiments."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.product.actions import experiments
from tandem.product.models import Experiment

router = Router(tags=["product"])
_FIELDS = "title hypothesis measure threshold feature owner starts_on ends_on stage result outcome decision learned"

NOUN = Noun(
    path="experiments",
    model=Experiment,
    word="experiment",
    shows=(
        "id space_id product_id feature_id title hypothesis measure threshold owner_id starts_on ends_on stage result outcome"
        " decision learned version created_at"
    ),
    filters="space_id product_id feature_id owner_id stage outcome decision",
)
generic.reads(router, NOUN)
generic.creates(router, NOUN, body("ExperimentCreate", Experiment, f"product {_FIELDS}"), experiments.create)
generic.changes(router, NOUN, body("ExperimentChange", Experiment, _FIELDS, partial=True), experiments.change)
generic.removes(router, NOUN, experiments.remove)
