"""A word of approval under a comment, without another comment."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class ReactionQuerySet(models.QuerySet["Reaction"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(comment__space_id__among=user.visible_space_ids())


class Reaction(models.Model):
    class Kind(models.TextChoices):
        AGREED = "agreed", _("Agreed")
        THANKS = "thanks", _("Thanks")
        SEEN = "seen", _("Seen")

    comment = models.ForeignKey("collaboration.Comment", models.CASCADE, related_name="reactions")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)

    objects = ReactionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["comment", "kind", "user"], name="one_reaction_of_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.comment_id}"
