"""Features that reach their users together."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit.dates import Span
from tandem.people.scoping import Scoped
from tandem.product.models.window import Precision, window_of


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
    planned_from = models.DateField(_("planned from"), null=True, blank=True)
    planned_on = models.DateField(_("planned for"), null=True, blank=True)
    planned_precision = models.CharField(_("planned how exactly"), max_length=7, choices=Precision.choices, default=Precision.DAY)
    released_on = models.DateField(_("released on"), null=True, blank=True)
    # what the notes say above the features, in each language
    notes_en = models.TextField(_("introduction in English"), max_length=5000, blank=True)
    notes_zh = models.TextField(_("introduction in Chinese"), max_length=5000, blank=True)
    # since when they stand on the public portal
    notes_published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["planned_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["product", "name"], name="one_release_per_name"),
            models.CheckConstraint(
                condition=models.Q(planned_on__gte=models.F("planned_from"))
                | models.Q(planned_from=None)
                | models.Q(planned_on=None),
                name="release_window_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def window(self) -> Span | None:
        return window_of(self.planned_from, self.planned_on, self.planned_precision)
