"""What a change does, computed before anybody can say yes or no to it: by the very edits, which are taken back."""

from typing import Any

from django.db import transaction

from tandem.collaboration.actions import jobs
from tandem.collaboration.models import Job
from tandem.governance.models import ChangeRequest
from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people.access import Permission, require
from tandem.planning.models import PlanScenario

COMPUTE = "governance.compute_change"


def ask(*, actor: Any, change_request: ChangeRequest, title: str = "") -> Job:
    """In the background; whoever sees the request may ask. One such job for a request at a time, which reads the content when it begins."""
    require(actor, Permission.COMMENT, change_request.space_id)
    if not change_request.is_writable:
        raise Refused("change_over")
    with transaction.atomic():
        scenario = PlanScenario.objects.select_for_update(of=("self",)).get(pk=change_request.scenario_id)
        # held: a job that has not begun reads the content after this transaction
        waiting = Job.objects.select_for_update(of=("self",)).filter(pk=scenario.job_id, state=Job.State.WAITING).first()
        if waiting is not None:
            return waiting
        job = jobs.start(actor=actor, space=change_request.space, kind=COMPUTE, title=title or change_request.title, request_id=change_request.pk)
        PlanScenario.objects.filter(pk=scenario.pk).update(job=job)
    return job


def compute(change_request: ChangeRequest) -> dict[str, Any]:
    """The picture, stored with the digest of the content that it shows; of what is over, what was decided on stays."""
    # the compiler behind it takes half a second to load: only the job that computes waits for it
    from tandem.governance import impact

    outcome = impact.compute(change_request)
    if outcome is not None:
        with transaction.atomic():
            record("change_request.computed", change_request, actor=None)
    return outcome or change_request.scenario.outcome or {}
