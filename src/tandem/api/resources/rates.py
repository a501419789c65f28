"""Rates, for those who may see them. A rate is set and taken back, never changed."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.resources.actions import rates
from tandem.resources.models import Rate

router = Router(tags=["resources"])
NOUN = Noun(
    path="rates", model=Rate, word="rate",
    shows="id space_id job_role_id person_id valid_from cost bill currency set_by_id ended_at version created_at",
    filters="space_id job_role_id person_id currency",
)  # fmt: skip
generic.reads(router, NOUN)
generic.creates(router, NOUN, body("RateCreate", Rate, "space job_role person valid_from cost bill currency"), rates.create)
generic.removes(router, NOUN, rates.remove)
