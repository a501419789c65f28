"""Events that wait for their seal. The database itself fills it, in the transaction of the event."""

from django.db import models


class Unsealed(models.Model):
    event_id = models.BigIntegerField(primary_key=True)

    def __str__(self) -> str:
        return f"event {self.event_id} waits"
