"""A file on a record: stored under a random name, or a link to where it lies."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit.types import Ref
from tandem.people.scoping import Scoped, ScopedQuerySet


class AttachmentQuerySet(ScopedQuerySet):
    def on(self, subject: models.Model) -> Self:
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)


class Attachment(Scoped):
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    name = models.CharField(_("name"), max_length=400)
    mime = models.CharField(max_length=200, blank=True)
    size = models.BigIntegerField(null=True, blank=True)
    stored_as = models.CharField(max_length=64, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="attachment_subject")]

    def __str__(self) -> str:
        return self.name

    @property
    def about(self) -> Ref:
        return Ref(self.subject_kind, self.subject_id)

    def is_by(self, user: Any) -> bool:
        return self.author_id == user.pk

    @property
    def address(self) -> str:
        """Where a file of the source lies; only addresses that a browser opens as a page or a file."""
        return self.url if self.url.lower().startswith(("https://", "http://")) else ""
