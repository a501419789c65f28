"""Sprints that imports brought."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.work.models import Sprint

router = Router(tags=["work"])

NOUN = Noun(
    path="sprints",
    model=Sprint,
    shows="id space_id name state starts_at ends_at goal version created_at",
    filters="space_id state",
)

generic.reads(router, NOUN)
