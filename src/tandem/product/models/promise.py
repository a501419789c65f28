"""A date told to somebody. Never overwritten: a revision is a new promise that replaces the old one."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.scoping import Scoped, ScopedQuerySet


class PromiseQuerySet(ScopedQuerySet):
    def current(self) -> Self:
        """The last word to each receiver: neither replaced nor withdrawn."""
        return self.filter(replaced_by=None, withdrawn_on=None)

    def open(self) -> Self:
        return self.current().filter(kept_on=None)


class Promise(Scoped):
    feature = models.ForeignKey(
        "product.Feature", models.CASCADE, null=True, blank=True, related_name="promises"
    )
    release = models.ForeignKey(
        "product.Release", models.CASCADE, null=True, blank=True, related_name="promises"
    )
    what = models.CharField(_("what was promised"), max_length=300, blank=True)
    to_whom = models.CharField(_("to whom"), max_length=200)
    date = models.DateField(_("promised date"))
    given_on = models.DateField(_("given on"), default=clock.today)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("given by")
    )
    confidence = models.PositiveSmallIntegerField(
        _("confidence said"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    # what Tandem knew on the day it was given: throughput assumed, P80 and items left then
    basis = models.JSONField(default=dict, blank=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    replaced_by = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="replaces")
    kept_on = models.DateField(_("kept on"), null=True, blank=True)
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = PromiseQuerySet.as_manager()

    class Meta:
        ordering = ["date", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(feature__isnull=False, release__isnull=True)
                | models.Q(feature__isnull=True, release__isnull=False),
                name="promise_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} → {self.to_whom}: {self.date}"

    @property
    def subject(self) -> models.Model:
        return self.feature or self.release

    @property
    def about(self) -> Ref:
        return Ref("product.feature", self.feature_id) if self.feature_id else Ref("product.release", self.release_id or 0)

    @property
    def slip_days(self) -> int | None:
        """Days by which it was kept late (negative: early); None while open."""
        return (self.kept_on - self.date).days if self.kept_on else None
