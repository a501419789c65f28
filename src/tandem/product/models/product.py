"""What we offer, over many projects and years. Owns one space."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


class Product(Scoped):
    space = models.OneToOneField("people.Space", models.PROTECT, related_name="product")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    vision = models.TextField(_("vision"), max_length=5000, blank=True)
    # for whom, against what, and why rather this one
    positioning = models.TextField(_("positioning"), max_length=5000, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
