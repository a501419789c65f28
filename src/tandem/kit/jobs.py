"""Handing work to the job queue by name, so that a room can enqueue what a room above it does."""

from typing import Any


def enqueue(
    name: str, *, lock: str | None = None, once: str | None = None, in_seconds: int = 0, **arguments: Any
) -> bool:
    """Queue the job `name` in the running transaction. False when `once` (a unique key) is already waiting.

    `lock` keeps two jobs with the same lock from running at once.
    """
    from django.db import transaction
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import AlreadyEnqueued

    schedule: dict[str, Any] = {"seconds": in_seconds} if in_seconds else {}
    deferrer = app.configure_task(
        name, queueing_lock=once, lock=lock, allow_unknown=True, schedule_in=schedule or None
    )
    try:
        with transaction.atomic():
            deferrer.defer(**arguments)
    except AlreadyEnqueued:
        return False
    return True
