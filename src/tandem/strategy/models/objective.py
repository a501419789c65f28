"""What we want to have reached by the end of a period. Objectives form a tree over the organisation."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class ObjectiveQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(state=Objective.State.OPEN)


class Objective(Scoped):
    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    title = models.CharField(_("objective"), max_length=300)
    description = models.TextField(_("description"), blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
    )
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN)
    starts_on = models.DateField(_("period from"))
    ends_on = models.DateField(_("period to"))
    measure = models.CharField(_("measured by"), max_length=300, blank=True)
    theme = models.ForeignKey(
        "strategy.Theme", models.PROTECT, null=True, blank=True, related_name="objectives", verbose_name=_("theme")
    )
    # how much of all work it ought to get, in per cent; alignment compares with what it gets
    intended_share = models.PositiveSmallIntegerField(
        _("intended share"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    carried_from = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="carried_to")

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="objective_period_in_order"
            ),
            models.CheckConstraint(
                condition=models.Q(intended_share=None) | models.Q(intended_share__range=(1, 100)), name="intended_share_is_a_share"
            ),
        ]

    def __str__(self) -> str:
        return self.title
