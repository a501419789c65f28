"""Dates that the plan's network gives a work item. They never overwrite planned or promised ones."""

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.planning.models import ComputedDates

router = Router(tags=["planning"])

NOUN = Noun(
    path="computed-dates",
    model=ComputedDates,
    shows="item_id space_id run_id start finish total_slack_minutes free_slack_minutes is_critical",
    filters="space_id run_id is_critical",
)

generic.reads(router, NOUN, history=False)
