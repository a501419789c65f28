"""Beginning and ceasing to watch a record, or a whole space."""

from typing import Any

from django.db import models, transaction

from tandem.collaboration.models import Watch
from tandem.collaboration.models.watch import NOUNS, SPACE
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, require


def watch(*, actor: Any, subject: models.Model) -> Watch:
    """Whoever sees a record may watch it. Watching it already is no change."""
    return _set(actor, subject, left=False)


def leave(*, actor: Any, subject: models.Model) -> Watch:
    """Not told of it any more, whatever began the watching; only watching by hand brings it back."""
    return _set(actor, subject, left=True)


def remove(*, actor: Any, watch: Watch) -> None:
    """As `leave`, by the watch itself: one's own."""
    require(actor, Permission.VIEW, watch.space_id)
    if watch.user_id != actor.pk:
        raise Denied(Permission.VIEW)
    with transaction.atomic():
        _write(actor, watch, left=True)


def _set(actor: Any, subject: models.Model, *, left: bool) -> Watch:
    kind = subject._meta.label_lower
    if kind not in (*NOUNS, SPACE):
        raise Refused("not_watchable", field="subject_kind")
    space_id = subject.pk if kind == SPACE else subject.space_id  # type: ignore[attr-defined]
    require(actor, Permission.VIEW, space_id)
    with transaction.atomic():
        row, is_new = Watch.objects.get_or_create(
            user=actor, subject_kind=kind, subject_id=subject.pk,
            defaults={"space_id": space_id, "left_at": clock.now() if left else None},
        )  # fmt: skip
        if is_new:
            record(
                "watch.ended" if left else "watch.started",
                row,
                actor=actor,
                changes={"subject": [None, subject.pk]},
            )
        else:
            _write(actor, row, left=left)
    return row


def _write(actor: Any, row: Watch, *, left: bool) -> None:
    """A watch that is as wanted stays as it is, also when two tabs ask at once."""
    rows = Watch.objects.filter(pk=row.pk, user=actor, left_at__isnull=left)
    values = {"left_at": clock.now()} if left else {"left_at": None, "why": Watch.Why.BY_HAND}
    if rows.update(version=models.F("version") + 1, **values):
        record(
            "watch.ended" if left else "watch.started",
            row,
            actor=actor,
            changes={"subject": [None, row.subject_id]},
        )
    row.refresh_from_db()
