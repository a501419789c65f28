"""One computation: over what, from which inputs, with which seed and version, and how it ended."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class RunQuerySet(ScopedQuerySet):
    def latest_of(self, kind: str, space_id: int) -> "Run | None":
        return self.filter(kind=kind, space_id=space_id, state=Run.State.DONE).order_by("-id").first()

    def done(self) -> Self:
        return self.filter(state=Run.State.DONE)


class Run(Scoped):
    class Kind(models.TextChoices):
        FORECAST = "forecast", _("Forecast")
        SCHEDULE = "schedule", _("Schedule")
        LEVEL = "level", _("Levelled plan")
        RANGE = "range", _("Range of the plan")

    class State(models.TextChoices):
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")
        REFUSED = "refused", _("Impossible")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    as_of = models.DateField()
    inputs_hash = models.CharField(max_length=64)
    seed = models.BigIntegerField()
    program = models.CharField(max_length=20)
    finished_at = models.DateTimeField(null=True)
    problem = models.JSONField(default=dict, blank=True)

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["space", "kind", "-id"], name="run_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"
