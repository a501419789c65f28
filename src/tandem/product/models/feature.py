"""Something a user can do once it is there. Stands on the roadmap; its scope are work items."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.dates import Span
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.product.models.window import Horizon as _Horizon
from tandem.product.models.window import Precision, implied_by, standing, window_of


class FeatureQuerySet(ScopedQuerySet):
    def on_roadmap(self) -> Self:
        return self.exclude(state=Feature.State.DECLINED)

    def standing_in(self, horizon: str, on: date) -> Self:
        """Set by hand, or implied by the window on that day."""
        return self.alias(standing=standing(on)).filter(standing=horizon)


class Feature(Scoped):
    class State(models.TextChoices):
        IDEA = "idea", _("Idea")
        PLANNED = "planned", _("Planned")
        BUILDING = "building", _("In progress")
        SHIPPED = "shipped", _("Shipped")
        DECLINED = "declined", _("Declined")

    Horizon = _Horizon

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="features")
    title = models.CharField(_("feature"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.IDEA)
    horizon = models.CharField(_("horizon"), max_length=6, choices=Horizon.choices, default=Horizon.WINDOW)
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
    planned_from = models.DateField(_("planned from"), null=True, blank=True)
    planned_to = models.DateField(_("planned to"), null=True, blank=True)
    planned_precision = models.CharField(_("planned how exactly"), max_length=7, choices=Precision.choices, default=Precision.DAY)
    shipped_on = models.DateField(_("shipped on"), null=True, blank=True)

    objects = FeatureQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        indexes = [models.Index(fields=["space", "rank", "id"], name="feature_rank")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(planned_to__gte=models.F("planned_from"))
                | models.Q(planned_from=None)
                | models.Q(planned_to=None),
                name="feature_window_in_order",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def window(self) -> Span | None:
        return window_of(self.planned_from, self.planned_to, self.planned_precision)

    @property
    def stands_in(self) -> str:
        """Now, next or later: as set by hand, else as the window implies today."""
        return implied_by(self.window, clock.today()) if self.horizon == _Horizon.WINDOW else self.horizon
