"""An outgoing webhook: an address that is told of events of a space, as its owner may see them."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from tandem.kit import ids
from tandem.kit.outgoing import target
from tandem.people.scoping import Scoped, ScopedQuerySet


class HookQuerySet(ScopedQuerySet):
    def on(self) -> Self:
        return self.filter(is_on=True)


class Hook(Scoped):
    class About(models.TextChoices):
        """Kinds of events: the part of an event's verb before the dot."""

        WORK_ITEM = "work_item", _("Work items")
        COMMENT = "comment", _("Comments")
        BLOCK = "block", _("Blocks")
        LINK = "link", _("Links")
        ATTACHMENT = "attachment", _("Files")
        SPRINT = "sprint", _("Sprints")
        FEATURE = "feature", _("Features")
        RELEASE = "release", _("Releases")
        PROMISE = "promise", _("Promises")
        DEVELOPMENT = "development", _("Branches, commits and merge requests")

    class Off(models.TextChoices):
        """Why it is off although nobody switched it off."""

        FAILURES = "failures", _("too many failures in a row")

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("owner")
    )
    name = models.CharField(_("name"), max_length=100)
    address = models.CharField(_("address"), max_length=500)
    about = ArrayField(
        models.CharField(max_length=20, choices=About.choices), verbose_name=_("tells of"), max_length=20
    )
    nonce = models.CharField(max_length=64, default=ids.token, editable=False)
    is_on = models.BooleanField(_("on"), default=True)
    failures = models.PositiveIntegerField(_("failures in a row"), default=0)
    off_because = models.CharField(max_length=10, choices=Off.choices, blank=True)

    objects = HookQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["space"], name="hook_on", condition=models.Q(is_on=True))]

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        """Made from the key of this installation whenever it is needed, so that it stands in no table and no backup."""
        return "whsec_" + salted_hmac("tandem.automation.hook", self.nonce, algorithm="sha256").hexdigest()

    @property
    def host(self) -> str:
        """What everybody who sees the space may know of the address: the rest of it may be a secret."""
        return target(self.address).host

    @property
    def about_words(self) -> list[str]:
        return [str(Hook.About(one).label) for one in self.about]
