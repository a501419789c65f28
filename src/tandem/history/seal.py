"""Chains committed events, one leader at a time, and tells live pages what changed."""

import hashlib
import json

from django.db import connection, transaction

from tandem.history.models import Event, Seal
from tandem.history.record import canonical

CHANNEL = "tandem"
_LEADER_LOCK = 0x7A4D_5EA1
_BATCH = 5000
# Transactions may commit out of the order of their ids; none lasts longer than this many ids back.
_LOOK_BACK = 200_000


def digest_of(event: Event, previous: str) -> str:
    body = canonical(
        {
            "id": event.id,
            "verb": event.verb,
            "actor": event.actor_id,
            "space": event.space_id,
            "subject": [event.subject_kind, event.subject_id],
            "occurred_at": event.occurred_at.isoformat(),
            "recorded_at": event.recorded_at.isoformat(),
            "changes": event.changes,
            "text": event.text_digest,
            "run": str(event.run or ""),
        }
    )
    return hashlib.sha256((previous + body).encode()).hexdigest()


def seal_new_events() -> int:
    """Seal what was committed since the last call; returns how many. Another leader at work: 0."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LEADER_LOCK])
            if not cursor.fetchone()[0]:
                return 0
        last = Seal.objects.order_by("-sequence").first()
        newest = last.event_id if last else 0
        sealed = Seal.objects.filter(event_id__gt=newest - _LOOK_BACK).values("event_id")
        waiting = Event.objects.filter(id__gt=newest - _LOOK_BACK).exclude(id__in=sealed)
        events = list(waiting.order_by("id")[:_BATCH])
        if not events:
            return 0
        previous = last.digest if last else ""
        seals = []
        for event in events:
            digest = digest_of(event, previous)
            seals.append(Seal(event_id=event.id, previous=previous, digest=digest))
            previous = digest
        Seal.objects.bulk_create(seals)
        _notify(events)
    return len(events)


def _notify(events: list[Event]) -> None:
    topics = sorted({f"space:{e.space_id}" for e in events if e.space_id})
    with connection.cursor() as cursor:
        for start in range(0, len(topics), 200):
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(topics[start : start + 200])])


def verify() -> list[str]:
    """Walk the whole chain; a sentence per fault, none when it holds."""
    faults = []
    expected = ""
    for seal in Seal.objects.order_by("sequence").iterator(chunk_size=5000):
        event = Event.objects.filter(id=seal.event_id).first()
        if seal.previous != expected:
            faults.append(f"seal {seal.sequence}: the link to the seal before it is broken")
        if event is None:
            faults.append(f"seal {seal.sequence}: event {seal.event_id} is missing")
        elif digest_of(event, seal.previous) != seal.digest:
            faults.append(f"seal {seal.sequence}: event {seal.event_id} was changed")
        expected = seal.digest
    return faults
