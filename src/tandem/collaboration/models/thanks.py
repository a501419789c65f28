"""Thanks of one person to another for something that stands on record. Words, never points."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit.types import Ref
from tandem.people.scoping import Scoped, ScopedQuerySet


class ThanksQuerySet(ScopedQuerySet):
    def on(self, subject: models.Model) -> Self:
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)

    def to(self, user: Any) -> Self:
        return self.filter(receiver=user)

    def since(self, day: date) -> Self:
        return self.filter(created_at__date__gte=day)


class Thanks(Scoped):
    """It stands in the space of its record: whoever sees that sees it."""

    sender = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    receiver = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("to whom"))
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    words = models.CharField(_("what for"), max_length=500)

    objects = ThanksQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = "thanks", "thanks"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="thanks_subject"), models.Index(fields=["receiver", "-id"], name="thanks_receiver"),
            models.Index(fields=["sender", "-id"], name="thanks_sender"),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(condition=~models.Q(sender=models.F("receiver")), name="thanks_to_another"),
            models.UniqueConstraint(fields=["sender", "receiver", "subject_kind", "subject_id"], name="thanks_once"),
        ]

    def __str__(self) -> str:
        return self.words[:80]

    @property
    def about(self) -> Ref:
        return Ref(self.subject_kind, self.subject_id)
