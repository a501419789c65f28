"""Imports and their reports. A file is brought in on the page or by `tandem import`."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.exchange.models import Import

router = Router(tags=["exchange"])

NOUN = Noun(
    path="imports",
    model=Import,
    shows="id space_id file_name format state owner_id questions report problem job_id created_at applied_at",
    filters="space_id state owner_id format",
)

generic.reads(router, NOUN)
