"""What is set aside for what may happen, in money and days: each entry stands until the next one, so that its course can be read."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models import Portfolio


class RiskReserve(Scoped):
    money = models.BigIntegerField(_("reserve in money"), default=0)
    days = models.DecimalField(_("reserve in working days"), max_digits=7, decimal_places=1, default=0)
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES, default="EUR")
    note = models.CharField(_("reason"), max_length=500, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.CheckConstraint(condition=models.Q(money__gte=0, days__gte=0), name="risk_reserve_not_negative")]
        indexes = [models.Index(fields=["space", "-id"], name="risk_reserve_space")]

    def __str__(self) -> str:
        return f"{self.money} {self.currency}, {self.days}"
