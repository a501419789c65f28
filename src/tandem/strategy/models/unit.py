"""In what key results and KPIs are measured. Values are decimals; yes is 1, no is 0."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

YES, NO = Decimal(1), Decimal(0)


class Unit(models.TextChoices):
    NUMBER = "number", _("Number")
    PERCENT = "percent", _("Per cent")
    MONEY = "money", _("Money")
    YES_NO = "yes_no", _("Yes or no")


class Confidence(models.TextChoices):
    """What a person says of a key result."""

    ON = "on", _("On track")
    RISK = "risk", _("At risk")
    OFF = "off", _("Off track")


def amount(name: object, *, is_optional: bool = False) -> "models.DecimalField[Decimal | None, Decimal | None]":
    return models.DecimalField(name, max_digits=18, decimal_places=4, null=is_optional, blank=is_optional)  # type: ignore[arg-type]
