"""A link of an imported item to something that was not in the file: kept by its key, made a real link once that arrives."""

from django.db import models

from tandem.people.scoping import Scoped


class OutsideLink(Scoped):
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="outside_links")
    other_key = models.CharField(max_length=200)
    # true when the item leads to the other, false when the other leads to it
    is_outward = models.BooleanField(default=True)
    kind = models.CharField(max_length=12)
    source_name = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item", "other_key", "is_outward", "kind", "source_name"], name="one_outside_link"
            )
        ]

    def __str__(self) -> str:
        return f"{self.item_id} {self.kind} {self.other_key}"
