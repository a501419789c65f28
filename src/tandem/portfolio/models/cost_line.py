"""What a project costs in a month: planned, committed, actual and forecast, in a currency. Seen only by who may see costs.

Amounts stand here and in the rows that keep what they were before, never in the history, which more people read."""

from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.portfolio.models.portfolio import Portfolio

AMOUNTS = ("planned", "committed", "actual", "forecast")


def money_field(name: Any, *, is_optional: bool = False) -> Any:
    """Money to the cent."""
    default = {} if is_optional else {"default": Decimal(0)}
    return models.DecimalField(name, max_digits=14, decimal_places=2, null=is_optional, blank=is_optional, **default)


class SecretQuerySet(ScopedQuerySet):
    """Rows with money in them."""

    def visible_to(self, user: Any) -> Self:
        return self.filter(space_id__among=spaces_where(user, Permission.SEE_COSTS) if user.is_active else ())


class Secret(Scoped):
    objects = SecretQuerySet.as_manager()

    class Meta:
        abstract = True

    def is_seen_by(self, user: Any) -> bool:
        return self.space_id in spaces_where(user, Permission.SEE_COSTS)


class CostLineQuerySet(SecretQuerySet):
    def present(self) -> Self:
        """Not removed. Removed lines stay on record and count nowhere."""
        return self.filter(removed_at=None)

    def expected(self) -> Self:
        """With `outlook`, what a line will have cost: what somebody forecast; else what came; else what is committed or planned."""
        larger = models.functions.Greatest("planned", "committed")
        return self.annotate(outlook=Coalesce("forecast", "actual", larger))


class CostLine(Secret):
    class Kind(models.TextChoices):
        LABOUR = "labour", _("Labour")
        PURCHASE = "purchase", _("Purchase")
        TRAVEL = "travel", _("Travel")
        EQUIPMENT = "equipment", _("Equipment and material")
        OTHER = "other", pgettext_lazy("kind of cost", "Other")

    class Treatment(models.TextChoices):
        CAPEX = "capex", _("Capital expenditure")
        OPEX = "opex", _("Operating expenditure")

    title = models.CharField(_("what for"), max_length=200)
    kind = models.CharField(_("kind of cost"), max_length=10, choices=Kind.choices, default=Kind.PURCHASE)
    treatment = models.CharField(_("treatment"), max_length=5, choices=Treatment.choices, default=Treatment.OPEX)
    cost_centre = models.CharField(_("cost centre"), max_length=40, blank=True)
    supplier = models.CharField(_("supplier"), max_length=100, blank=True)
    # the number of the order or invoice: by it a file finds the line again
    reference = models.CharField(_("reference"), max_length=60, blank=True)
    # the first of the month in which it counts
    month = models.DateField(_("month"))
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES, default="EUR")
    planned = money_field(_("planned"))
    committed = money_field(_("committed"))
    # nothing came yet, and nothing was forecast, is not the same as zero
    actual = money_field(_("actual"), is_optional=True)
    forecast = money_field(_("forecast"), is_optional=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = CostLineQuerySet.as_manager()

    class Meta:
        ordering = ["month", "id"]
        indexes = [models.Index(fields=["space", "month"], name="cost_line_month", condition=models.Q(removed_at=None))]
        constraints = [
            models.CheckConstraint(condition=models.Q(planned__gte=0, committed__gte=0), name="cost_line_not_negative"),
            models.CheckConstraint(condition=models.Q(actual=None) | ~models.Q(kind="labour"), name="labour_comes_from_time"),
        ]

    def __str__(self) -> str:
        return self.title


class CostLineRecord(Secret):
    """What the amounts of a line were from a moment on; written with each change, never changed."""

    line = models.ForeignKey(CostLine, models.CASCADE, related_name="records")
    planned = money_field(_("planned"))
    committed = money_field(_("committed"))
    actual = money_field(_("actual"), is_optional=True)
    forecast = money_field(_("forecast"), is_optional=True)
    currency = models.CharField(_("currency"), max_length=3)
    month = models.DateField(_("month"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.line_id}: {self.created_at:%Y-%m-%d}"
