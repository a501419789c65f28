"""The projects and programmes that are chosen and watched together. Owns one space."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped


class OwnsSpace(Scoped):
    """A noun that is the owner of its space: the space's tree is the portfolio's tree."""

    space = models.OneToOneField("people.Space", models.PROTECT, related_name="%(class)s")
    name = models.CharField(_("name"), max_length=200)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )

    class Meta:
        abstract = True
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Portfolio(OwnsSpace):
    CURRENCIES = [(c, c) for c in ("EUR", "USD", "GBP", "CNY", "CHF", "JPY", "CAD", "AUD", "SEK", "INR", "SGD", "BRL")]
    DISCOUNT_RATE = Decimal(8)

    discount_rate = models.DecimalField(
        _("discount rate, per cent a year"), max_digits=5, decimal_places=2, default=DISCOUNT_RATE,
        help_text=_("Money that comes later is worth less: by so much a year. Net present values of proposals are computed with it."),
    )  # fmt: skip
    currency = models.CharField(_("currency"), max_length=3, choices=CURRENCIES, default="EUR")
    # {"kind:run": 40}: which share of the money each class is meant to have, in per cent
    intended_mix = models.JSONField(_("intended mix"), default=dict, blank=True)
