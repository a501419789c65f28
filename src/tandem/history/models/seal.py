"""The chain over committed events that shows any later tampering."""

from django.db import models


class Seal(models.Model):
    sequence = models.BigAutoField(primary_key=True)
    event_id = models.BigIntegerField(unique=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"seal {self.sequence}"
