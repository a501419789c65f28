"""Files on records."""

from typing import Any
from uuid import UUID

from django.db import transaction

from tandem.collaboration.models import Attachment
from tandem.history.record import record_many
from tandem.people.access import Permission, require
from tandem.people.models import Space


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
