"""Which row here is which row there: running an import again updates instead of doubling."""

from django.db import models

from tandem.people.scoping import Scoped


class ExternalReference(Scoped):
    system = models.CharField(max_length=200)
    kind = models.CharField(max_length=40)
    source_id = models.CharField(max_length=200)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    # what the source says of the row that has no column here, in the source's own writing
    data = models.JSONField(default=dict, blank=True)
    # the newest import that held the row: facts are counted over these
    seen_in = models.ForeignKey("exchange.Import", models.SET_NULL, null=True, blank=True, related_name="references")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["space", "system", "kind", "source_id"], name="one_reference_per_source")
        ]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="reference_subject"),
            models.Index(fields=["seen_in", "kind"], name="reference_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.source_id}"
