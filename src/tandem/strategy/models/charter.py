"""What a project or product is to reach and what not: agreed and signed by the PMO side and the product side. Each row is a version."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet

MOST = 5000


class CharterQuerySet(ScopedQuerySet):
    def signed(self) -> Self:
        """By both sides: nobody changes them any more."""
        return self.filter(pmo_signed_at__isnull=False, product_signed_at__isnull=False)

    def open(self) -> Self:
        return self.exclude(pmo_signed_at__isnull=False, product_signed_at__isnull=False)

    def newest(self) -> Self:
        """The last version of each."""
        later = self.model.objects.filter(space=OuterRef("space"), number__gt=OuterRef("number"))
        return self.filter(~models.Exists(later))


class Side(models.TextChoices):
    PMO = "pmo", _("PMO side")
    PRODUCT = "product", _("Product side")


class Charter(Scoped):
    number = models.PositiveSmallIntegerField(_("version"), default=1)
    goal = models.TextField(_("goal"), max_length=MOST)
    scope_in = models.TextField(_("in scope"), max_length=MOST, blank=True)
    scope_out = models.TextField(_("out of scope"), max_length=MOST, blank=True)
    measures = models.TextField(_("success measures"), max_length=MOST, blank=True)
    key_result_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("key results"))
    kpi_ids = ArrayField(models.BigIntegerField(), default=list, blank=True, verbose_name=_("KPIs"))
    assumptions = models.TextField(_("assumptions"), max_length=MOST, blank=True)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("written by"))
    pmo_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed for the PMO side by")
    )
    pmo_signed_at = models.DateTimeField(null=True, blank=True)
    product_signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("signed for the product side by")
    )
    product_signed_at = models.DateTimeField(null=True, blank=True)

    objects = CharterQuerySet.as_manager()

    class Meta:
        ordering = ["space", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["space", "number"], name="one_charter_per_number"),
            models.CheckConstraint(
                condition=Q(pmo_signed_by=None) | Q(product_signed_by=None) | ~Q(pmo_signed_by=F("product_signed_by")), name="two_people_sign"
            ),
            models.UniqueConstraint(
                fields=["space"], condition=Q(pmo_signed_at=None) | Q(product_signed_at=None), name="one_open_charter"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.space.name} · {self.number}"

    @property
    def is_signed(self) -> bool:
        return self.pmo_signed_at is not None and self.product_signed_at is not None

    @property
    def is_whole(self) -> bool:
        """It says its goal, what belongs to it, and how success is known."""
        return bool(self.goal.strip() and self.scope_in.strip() and (self.measures.strip() or self.key_result_ids or self.kpi_ids))

    def signed_by(self, side: str) -> int | None:
        return self.pmo_signed_by_id if side == Side.PMO else self.product_signed_by_id
