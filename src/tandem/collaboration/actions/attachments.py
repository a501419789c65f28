"""Files on records."""

import mimetypes
from collections.abc import Iterable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.db import models, transaction

from tandem.collaboration import storing
from tandem.collaboration.models import Attachment
from tandem.history.record import record, record_many
from tandem.kit.errors import Refused
from tandem.kit.text import file_name
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space

MOST_ON_ONE = 200
_ORPHANED_AFTER = 24 * 3600


def add(*, actor: Any, subject: models.Model, name: str, chunks: Iterable[bytes]) -> Attachment:
    """Whoever may comment on the subject may attach to it. The file stands on the disk before its row does."""
    space = subject.space  # type: ignore[attr-defined]
    require(actor, Permission.COMMENT, space.pk)
    # house: reads — counted for whoever attaches
    if Attachment.objects.on(subject).count() >= MOST_ON_ONE:
        raise Refused("files_too_many", field="file", most=MOST_ON_ONE)
    shown = file_name(name)
    stored = storing.store(chunks)
    try:
        with transaction.atomic():
            attachment = Attachment.objects.create(
                space=space, subject_kind=subject._meta.label_lower, subject_id=subject.pk, author=actor,
                name=shown, mime=mimetypes.guess_type(shown)[0] or "", size=stored.size, stored_as=stored.name,
            )  # fmt: skip
            changes = {"subject": [None, subject.pk], "size": [None, stored.size], "sha256": [None, stored.digest]}
            record("attachment.added", attachment, actor=actor, changes=changes, text={"name": [None, shown]})
    except BaseException:
        storing.remove(stored.name)
        raise
    return attachment


def remove(*, actor: Any, attachment: Attachment) -> None:
    """The author, or who manages access to the space. The file goes once the removal is certain."""
    needed = Permission.COMMENT if attachment.is_by(actor) else Permission.MANAGE_ACCESS
    with transaction.atomic():
        name = attachment.stored_as
        writing.remove(attachment, actor=actor, permission=needed, verb="attachment.removed")
        if name:
            transaction.on_commit(lambda: storing.remove(name), robust=True)


def link_many(
    *, actor: Any, space: Space, attachments: list[Attachment], run: UUID | None = None
) -> list[Attachment]:
    """Files that lie elsewhere, by their address; an event for each."""
    require(actor, Permission.IMPORT, space.pk)
    if not attachments:
        return []
    with transaction.atomic():
        for attachment in attachments:
            attachment.space = space
        Attachment.objects.bulk_create(attachments, batch_size=1000)
        rows = [(a, {"subject": [None, a.subject_id]}, {"name": [None, a.name]}) for a in attachments]
        record_many("attachment.added", rows, actor=actor, run=run)
    return attachments


def forget_orphans() -> int:
    """Files without a row: a kill came between the two. Returns how many went."""
    old = list(storing.older_than(_ORPHANED_AFTER))
    gone = 0
    for start in range(0, len(old), 1000):
        part = old[start : start + 1000]
        # house: reads — the worker tidies up for everybody
        known = set(Attachment.objects.filter(stored_as__in=part).values_list("stored_as", flat=True))
        for name in set(part) - known:
            with suppress(OSError):
                storing.remove(name)
                gone += 1
    return gone
