"""A voice lent: somebody else may say a verdict in the place of a person who has one, for a time and certain kinds of change."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import HandedDown, HandedDownQuerySet


class DelegationQuerySet(HandedDownQuerySet):
    def standing(self) -> Self:
        """Not taken back."""
        return self.filter(withdrawn_at=None)

    def on(self, day: date) -> Self:
        return self.standing().filter(starts_on__lte=day, ends_on__gte=day)

    def with_part_of(self, user: Any) -> Self:
        return self.filter(Q(giver=user.pk) | Q(delegate=user.pk))


class Delegation(HandedDown):
    """Of the voice alone, of both sides if the giver has both, in the space and below. It is never handed on: a delegate lends nothing
    but a voice of their own. Taken back it counts no more, also not for what was said with it and is not decided yet."""

    giver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("whose voice"))
    delegate = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("delegate"))
    # all that the change touches is among these; empty: whatever it touches
    kinds = models.JSONField(_("kinds of change"), default=list, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    # only on days on which the giver has approved time off
    is_away_only = models.BooleanField(_("only while away"), default=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["giver", "ends_on"], name="delegation_giver")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="delegation_ends_after_it_starts"),
            models.CheckConstraint(condition=~Q(giver=F("delegate")), name="nobody_stands_in_for_themselves"),
        ]

    def __str__(self) -> str:
        return gettext("%(delegate)s for %(giver)s") % {"delegate": self.delegate.name, "giver": self.giver.name}

    def is_on(self, day: date) -> bool:
        return self.withdrawn_at is None and self.starts_on <= day <= self.ends_on
