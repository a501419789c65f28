"""A branch, commit or merge request of a Git provider that names a work item."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class Development(Scoped):
    class Kind(models.TextChoices):
        MERGE_REQUEST = "merge_request", _("Merge request")
        BRANCH = "branch", _("Branch")
        COMMIT = "commit", _("Commit")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        MERGED = "merged", _("Merged")
        CLOSED = "closed", _("Closed")

    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="developments")
    kind = models.CharField(max_length=14, choices=Kind.choices)
    url = models.CharField(max_length=500)
    title = models.CharField(max_length=300)
    reference = models.CharField(max_length=200)
    state = models.CharField(max_length=8, choices=State.choices, blank=True)
    author = models.CharField(max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-kind", "-id"]
        constraints = [models.UniqueConstraint(fields=["item", "url"], name="linked_once")]

    def __str__(self) -> str:
        return self.reference
