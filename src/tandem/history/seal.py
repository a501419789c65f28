"""Chains committed events, one leader at a time, and tells live pages what changed."""

import hashlib
import json
from collections.abc import Iterator

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from tandem.history.models import Event, Seal, Unsealed
from tandem.history.record import canonical

CHANNEL = "tandem"
ACCESS = "access"
"The topic that tells the live streams to ask again who may see what."
_OF_ACCESS = ("membership.", "space.", "user.disabled", "user.changed", "team.")
_LEADER_LOCK = 0x7A4D_5EA1
_BATCH = 5000


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
        waiting = list(Unsealed.objects.order_by("event_id").values_list("pk", flat=True)[:_BATCH])
        if not waiting:
            return 0
        last = Seal.objects.order_by("-sequence").first()
        events = list(Event.objects.filter(pk__in=waiting).order_by("pk"))
        previous = last.digest if last else ""
        seals = []
        for event in events:
            digest = digest_of(event, previous)
            seals.append(Seal(event_id=event.id, previous=previous, digest=digest))
            previous = digest
        Seal.objects.bulk_create(seals)
        Unsealed.objects.filter(pk__in=waiting).delete()
        _notify(events)
    return len(events)


def _notify(events: list[Event]) -> None:
    topics = sorted({f"space:{e.space_id}" for e in events if e.space_id})
    if any(e.verb.startswith(_OF_ACCESS) for e in events):
        topics.insert(0, ACCESS)  # first: whoever lost access does not hear the rest
    with connection.cursor() as cursor:
        for start in range(0, len(topics), 200):
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, json.dumps(topics[start : start + 200])])


def verify() -> list[str]:
    """Walk the whole chain; a sentence per fault, none when it holds."""
    faults = []
    expected = ""
    for seals in _in_batches():
        events = Event.objects.in_bulk([seal.event_id for seal in seals])
        for seal in seals:
            event = events.get(seal.event_id)
            if seal.previous != expected:
                faults.append(f"seal {seal.sequence}: the link to the seal before it is broken")
            if event is None:
                faults.append(f"seal {seal.sequence}: event {seal.event_id} is missing")
            elif digest_of(event, seal.previous) != seal.digest:
                faults.append(f"seal {seal.sequence}: event {seal.event_id} was changed")
            expected = seal.digest
    sealed, waiting = (m.objects.filter(event_id=OuterRef("pk")) for m in (Seal, Unsealed))
    slipped = Event.objects.filter(~Exists(sealed), ~Exists(waiting)).order_by("pk")
    faults += [f"event {pk} has no seal and waits for none" for pk in slipped.values_list("pk", flat=True)[:100]]
    return faults


def _in_batches() -> Iterator[list[Seal]]:
    after = 0
    while batch := list(Seal.objects.filter(sequence__gt=after).order_by("sequence")[:_BATCH]):
        yield batch
        after = batch[-1].sequence
