"""The only writer of events. Called by actions, in the transaction of the change."""

import hashlib
import json
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, models

from tandem.history.models import Event, EventText
from tandem.history.verbs import VERBS
from tandem.kit import clock

Subscriber = Callable[[list[Event]], None]

# collaboration and planning register here when their app is ready; a list, not signals
subscribers: list[Subscriber] = []


_run: ContextVar[uuid.UUID | None] = ContextVar("run", default=None)
_is_taken_back: ContextVar[bool] = ContextVar("is_taken_back", default=False)


@contextmanager
def within(run: uuid.UUID) -> Iterator[None]:
    """Every event that is written inside belongs to this run, unless it is given one of its own."""
    before = _run.set(run)
    try:
        yield
    finally:
        _run.reset(before)


@contextmanager
def taken_back() -> Iterator[None]:
    """Around what is rolled back in any case: nobody is told of it, and nothing is queued for it."""
    before = _is_taken_back.set(True)
    try:
        yield
    finally:
        _is_taken_back.reset(before)


def canonical(value: Any) -> str:
    """The JSON over which digests are made: sorted keys, no blanks."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def plain(value: Any) -> Any:
    """A field's value as JSON keeps it: rows become their id, dates their ISO form."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, (str, int, float, bool, type(None), list, dict)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def record(
    verb: str,
    subject: models.Model,
    *,
    actor: Any,
    changes: dict[str, Any] | None = None,
    text: dict[str, Any] | None = None,
    occurred_at: datetime | None = None,
    run: uuid.UUID | None = None,
) -> Event:
    """Write that `actor` did `verb` to `subject`.

    `changes` maps a field to [before, after]; `text` the same for personal text, which may be erased later.
    """
    return record_many(
        verb, [(subject, changes or {}, text or {})], actor=actor, occurred_at=occurred_at, run=run
    )[0]


def record_many(
    verb: str,
    rows: Iterable[tuple[models.Model, dict[str, Any], dict[str, Any]]],
    *,
    actor: Any,
    occurred_at: datetime | None = None,
    run: uuid.UUID | None = None,
) -> list[Event]:
    """One event per row, written in one statement."""
    recorded = [
        Past(verb, subject, actor, occurred_at or clock.now(), changes, text)
        for subject, changes, text in rows
    ]
    return record_past(recorded, run=run)


class Past(NamedTuple):
    """Something that happened at its own time and by its own hand: what replays and simulations bring."""

    verb: str
    subject: models.Model
    actor: Any
    occurred_at: datetime
    changes: dict[str, Any]
    text: dict[str, Any]


def record_past(rows: Iterable[Past], *, run: uuid.UUID | None = None) -> list[Event]:
    """One event per row, in the order given, written in one statement."""
    if not connection.in_atomic_block:
        raise RuntimeError("an event is recorded in the transaction of its change")
    recorded_at = clock.now()
    texts: list[dict[str, Any]] = []
    events = []
    for verb, subject, actor, occurred_at, changes, text in rows:
        if verb not in VERBS:
            raise LookupError(f"{verb!r} stands in no table of verbs")
        texts.append(text)
        events.append(
            Event(
                verb=verb,
                actor=actor,
                space_id=getattr(subject, "event_space_id", None) or getattr(subject, "space_id", None),
                subject_kind=subject._meta.label_lower,
                subject_id=subject.pk,
                changes=_plain(changes),
                occurred_at=occurred_at,
                recorded_at=recorded_at,
                run=run or _run.get(),
                text_digest=hashlib.sha256(canonical(_plain(text)).encode()).hexdigest() if text else "",
            )
        )
    Event.objects.bulk_create(events, batch_size=2000)
    EventText.objects.bulk_create(
        [EventText(event=e, changes=_plain(t)) for e, t in zip(events, texts, strict=True) if t],
        batch_size=2000,
    )
    for subscriber in () if _is_taken_back.get() else subscribers:
        subscriber(events)
    return events


def _plain(changes: dict[str, Any]) -> dict[str, Any]:
    return {field: [plain(v) for v in pair] for field, pair in changes.items()}
