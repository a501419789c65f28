"""What somebody said about a record. Markdown, erasable."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit.types import Ref
from tandem.people.scoping import Scoped, ScopedQuerySet


class CommentQuerySet(ScopedQuerySet):
    def on(self, subject: models.Model) -> Self:
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)


class Comment(Scoped):
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    body = models.TextField(_("comment"), max_length=100_000)
    edited_at = models.DateTimeField(null=True, blank=True)

    objects = CommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="comment_subject")]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def about(self) -> Ref:
        return Ref(self.subject_kind, self.subject_id)

    def is_by(self, user: Any) -> bool:
        return self.author_id == user.pk
