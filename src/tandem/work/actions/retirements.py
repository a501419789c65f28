"""Retiring a state with very many items: as a job that shows how far it is, all or nothing."""

from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from tandem.collaboration.actions import jobs
from tandem.collaboration.actions.jobs import Progress
from tandem.collaboration.models import Job
from tandem.kit.errors import Hidden, Refused
from tandem.people.access import Permission, require
from tandem.work.actions import states
from tandem.work.models import State, WorkItem

KIND = "work.retire_state"
AT_ONCE = 2_000
"Items that are moved while one waits."


def retire(*, actor: Any, state: State, into: State | None = None, version: int | None = None) -> tuple[int, Job | None]:
    """As `states.retire`: how many items went on; or the job that moves them, where they are many."""
    require(actor, Permission.EDIT_PLAN, state.space_id)
    if WorkItem.objects.filter(state=state).count() <= AT_ONCE:
        return states.retire(actor=actor, state=state, into=into, version=version), None
    if into is None:
        raise Refused("state_needs_heir", field="into")
    states.check_heir(state, into)
    with transaction.atomic():
        states.check_rest(state)
        if Job.objects.running().filter(space=state.space_id, kind=KIND).exists():
            raise Refused("state_retiring")
        job = jobs.start(
            actor=actor, space=state.space, kind=KIND, title=_("Retire the state “%(name)s”") % {"name": state.name}, state_id=state.pk,
            into_id=into.pk, language=translation.get_language() or "en",
        )  # fmt: skip
    return 0, job


def carry_out(job: Job, state_id: int, into_id: int, language: str, progress: Progress) -> str:
    """In one transaction, so that a job that is stopped leaves everything as it was; begun again, it is done once."""
    if job.owner is None or not job.owner.is_active:
        raise Hidden
    rows = State.objects.filter(space=job.space_id).in_bulk([state_id, into_id])
    state, into = rows.get(state_id), rows.get(into_id)
    if state is None or into is None:
        raise Hidden
    with translation.override(language):
        if state.retired_at is None:
            states.retire(actor=job.owner, state=state, into=into, step=lambda done, total: progress.step("rows", done, total))
    return f"/boards/{job.space.key}/workflow/"
