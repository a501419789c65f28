"""Forecasts: when a feature, a release or a project will be done, and what that rests on."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.planning.models import Forecast

router = Router(tags=["planning"])

NOUN = Noun(
    path="forecasts",
    model=Forecast,
    shows=(
        "id space_id run_id subject_kind subject_id is_current as_of remaining p50 p80 p95 refusal detail "
        "created_at"
    ),
    filters="space_id run_id subject_kind subject_id is_current",
)

generic.reads(router, NOUN, history=False)
