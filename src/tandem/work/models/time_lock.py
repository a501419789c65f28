"""A week of a person whose time stands: sent in or approved. Time sheets set it; whoever writes time entries asks it."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


class TimeLock(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # its Monday
    week = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "week"], name="one_lock_a_week")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.week}"
