"""Industry packs of the organisation's own: what is asked of projects in its trade, in versions that never change."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class Pack(HandedDown):
    """What it asks stands in its versions."""

    name = models.CharField(pgettext_lazy("industry", "pack"), max_length=120)
    description = models.TextField(_("description"), blank=True)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_pack_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> str:
        """What a project names it by, beside the keys of those that come along."""
        return f"own-{self.pk}"


class PackVersionQuerySet(HandedDownQuerySet):
    def newest_first(self) -> Self:
        return self.order_by("-number")


class PackVersion(HandedDown):
    """Written once: the database lets nobody change it."""

    pack = models.ForeignKey(Pack, models.CASCADE, related_name="versions", verbose_name=_("industry pack"))
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(_("content"))
    note = models.CharField(_("what is new"), max_length=500, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = PackVersionQuerySet.as_manager()

    class Meta:
        ordering = ["pack", "-number"]
        constraints = [models.UniqueConstraint(fields=["pack", "number"], name="one_pack_version")]

    def __str__(self) -> str:
        return f"{self.pack} {self.number}"
