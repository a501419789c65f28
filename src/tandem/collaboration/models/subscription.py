"""A saved view that comes as a letter: on which days, at which hour of the person's clock."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class SubscriptionQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, also of a view that is not seen any more: it can be taken back, and brings nothing meanwhile."""
        return self.filter(user=user)


class Subscription(Scoped):
    """Its space is that of the view."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    view = models.ForeignKey("collaboration.SavedView", models.CASCADE, related_name="subscriptions", verbose_name=_("view"))
    # Monday is 0
    weekdays = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("days"))
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    sent_on = models.DateField(null=True, blank=True, editable=False)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "view"], name="one_subscription_per_view"),
            models.CheckConstraint(condition=models.Q(hour__lte=23), name="subscription_at_an_hour"),
        ]

    def __str__(self) -> str:
        return f"{self.view_id}: {self.weekdays} {self.hour}"

    def is_due(self, here: datetime) -> bool:
        """Once on each of its days, from its hour on."""
        return here.weekday() in self.weekdays and here.hour >= self.hour and (self.sent_on is None or self.sent_on < here.date())
