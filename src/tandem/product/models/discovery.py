"""What a product rests on: for whom it is, who else offers the like, and what was found out."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class Persona(Scoped):
    product = models.ForeignKey("product.Product", models.PROTECT, related_name="personas")
    name = models.CharField(_("persona"), max_length=200)
    role = models.CharField(_("role"), max_length=200, blank=True)
    goals = models.TextField(_("goals"), max_length=5000, blank=True)
    pains = models.TextField(_("pains"), max_length=5000, blank=True)
    description = models.TextField(_("description"), max_length=20_000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Competitor(Scoped):
    product = models.ForeignKey("product.Product", models.PROTECT, related_name="competitors")
    name = models.CharField(_("competitor"), max_length=200)
    website = models.URLField(_("website"), max_length=500, blank=True)
    strengths = models.TextField(_("strengths"), max_length=5000, blank=True)
    weaknesses = models.TextField(_("weaknesses"), max_length=5000, blank=True)
    description = models.TextField(_("description"), max_length=20_000, blank=True)
    looked_on = models.DateField(_("looked at on"), null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class ResearchNote(Scoped):
    class Kind(models.TextChoices):
        INTERVIEW = "interview", _("Interview")
        SURVEY = "survey", _("Survey")
        MARKET = "market", _("Market")
        USAGE = "usage", _("Usage")
        OTHER = "other", _("Other")

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="research_notes")
    title = models.CharField(_("research note"), max_length=200)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.INTERVIEW)
    on = models.DateField(_("day"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=500, blank=True)
    body = models.TextField(_("what was found"), max_length=50_000, blank=True)
    feature = models.ForeignKey(
        "product.Feature", models.SET_NULL, null=True, blank=True, related_name="research_notes", verbose_name=_("feature")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return self.title
