"""Runs: one computation each, with what went in and how it ended."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.planning.models import Run

router = Router(tags=["planning"])

NOUN = Noun(
    path="runs",
    model=Run,
    shows="id space_id kind state as_of inputs_hash seed program finished_at problem created_at",
    filters="space_id kind state",
)

generic.reads(router, NOUN)
