"""Features that reach their users together."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


class Release(Scoped):
    class State(models.TextChoices):
        PLANNED = "planned", _("Planned")
        RELEASED = "released", _("Released")
        CANCELLED = "cancelled", _("Cancelled")

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="releases")
    name = models.CharField(_("release"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PLANNED)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    team = models.ForeignKey(
        "people.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    released_on = models.DateField(_("released on"), null=True, blank=True)
    # what the notes say above the features, in each language
    notes_en = models.TextField(_("introduction in English"), max_length=5000, blank=True)
    notes_zh = models.TextField(_("introduction in Chinese"), max_length=5000, blank=True)
    # since when they stand on the public portal
    notes_published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["planned_on", "id"]
        constraints = [models.UniqueConstraint(fields=["product", "name"], name="one_release_per_name")]

    def __str__(self) -> str:
        return self.name
