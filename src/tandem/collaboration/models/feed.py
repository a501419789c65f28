"""A calendar that a calendar program reads again and again: a query behind a secret address, which can be taken back."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class FeedQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, also when its space is not seen any more: it can be taken back, and shows what its owner sees."""
        return self.filter(owner=user)

    def usable(self) -> Self:
        return self.filter(revoked_at=None, owner__is_active=True)


class Feed(Scoped):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    query = models.CharField(max_length=2000, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.name
