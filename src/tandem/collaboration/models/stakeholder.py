"""People and bodies outside of the team that matter to a space: what they care for, what they can move, and what they were told."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet

_STEPS = [MinValueValidator(1), MaxValueValidator(5)]


class StakeholderQuerySet(ScopedQuerySet):
    def owned_by(self, user: Any) -> Self:
        return self.filter(owner=user)

    def due(self, on: date) -> Self:
        """Who is to hear something by this day."""
        return self.filter(next_on__lte=on)


class Stakeholder(Scoped):
    class Stance(models.TextChoices):
        SUPPORTS = "supports", pgettext_lazy("stance of a stakeholder", "Supports it")
        NEUTRAL = "neutral", pgettext_lazy("stance of a stakeholder", "Neutral")
        OPPOSES = "opposes", pgettext_lazy("stance of a stakeholder", "Opposes it")

    name = models.CharField(_("stakeholder"), max_length=200)
    # somebody with an account, where it is one
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person"))
    part = models.CharField(_("part"), max_length=200, blank=True)
    expects = models.TextField(_("what they expect"), max_length=5000, blank=True)
    interest = models.PositiveSmallIntegerField(_("interest"), default=3, validators=_STEPS)
    influence = models.PositiveSmallIntegerField(_("influence"), default=3, validators=_STEPS)
    stance = models.CharField(_("stance"), max_length=8, choices=Stance.choices, default=Stance.NEUTRAL)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("who keeps in touch"))
    # the plan: they hear something at least so often; nothing: as it comes
    every_days = models.PositiveSmallIntegerField(_("hears at least every so many days"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(365)])
    way = models.CharField(_("by which way"), max_length=100, blank=True)
    told_on = models.DateField(_("last told"), null=True, blank=True)
    next_on = models.DateField(_("next by"), null=True, blank=True)

    objects = StakeholderQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["space", "name"], name="stakeholder_space"), models.Index(fields=["next_on"], name="stakeholder_next")]

    def __str__(self) -> str:
        return self.name


class StakeholderNote(Scoped):
    """What a stakeholder was told, or said: never edited."""

    stakeholder = models.ForeignKey(Stakeholder, models.CASCADE, related_name="notes")
    on = models.DateField(_("day"), default=clock.today)
    what = models.TextField(_("what was said"), max_length=5000)
    is_from_them = models.BooleanField(_("they said it"), default=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "-id"]

    def __str__(self) -> str:
        return self.what[:80]
