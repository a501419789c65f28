"""Who buys or uses what we make: customers, and the segments that they belong to. Their weights say whose word counts how much."""

from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


def weight(**values: Any) -> models.DecimalField:
    """From 0 (does not count) to 1,000 (counts like a thousand who have no weight of their own)."""
    bounds = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1000))]
    return models.DecimalField(_("weight"), max_digits=6, decimal_places=2, validators=bounds, **values)


class Segment(Scoped):
    """A kind of customer, such as enterprise or free plan."""

    name = models.CharField(_("segment"), max_length=100)
    weight = weight(default=Decimal(1))
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_segment_of_a_name")]

    def __str__(self) -> str:
        return self.name


class Customer(Scoped):
    name = models.CharField(_("customer"), max_length=200)
    segment = models.ForeignKey(
        Segment, models.PROTECT, null=True, blank=True, related_name="customers", verbose_name=_("segment")
    )
    # empty: the weight of the segment
    weight = weight(null=True, blank=True)
    note = models.TextField(_("note"), max_length=5000, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_customer_of_a_name")]

    def __str__(self) -> str:
        return self.name

    @property
    def counts_as(self) -> Decimal:
        """Its own weight, else that of its segment, else 1."""
        if self.weight is not None:
            return self.weight
        return self.segment.weight if self.segment else Decimal(1)
