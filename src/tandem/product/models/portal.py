"""A page for everybody who has its address: what people want of a product, without an account. And what they say there."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.product.models.feedback import Feedback


class PortalQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(closed_at=None)


class Portal(Scoped):
    """Its token is kept as it is: those who share the product want its address again. It shows only what was let through."""

    product = models.OneToOneField("product.Product", models.CASCADE, related_name="portal")
    token = models.CharField(max_length=64, unique=True)
    intro = models.TextField(_("introduction"), max_length=2000, blank=True)
    is_indexed = models.BooleanField(_("search engines may list it"), default=False)
    is_embeddable = models.BooleanField(_("other sites may show it in a frame"), default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = PortalQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return str(self.product)


class PortalCommentQuerySet(ScopedQuerySet):
    def shown(self) -> Self:
        return self.filter(state=PortalComment.State.SHOWN)

    def waiting(self) -> Self:
        return self.filter(state=PortalComment.State.WAITING)


class PortalComment(Scoped):
    """What somebody outside says about an entry; shown once somebody of the product let it through."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SHOWN = "shown", _("Shown")
        HIDDEN = "hidden", _("Hidden")

    feedback = models.ForeignKey(Feedback, models.CASCADE, related_name="portal_comments")
    name = models.CharField(_("name"), max_length=100, blank=True)
    body = models.TextField(_("comment"), max_length=2000)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    # a digest of the sender's address, to count by; not to find anybody
    sender = models.CharField(max_length=64, editable=False)

    objects = PortalCommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["space", "id"], condition=models.Q(state="waiting"), name="portal_comment_waiting")]

    def __str__(self) -> str:
        return self.body[:60]
