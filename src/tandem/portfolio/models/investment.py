"""What kind of investment a proposal or a project is, and how soon it pays: what a portfolio balances."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class InvestmentKind(models.TextChoices):
    RUN = "run", _("Run")
    GROW = "grow", _("Grow")
    TRANSFORM = "transform", _("Transform")


class InvestmentHorizon(models.TextChoices):
    SHORT = "short", _("Short term")
    LONG = "long", _("Long term")
