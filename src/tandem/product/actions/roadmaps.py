"""Sharing a roadmap by a link that can be taken back."""

from datetime import datetime
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Hidden, Refused
from tandem.kit.ids import digest, token
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.product.models import RoadmapEdition, RoadmapShare


def share(
    *, actor: Any, space: Space, query: str = "", expires_at: datetime | None = None, edition: RoadmapEdition | None = None
) -> tuple[RoadmapShare, str]:
    """A link for readers without an account, to the roadmap of a product or to an edition of the same space; its secret is returned once."""
    require(actor, Permission.SHARE, space.pk)
    if edition is not None and edition.space_id != space.pk:
        raise Hidden
    if expires_at is not None and expires_at <= clock.now():
        raise Refused("snooze_past", field="expires_at")
    secret = token()
    with transaction.atomic():
        row = RoadmapShare.objects.create(
            space=space, created_by=actor, digest=digest(secret), query=query, expires_at=expires_at, edition=edition
        )
        record("roadmap.shared", row, actor=actor)
    return row, secret


def unshare(*, actor: Any, row: RoadmapShare) -> None:
    require(actor, Permission.SHARE, row.space_id)
    with transaction.atomic():
        row.write(expected=None, revoked_at=clock.now())
        record("roadmap.unshared", row, actor=actor)
