"""What a team wants to be sure of before a release goes out: who answers for it, and who said that it holds."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class ReleaseCheckQuerySet(ScopedQuerySet):
    def in_order(self) -> Self:
        return self.order_by("rank", "id")


class ReleaseCheck(Scoped):
    """Passed or waived by somebody at some time; a waiver says why."""

    MOST = 50

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        PASSED = "passed", _("Passed")
        WAIVED = "waived", _("Waived")

    release = models.ForeignKey("product.Release", models.CASCADE, related_name="checks", verbose_name=_("release"))
    name = models.CharField(_("what must hold"), max_length=300)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    rank = models.FloatField(default=0)

    objects = ReleaseCheckQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)), name="release_check_decided"
            ),
            models.CheckConstraint(condition=~Q(state="waived") | ~Q(reason=""), name="release_check_waived_with_reason"),
        ]
        indexes = [models.Index(fields=["release", "rank"], name="release_check_order")]

    def __str__(self) -> str:
        return self.name
