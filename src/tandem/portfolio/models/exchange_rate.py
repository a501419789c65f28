"""In what the organisation counts: its currency, when its fiscal year begins, and what other currencies were worth on a day."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet
from tandem.portfolio.models.portfolio import Portfolio


class Counting(HandedDown):
    """One row, in the organisation's own space; without it: euro, and the year begins in January."""

    CURRENCY, FIRST_MONTH = "EUR", 1

    currency = models.CharField(_("currency of the organisation"), max_length=3, choices=Portfolio.CURRENCIES, default=CURRENCY)
    first_month = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"), default=FIRST_MONTH, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["space"], name="one_way_of_counting")]

    def __str__(self) -> str:
        return self.currency


class ExchangeRate(HandedDown):
    """From a day on, so much of the organisation's currency for one of this; it holds until the next one."""

    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES)
    on = models.DateField(_("from"))
    rate = models.DecimalField(_("exchange rate"), max_digits=18, decimal_places=8)
    source_name = models.CharField(_("source"), max_length=100, blank=True)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["currency", "-on"]
        constraints = [
            models.UniqueConstraint(fields=["space", "currency", "on"], name="one_exchange_rate_a_day"),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="exchange_rate_above_nothing"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.on:%Y-%m-%d}"
