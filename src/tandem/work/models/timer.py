"""A clock that runs while somebody works on an item: one for each person, and seen by nobody else."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet


class TimerQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """One's own, while one may work there: elsewhere nothing would come of it."""
        return self.filter(user=user, space_id__among=spaces_where(user, Permission.EDIT_WORK) if user.is_active else ())


class Timer(Scoped):
    LONGEST_MINUTES = 12 * 60
    "What ran for longer was forgotten: its person says how long it was."

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="timer")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+", verbose_name=_("work item"))
    started_at = models.DateTimeField(_("started"), default=clock.now)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = TimerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.item_id} {self.started_at:%H:%M}"

    def is_seen_by(self, user: Any) -> bool:
        return self.user_id == user.pk and self.space_id in spaces_where(user, Permission.EDIT_WORK)

    def minutes(self, now: datetime) -> int:
        return max(0, round((now - self.started_at).total_seconds() / 60))
