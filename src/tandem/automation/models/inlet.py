"""An address that other programs send to: a secret in its path, acting as its owner, taken back at any time."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tandem.kit import ids
from tandem.people.scoping import Scoped, ScopedQuerySet


class InletQuerySet(ScopedQuerySet):
    def usable(self) -> Self:
        return self.filter(revoked_at=None, owner__is_active=True)


class Inlet(Scoped):
    class Kind(models.TextChoices):
        RECORDS = "records", _("Work items and comments")
        GITHUB = "github", _("GitHub and what speaks like it")
        GITLAB = "gitlab", _("GitLab")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    kind = models.CharField(_("takes"), max_length=10, choices=Kind.choices, default=Kind.RECORDS)
    # where in what is sent the values stand: {"title": "alert.name"}
    mapping = models.JSONField(default=dict, blank=True)
    digest = models.CharField(max_length=64, unique=True)
    nonce = models.CharField(max_length=64, default=ids.token, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    # how often in the minute of `used_at`
    used = models.PositiveIntegerField(default=0)

    objects = InletQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        """With which a Git provider proves that it speaks; made when it is needed, as that of a webhook."""
        return salted_hmac("tandem.automation.inlet", self.nonce, algorithm="sha256").hexdigest()
