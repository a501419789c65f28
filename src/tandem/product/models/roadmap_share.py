"""A link under which a roadmap may be read without an account. Stored as a digest, revocable."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class RoadmapShareQuerySet(ScopedQuerySet):
    def usable(self) -> Self:
        """Neither taken back nor run out."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=clock.now()), revoked_at=None)


class RoadmapShare(Scoped):
    digest = models.CharField(max_length=64, unique=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # the edition that the link shows; it goes with it, so that no link ever falls back to the whole roadmap
    edition = models.ForeignKey("product.RoadmapEdition", models.CASCADE, null=True, blank=True, related_name="shares")
    query = models.CharField(max_length=500, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = RoadmapShareQuerySet.as_manager()

    def __str__(self) -> str:
        return f"roadmap of space {self.space_id}"

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > clock.now())
