"""A query with its layout under a name: private, for a team, or official for the whole space."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class SavedViewQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        shared = ~models.Q(audience=SavedView.Audience.PRIVATE)
        return super().visible_to(user).filter(shared | models.Q(owner=user))


class SavedView(Scoped):
    class Audience(models.TextChoices):
        PRIVATE = "private", _("Only me")
        TEAM = "team", _("The team")
        OFFICIAL = "official", _("Official")

    name = models.CharField(_("name"), max_length=100)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    audience = models.CharField(
        _("audience"), max_length=10, choices=Audience.choices, default=Audience.PRIVATE
    )
    page = models.CharField(max_length=60)
    query = models.CharField(max_length=2000, blank=True)
    # the page opens with it for its owner
    is_default = models.BooleanField(default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "page"], condition=models.Q(is_default=True), name="one_default_view"),
        ]

    def __str__(self) -> str:
        return self.name
