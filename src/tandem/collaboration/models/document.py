"""Pages of a space: what they say now, what each version of them said, and what people remarked on a passage."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.kit import clock
from tandem.kit.types import Ref
from tandem.people.scoping import Scoped, ScopedQuerySet

LONGEST = 200_000


class DocumentQuerySet(ScopedQuerySet):
    def in_order(self) -> Self:
        """As siblings stand in the tree."""
        return self.order_by("rank", "id")

    def matching(self, text: str) -> Self:
        return self.filter(models.Q(title__icontains=text) | models.Q(body__icontains=text))


class Document(Scoped):
    title = models.CharField(_("title"), max_length=200)
    # Markdown, with records named as #KEY-12 or by their address
    body = models.TextField(_("text"), max_length=LONGEST, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="below", verbose_name=_("below the page"))
    rank = models.FloatField(default=0)
    # the number of the newest version
    edition = models.PositiveIntegerField(pgettext_lazy("of a document", "version"), default=1)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))
    edited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("last edited by"))
    edited_at = models.DateTimeField(_("last edited"), default=clock.now)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["title", "id"]
        indexes = [
            models.Index(fields=["space", "parent", "rank"], name="document_tree"),
            models.Index(fields=["space", "-edited_at"], name="document_edited"),
        ]

    def __str__(self) -> str:
        return self.title


class DocumentVersion(Scoped):
    """What a page said from one save to the next: never edited."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(pgettext_lazy("of a document", "version"))
    title = models.CharField(_("title"), max_length=200)
    body = models.TextField(_("text"), max_length=LONGEST, blank=True)
    note = models.CharField(_("what changed"), max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("author"))

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="one_document_version")]

    def __str__(self) -> str:
        return f"{self.title} ({self.number})"


class PassageCommentQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(settled_at=None)


class PassageComment(Scoped):
    """What somebody said about some words of a page. When those words go, the comment stays and says that they are gone."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="passage_comments")
    quote = models.CharField(_("passage"), max_length=500)
    # the version that was read, and the one in which the words went
    edition = models.PositiveIntegerField(pgettext_lazy("of a document", "version"), default=1)
    lost_in = models.PositiveIntegerField(_("gone in version"), null=True, blank=True)
    body = models.TextField(_("comment"), max_length=10_000)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # the comment that this one answers
    answers = models.ForeignKey("self", models.CASCADE, null=True, blank=True, related_name="answered")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = PassageCommentQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.body[:80]

    @property
    def about(self) -> Ref:
        return Ref(Document._meta.label_lower, self.document_id)

    def is_by(self, user: Any) -> bool:
        return self.author_id == user.pk
