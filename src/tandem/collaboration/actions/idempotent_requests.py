"""Doing a creating request once, however often it is sent."""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import connection, transaction

from tandem.collaboration.models import IdempotentRequest
from tandem.kit import clock
from tandem.kit.errors import Refused

KEPT_FOR = timedelta(hours=24)


class Answer(NamedTuple):
    status: int
    # what is sent, and what is kept: a secret is sent once and never kept
    body: str
    kept: str
    is_replay: bool = False


class Busy(Refused):
    """The first request with this key has not ended yet."""


def answer_once(*, actor: Any, route: str, key: str, body: bytes, work: Callable[[], Answer]) -> Answer:
    """The answer of the first request with this key; `work` and the note of its answer stand or fall together.

    The same key with another body is refused; while the first request still runs, a second one is told so.
    """
    digest = sha256(body).hexdigest()
    with transaction.atomic():
        if not _lock(f"{actor.pk} {route} {key}"):
            raise Busy("request_running")
        IdempotentRequest.objects.filter(user=actor, created_at__lt=clock.now() - KEPT_FOR).delete()
        known = IdempotentRequest.objects.filter(user=actor, route=route, key=key).first()
        if known is None:
            answer = work()
            IdempotentRequest.objects.create(
                user=actor, route=route, key=key, digest=digest, status=answer.status, answer=answer.kept
            )
            return answer
    if known.digest != digest:
        raise Refused("key_reused", field="Idempotency-Key")
    return Answer(known.status, known.answer, known.answer, is_replay=True)


def _lock(name: str) -> bool:
    """Held until the transaction ends; False when another transaction holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [name])
        return bool(cursor.fetchone()[0])
