"""Baselines: the planned dates as they stood on a day."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body
from tandem.work.actions import baselines
from tandem.work.models import Baseline, BaselineDate

router = Router(tags=["work"])

NOUN = Noun(
    path="baselines",
    model=Baseline,
    shows="id space_id name number version created_at",
    filters="space_id",
)
DATES = Noun(
    path="baseline-dates",
    model=BaselineDate,
    shows="id baseline_id item_id start finish duration_minutes",
)

generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("BaselineCreate", Baseline, "space name"),
    baselines.take,
)
generic.parts(router, NOUN, "dates", DATES, lambda user, baseline: baseline.dates.all())
