"""Something a user can do once it is there. Stands on the roadmap; its scope are work items."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class FeatureQuerySet(ScopedQuerySet):
    def on_roadmap(self) -> Self:
        return self.exclude(state=Feature.State.DECLINED)


class Feature(Scoped):
    class State(models.TextChoices):
        IDEA = "idea", _("Idea")
        PLANNED = "planned", _("Planned")
        BUILDING = "building", _("In progress")
        SHIPPED = "shipped", _("Shipped")
        DECLINED = "declined", _("Declined")

    class Horizon(models.TextChoices):
        NOW = "now", _("Now")
        NEXT = "next", _("Next")
        LATER = "later", _("Later")

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="features")
    title = models.CharField(_("feature"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.IDEA)
    horizon = models.CharField(_("horizon"), max_length=6, choices=Horizon.choices, default=Horizon.LATER)
    release = models.ForeignKey(
        "product.Release",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="features",
        verbose_name=_("release"),
    )
    team = models.ForeignKey(
        "people.Team", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    # by what its success is measured: what the score said is compared with it
    benefit = models.ForeignKey(
        "portfolio.Benefit", models.SET_NULL, null=True, blank=True, related_name="features", verbose_name=_("benefit")
    )
    rank = models.FloatField(default=0)
    # what the notes of its release say of it, in each language; empty: its title
    note_en = models.TextField(_("note in English"), max_length=2000, blank=True)
    note_zh = models.TextField(_("note in Chinese"), max_length=2000, blank=True)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)

    objects = FeatureQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        indexes = [models.Index(fields=["space", "rank", "id"], name="feature_rank")]

    def __str__(self) -> str:
        return self.title
