"""When effort changed last: what keeps sums of it looks here, and not at tens of thousands of rows."""

from django.db import models


class EffortStamp(models.Model):
    """Triggers write it, in the transaction of every change of effort, whatever makes the change. The spaces share a few slots, so that
    projects that are computed at the same time seldom wait for each other. A stamp never comes back, not even after a rollback."""

    slot = models.SmallIntegerField(primary_key=True)
    stamp = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.slot}: {self.stamp}"
