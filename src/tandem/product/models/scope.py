"""That a work item (with everything under it) belongs to a feature or a release, and since when."""

from typing import Self

from django.db import models

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class ScopeQuerySet(ScopedQuerySet):
    def of(self, subject: models.Model) -> Self:
        return self.filter(**{subject._meta.model_name or "": subject})


class Scope(Scoped):
    feature = models.ForeignKey(
        "product.Feature", models.CASCADE, null=True, blank=True, related_name="scope"
    )
    release = models.ForeignKey(
        "product.Release", models.CASCADE, null=True, blank=True, related_name="scope"
    )
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="scopes")
    added_at = models.DateTimeField(default=clock.now)

    objects = ScopeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(feature__isnull=False, release__isnull=True)
                | models.Q(feature__isnull=True, release__isnull=False),
                name="scope_of_one_thing",
            ),
            models.UniqueConstraint(
                fields=["feature", "item"],
                condition=models.Q(feature__isnull=False),
                name="item_once_in_feature",
            ),
            models.UniqueConstraint(
                fields=["release", "item"],
                condition=models.Q(release__isnull=False),
                name="item_once_in_release",
            ),
        ]
        indexes = [models.Index(fields=["item"], name="scope_item")]

    def __str__(self) -> str:
        return f"{self.item_id} in {self.feature_id or self.release_id}"
