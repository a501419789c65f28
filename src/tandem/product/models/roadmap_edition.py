"""A version of the roadmap for an audience: which rows, which of their fields, and how coarsely their dates are told."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.models import Space
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.product.models.window import Precision


class RoadmapEditionQuerySet(ScopedQuerySet):
    def with_space(self) -> Self:
        return self.select_related("space", "owner")


class RoadmapEdition(Scoped):
    class Language(models.TextChoices):
        READER = "reader", _("The reader’s")
        ENGLISH = "en", "English"
        CHINESE = "zh-hans", "简体中文"

    name = models.CharField(_("edition"), max_length=200)
    description = models.TextField(_("introduction"), max_length=5000, blank=True)
    query = models.CharField(_("filter"), max_length=500, blank=True)
    precision = models.CharField(_("dates are told"), max_length=7, choices=Precision.choices, default=Precision.QUARTER)
    language = models.CharField(_("language"), max_length=7, choices=Language.choices, default=Language.READER)
    shows_promise = models.BooleanField(_("shows promises"), default=True)
    shows_forecast = models.BooleanField(_("shows forecasts"), default=False)
    shows_slip = models.BooleanField(_("shows slips"), default=False)
    shows_owner = models.BooleanField(_("shows owners"), default=False)
    shows_effort = models.BooleanField(_("shows the work left"), default=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )

    objects = RoadmapEditionQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(shows_slip=False) | models.Q(shows_promise=True, shows_forecast=True),
                name="slip_told_with_its_two_dates",
            )
        ]

    def __str__(self) -> str:
        return self.name


def told_below(space_id: int) -> frozenset[int]:
    """The space and all below it, without what is confidential or lies under something confidential: an edition never
    tells of those, whoever reads it."""
    tree = {pk: (parent, hidden) for pk, parent, hidden in Space.objects.values_list("id", "parent_id", "is_confidential")}
    found: set[int] = set()
    for pk in tree:
        at, is_below = pk, False
        while at is not None and not tree[at][1]:
            is_below |= at == space_id
            at = tree[at][0]
        if is_below and at is None:
            found.add(pk)
    return frozenset(found)
