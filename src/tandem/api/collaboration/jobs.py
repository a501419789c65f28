"""Long work that somebody started, and stopping it."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Body
from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job

router = Router(tags=["collaboration"])

NOUN = Noun(
    path="jobs",
    model=Job,
    shows=(
        "id space_id kind title owner_id state phase done total is_cancel_requested error result_url "
        "created_at started_at finished_at"
    ),
    filters="space_id kind owner_id state",
)


def _cancel(*, actor: Any, row: Job) -> Job:
    jobs.cancel(actor=actor, job=row)
    return row


generic.reads(router, NOUN)
generic.adds(router, NOUN, "cancellations", Body, _cancel)
