"""What an hour of a person or of a job role costs and is billed at, from a day on. Seen only by who may see rates.

A rate is never written over: one for the same day takes its place and the former stays, so that what was counted with it
can be explained. Amounts stand here alone, not in the history, which more people read."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet


class RateQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        return self.filter(space_id__among=spaces_where(user, Permission.SEE_RATES) if user.is_active else ())

    def in_force(self) -> Self:
        """Without those that another one replaced or that were taken back."""
        return self.filter(ended_at=None)


class Rate(Scoped):
    job_role = models.ForeignKey(
        "resources.JobRole", models.PROTECT, null=True, blank=True, related_name="rates", verbose_name=_("job role")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="rates", verbose_name=_("person")
    )
    cost = models.DecimalField(_("cost of an hour"), max_digits=12, decimal_places=2)
    # none: not billed
    bill = models.DecimalField(_("billed for an hour"), max_digits=12, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3)
    valid_from = models.DateField(_("valid from"))
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RateQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(job_role=None, person__isnull=False) | models.Q(job_role__isnull=False, person=None),
                name="rate_of_role_or_person",
            ),
            models.CheckConstraint(condition=models.Q(cost__gte=0) & (models.Q(bill=None) | models.Q(bill__gte=0)), name="rate_not_negative"),
            models.UniqueConstraint(
                fields=["space", "job_role", "person", "valid_from"], condition=models.Q(ended_at=None), nulls_distinct=False,
                name="one_rate_from_a_day",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.person or self.job_role} {self.valid_from}"

    def is_seen_by(self, user: Any) -> bool:
        return self.space_id in spaces_where(user, Permission.SEE_RATES)
