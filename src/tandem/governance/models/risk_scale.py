"""From where a risk is likely, large, high: the steps of the matrix and of the escalation of issues, for a space and everything below it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet
from tandem.portfolio.models import Portfolio


def _probabilities() -> list[int]:
    return [10, 30, 50, 70]


def _days() -> list[float]:
    return [2, 5, 10, 20]


def _money() -> list[int]:
    return [5_000, 20_000, 50_000, 150_000]


def _silence() -> dict[str, int]:
    return {"critical": 1, "high": 3, "medium": 7, "low": 14}


class RiskScale(HandedDown):
    STEPS = 5

    # four borders make five steps
    probabilities = models.JSONField(_("steps of probability"), default=_probabilities)
    days = models.JSONField(_("steps of working days"), default=_days)
    money = models.JSONField(_("steps of money"), default=_money)
    currency = models.CharField(_("currency"), max_length=3, choices=Portfolio.CURRENCIES, default="EUR")
    # of step × step, from 1 to 25
    medium_from = models.PositiveSmallIntegerField(_("medium from"), default=5)
    high_from = models.PositiveSmallIntegerField(_("high from"), default=12)
    # days without progress after which the next step of people is told, by severity
    silence = models.JSONField(_("days without progress"), default=_silence)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["space"], name="one_risk_scale")]

    def __str__(self) -> str:
        return f"{self.medium_from} / {self.high_from}"
