"""Starting, watching and stopping long work."""

from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from tandem.collaboration.models import Job
from tandem.history.record import record
from tandem.history.seal import CHANNEL
from tandem.kit import clock, jobs
from tandem.kit.errors import Denied
from tandem.people.access import Permission, may, require
from tandem.people.models import Space


class Cancelled(Exception):
    """The person who started the job, or who manages the space, told it to stop."""


def start(*, actor: Any, space: Space, kind: str, title: str, **arguments: Any) -> Job:
    """Queue `kind` with a row that shows its progress; both stand or fall with this transaction."""
    require(actor, Permission.VIEW, space.pk)
    with transaction.atomic():
        job = Job.objects.create(space=space, owner=actor, kind=kind, title=title)
        record("job.started", job, actor=actor, changes={"kind": [None, kind]})
        jobs.enqueue(kind, job_id=job.pk, **arguments)
    return job


def cancel(*, actor: Any, job: Job) -> None:
    """The owner or who manages the space; the job stops at its next step and leaves nothing half done."""
    require(actor, Permission.VIEW, job.space_id)
    if job.owner_id != actor.pk and not may(actor, Permission.MANAGE_ACCESS, job.space_id):
        raise Denied(Permission.MANAGE_ACCESS)
    with transaction.atomic():
        if Job.objects.filter(pk=job.pk).running().update(is_cancel_requested=True):
            record("job.cancelled", job, actor=actor)


def run(job_id: int, work: Callable[["Progress"], str]) -> None:
    """Carry the job through its states around `work`, which returns the address of its result."""
    job = Job.objects.get(pk=job_id)
    if not job.is_running:
        return
    progress = Progress(job)
    _set(job, state=Job.State.RUNNING, started_at=clock.now())
    try:
        progress.step("", 0, 0)
        result = work(progress)
        _set(job, state=Job.State.DONE, result_url=result, finished_at=clock.now())
    except Cancelled:
        _set(job, state=Job.State.CANCELLED, finished_at=clock.now())
    except Exception as problem:
        _set(job, state=Job.State.FAILED, error=str(problem)[:2000], finished_at=clock.now())
        raise


class Progress:
    """Handed to the work: tell it where you are; it tells you when to stop."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told_at = clock.now()

    def step(self, phase: str, done: int, total: int) -> None:
        """Raises `Cancelled` when a person asked for it. Writes at most twice a second."""
        moment = clock.now()
        new_phase = phase != self.job.phase
        if not new_phase and (moment - self._told_at).total_seconds() < 0.5 and done < total:
            return
        self._told_at = moment
        self.job.phase, self.job.done, self.job.total = phase, done, total
        self._write(phase, done, total)

    def _write(self, phase: str, done: int, total: int) -> None:
        # Its own connection would be cleaner; inside a long transaction the row is shown at the end only.
        if Job.objects.filter(pk=self.job.pk, is_cancel_requested=True).exists():
            raise Cancelled
        _set(self.job, phase=phase, done=done, total=total)


def _set(job: Job, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**values)
    for field, value in values.items():
        setattr(job, field, value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f'["job:{job.pk}"]'])
