"""Scoring models, and what features score by them."""

from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import JsonObject, body
from tandem.product.actions import scores, scoring_models
from tandem.product.models import Score, ScoringModel

router = Router(tags=["product"])
_INPUTS: Any = (Annotated[list[JsonObject], Field(max_length=50)], generic.OPTIONAL)

NOUN = Noun(
    path="scoring-models",
    model=ScoringModel,
    word="scoring_model",
    shows="id space_id name description method formula inputs is_retired version created_at",
    filters="space_id method is_retired",
)
SCORES = Noun(
    path="scores",
    model=Score,
    word="score",
    shows="id space_id feature_id model_id inputs value problem missing scored_at version created_at",
    filters="space_id feature_id model_id",
)

generic.reads(router, NOUN)
generic.creates(
    router, NOUN, body("ScoringModelCreate", ScoringModel, "space name description method formula", inputs=_INPUTS), scoring_models.create
)
generic.changes(
    router, NOUN,
    body("ScoringModelChange", ScoringModel, "name description method formula is_retired", partial=True, inputs=_INPUTS),
    scoring_models.change,
)  # fmt: skip
generic.removes(router, NOUN, scoring_models.remove)

scored = Router(tags=["product"])
generic.reads(scored, SCORES, history=False)
generic.creates(scored, SCORES, body("ScoreCreate", Score, "feature model", inputs=JsonObject), scores.create)
generic.changes(scored, SCORES, body("ScoreChange", Score, "", inputs=JsonObject), scores.change)
