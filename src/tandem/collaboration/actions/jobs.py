"""Starting, watching and stopping long work."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any, Self

from django.db import DatabaseError, connection, connections, transaction
from django.utils.translation import gettext as _

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Job, Notification
from tandem.collaboration.words import refusal
from tandem.history.record import record
from tandem.history.seal import CHANNEL
from tandem.kit import clock, jobs
from tandem.kit.errors import Denied, Failed, Hidden, Refused, is_full
from tandem.kit.types import Ref
from tandem.people.access import Permission, may, require
from tandem.people.models import Space

log = logging.getLogger("tandem.jobs")
_RUN_LOCK = 0x7A4D
_AWAITED = 10
_UNQUEUED_AFTER = timedelta(seconds=30)


class Cancelled(Exception):
    """The person who started the job, or who manages the space, told it to stop."""


def start(*, actor: Any, space: Space, kind: str, title: str, **arguments: Any) -> Job:
    """Queue `kind` with a row that shows its progress; both stand or fall with this transaction."""
    require(actor, Permission.VIEW, space.pk)
    with transaction.atomic():
        job = Job.objects.create(space=space, owner=actor, kind=kind, title=title)
        record("job.started", job, actor=actor, changes={"kind": [None, kind]})
        # somebody waits for it: before what only keeps figures fresh
        jobs.enqueue(kind, priority=_AWAITED, job_id=job.pk, **arguments)
    return job


def cancel(*, actor: Any, job: Job) -> None:
    """The owner or who manages the space; the job stops at its next step and leaves nothing half done."""
    require(actor, Permission.VIEW, job.space_id)
    if job.owner_id != actor.pk and not may(actor, Permission.MANAGE_ACCESS, job.space_id):
        raise Denied(Permission.MANAGE_ACCESS)
    with transaction.atomic():
        if (
            Job.objects.filter(pk=job.pk, is_cancel_requested=False)
            .running()
            .update(is_cancel_requested=True)
        ):
            record("job.cancelled", job, actor=actor)


def run(job_id: int, work: Callable[["Progress"], str]) -> None:
    """Carry the job through its states around `work`, which returns the address of its result.

    A job that a killed worker left behind as running runs again. A lost database or a stopping worker is no
    failure of the job: it stays as it is, and the queue brings it back.
    """
    job = Job.objects.get(pk=job_id)
    if not job.is_running:
        return
    with Progress(job) as progress:
        values = {"phase": "", "done": 0, "total": 0, "started_at": job.started_at or clock.now()}
        _set(job, state=Job.State.RUNNING, **values)
        try:
            progress.step("", 0, 0)
            result = work(progress)
            _end(job, state=Job.State.DONE, result_url=result)
        except Cancelled:
            _end(job, state=Job.State.CANCELLED)
        except (jobs.Interrupted, MemoryError):  # who set the limit of memory says so
            raise
        except Exception as problem:
            if is_passing(problem):
                raise jobs.Interrupted from problem
            _end(job, state=Job.State.FAILED, error=reason(job, problem)[:2000])
            raise


def end_killed(job_id: int, code: str, limit: int) -> None:
    """Its process was ended from outside, for a `code` of `compute.worker.Stopped`: nothing of what it wrote stands."""
    job = Job.objects.get(pk=job_id)
    if not job.is_running:
        return
    if code == "cancelled":
        _end(job, state=Job.State.CANCELLED)
    else:
        _end(job, state=Job.State.FAILED, error=refusal(f"job_{code}", {"limit": limit}))


def is_passing(problem: BaseException) -> bool:
    """Whether the database went away or chose us as the loser of a conflict; the same work may succeed now."""
    state = getattr(problem.__cause__ or problem, "sqlstate", None)
    if not isinstance(problem, DatabaseError) and type(problem).__name__ != "InterfaceError":
        return False
    # class 08 and 57: the connection or the server ended · 40: serialization, deadlock · 55P03: a lock
    if state is not None:
        return state[:2] in ("08", "40") or state in ("57P01", "57P02", "57P03", "55P03", "53300")
    return type(problem).__name__ in ("OperationalError", "InterfaceError")


def reason(job: Job, problem: Exception) -> str:
    """Why a job failed, for all who see it: what nobody foresaw may quote rows that they do not see, and is for the log."""
    if isinstance(problem, Refused):
        return refusal(problem.code, problem.params)
    if isinstance(problem, Hidden | Denied):
        return _("Something that this job needs is gone, or may no longer be changed by its owner.")
    log.error("job %s (%s) failed", job.pk, job.kind, exc_info=problem)
    if is_full(problem):
        return refusal("no_room", {})
    return _("An error that nobody foresaw (%(code)s, job %(job)s). The administrator finds the cause in the log.") % {
        "code": problem.code if isinstance(problem, Failed) else type(problem).__name__, "job": job.pk,
    }  # fmt: skip


def fail_lost() -> int:
    """Jobs that no queue knows any more will not run: they say so instead of running for ever."""
    waiting = dict(
        # house: reads — the worker looks after everybody's jobs
        Job.objects.running().filter(created_at__lt=clock.now() - _UNQUEUED_AFTER).values_list("pk", "kind")
    )
    if not waiting:
        return 0
    lost = set(waiting) - jobs.queued(set(waiting.values()))
    for job in Job.objects.running().filter(pk__in=lost):
        ended = Job.State.CANCELLED if job.is_cancel_requested else Job.State.FAILED
        said = _("The job did not come to its end, and the queue no longer has it. Start it again.")
        error = said if ended == Job.State.FAILED else ""
        _end(job, state=ended, error=error)
    return len(lost)


class Progress:
    """Handed to the work: tell it where you are; it tells you when to stop.

    It writes on a connection of its own, since the work is often one long transaction: what that writes
    nobody sees before its end. On the same connection lies the lock that keeps a job from running twice at
    once; whoever is killed lets go of it.
    """

    def __init__(self, job: Job) -> None:
        self.job = job
        self._told_at = clock.now()
        self._aside = ThreadPoolExecutor(1, thread_name_prefix="progress")

    def __enter__(self) -> Self:
        try:
            if not self._aside.submit(_hold, self.job.pk).result():
                raise jobs.Interrupted
        except BaseException:
            self._aside.submit(connections.close_all)
            self._aside.shutdown()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self._aside.submit(_let_go, self.job.pk)
        self._aside.shutdown()

    def step(self, phase: str, done: int, total: int) -> None:
        """Raises `Cancelled` when a person asked for it. Writes at most twice a second."""
        if jobs.stopping.is_set():
            raise jobs.Interrupted
        moment = clock.now()
        new_phase = phase != self.job.phase
        if not new_phase and (moment - self._told_at).total_seconds() < 0.5 and done < total:
            return
        self._told_at = moment
        self.job.phase, self.job.done, self.job.total = phase, done, total
        if self._aside.submit(_tell, self.job.pk, phase, done, total).result():
            raise Cancelled


def _hold(job_id: int) -> bool:
    """False when another worker is still at this job. Held as long as this thread's connection lives."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_RUN_LOCK, job_id % 2**31])
        return bool(cursor.fetchone()[0])


def _let_go(job_id: int) -> None:
    # a lost connection has let go already
    with suppress(DatabaseError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_RUN_LOCK, job_id % 2**31])
    connections.close_all()


def _tell(job_id: int, phase: str, done: int, total: int) -> bool:
    """Show the progress, and whether the job is to stop. A row that somebody holds is left for the next step."""
    with transaction.atomic():
        row = Job.objects.select_for_update(skip_locked=True).filter(pk=job_id).first()
        if row is None:
            return Job.objects.filter(pk=job_id, is_cancel_requested=True).exists()
        if not row.is_cancel_requested:
            _set(row, phase=phase, done=done, total=total)
        return row.is_cancel_requested


def _end(job: Job, **values: Any) -> None:
    """Over; its owner hears of it, unless they stopped it themselves."""
    _set(job, finished_at=clock.now(), **values)
    if job.owner_id and job.state != Job.State.CANCELLED:
        about, facts = Ref(Job._meta.label_lower, job.pk), {"job": job.state, "error": job.error}
        notifications.tell(
            [News(job.owner_id, Notification.Kind.JOB, about, job.space_id, f"job:{job.pk}", facts=facts)]
        )


def _set(job: Job, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(**values)
    for field, value in values.items():
        setattr(job, field, value)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f'["job:{job.pk}"]'])
