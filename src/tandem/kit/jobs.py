"""Handing work to the job queue by name, so that a room can enqueue what a room above it does."""

import threading
from functools import partial
from typing import Any, Protocol, TypeVar


class Task(Protocol):
    name: str


T = TypeVar("T", bound=Task)
USUAL, SHORT = "default", "short"
"Lanes: each has slots of its own in a worker. `SHORT` is for what is done in a moment or waits for others."
computing: set[str] = set()
"Names of the tasks that compute: the worker runs them in a process of their own, with a limit of memory."
stopping = threading.Event()
"Set in a worker that was told to end: a job gives up at its next step and runs again elsewhere."


class Interrupted(Exception):
    """The job did not come to its end through no fault of its own; it goes back into the queue."""


def computes(task: T) -> T:
    """Mark a task whose engines may want all memory or not end by themselves."""
    computing.add(task.name)
    return task


def enqueue(
    name: str,
    *,
    lock: str | None = None,
    once: str | None = None,
    in_seconds: int = 0,
    priority: int = 0,
    lane: str = USUAL,
    **arguments: Any,
) -> bool:
    """Queue the job `name` in the running transaction. False when `once` (a unique key) is already waiting.

    `lock` keeps two jobs with the same lock from running at once; a higher `priority` goes first. Nobody waits for another transaction that
    queues the same thing: then, and when a waiting twin may run before this transaction ends, it is asked
    for again after the commit. `lane` keeps short jobs apart from those that compute for long.
    """
    from django.db import transaction

    queue = partial(_put, name, lock=lock, in_seconds=in_seconds, priority=priority, lane=lane, arguments=arguments)
    if once is None:
        return queue(once=None)
    with transaction.atomic():
        if _is_alone(once) and queue(once=once):
            return True

    def ask_again() -> None:  # a partial has no name, which Django needs to say that it failed
        _ask_again(queue, once)

    transaction.on_commit(ask_again, robust=True)
    return False


def queued(names: set[str]) -> set[int]:
    """The `job_id`s that wait or run under these names."""
    from procrastinate.contrib.django.models import ProcrastinateJob

    rows = ProcrastinateJob.objects.filter(task_name__in=names, status__in=("todo", "doing"))
    return {int(found) for found in rows.values_list("args__job_id", flat=True) if found is not None}


def _put(
    name: str, *, lock: str | None, once: str | None, in_seconds: int, priority: int, lane: str, arguments: dict[str, Any]
) -> bool:
    from django.db import transaction
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    schedule: dict[str, Any] = {"seconds": in_seconds} if in_seconds else {}
    deferrer = app.configure_task(
        name, queueing_lock=once, lock=lock, allow_unknown=True, schedule_in=schedule or None, priority=priority, queue=lane
    )
    try:
        with transaction.atomic():
            deferrer.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True


def _ask_again(queue: Any, once: str) -> None:
    from django.db import transaction

    with transaction.atomic():
        # A twin that another transaction holds back may be undone: running twice costs less than not at all.
        # The second one has a key of its own, that only short transactions like this one hold: however many
        # people write at once, two wait, not hundreds.
        queue(once=once if _is_alone(once) else f"{once}/again")


def _is_alone(once: str) -> bool:
    """Whether no other running transaction queues the same; to the end of this one, none will."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 1))", [once])
        return bool(cursor.fetchone()[0])
