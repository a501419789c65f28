"""Calendar feeds: made, and taken back."""

from typing import Any

from django.db import transaction

from tandem.collaboration.models import Feed
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.kit.ids import digest, token
from tandem.people.access import Permission, require
from tandem.people.models import Space

MOST = 20
LONGEST = 2000


def create(*, actor: Any, space: Space, name: str, query: str) -> tuple[Feed, str]:
    """Whoever has the address reads what its owner may see; the secret is returned once."""
    require(actor, Permission.VIEW, space.pk)
    if len(Feed.objects.filter(owner=actor).usable()[:MOST]) >= MOST:
        raise Refused("feeds_too_many", most=MOST)
    secret = token()
    with transaction.atomic():
        row = Feed.objects.create(space=space, owner=actor, name=name.strip()[:100], query=query, digest=digest(secret))
        record("feed.created", row, actor=actor, changes={"query": [None, row.query]})
    return row, secret


def revoke(*, actor: Any, feed: Feed) -> None:
    """Only its owner; who loses their account or their rights loses the feed's content with them."""
    if feed.owner_id != actor.pk:
        raise Denied(Permission.VIEW)
    if feed.revoked_at:
        return
    with transaction.atomic():
        feed.write(expected=None, revoked_at=clock.now())
        record("feed.revoked", feed, actor=actor)
