"""The industry packs of a project, and what was said of each of their controls."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet


class PackUse(Scoped):
    """A pack holds in a project; its controls are data that comes along, or a version of one of its own."""

    project = models.ForeignKey("portfolio.Project", models.CASCADE, related_name="pack_uses", verbose_name=_("project"))
    pack = models.SlugField(pgettext_lazy("industry", "pack"), max_length=40)
    # of a pack of one's own; None: of one that comes along
    pack_version = models.ForeignKey("governance.PackVersion", models.PROTECT, null=True, blank=True, related_name="uses", verbose_name=_("version of the pack"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["project", "pack"]
        constraints = [models.UniqueConstraint(fields=["project", "pack"], name="one_pack_use")]

    def __str__(self) -> str:
        return self.pack


class ControlWord(Scoped):
    """What somebody said of a control: it holds, with evidence; or it does not apply, with a reason. Of what is computed only the latter."""

    class State(models.TextChoices):
        MET = "met", pgettext_lazy("state of a control", "Holds")
        NOT_APPLICABLE = "not_applicable", pgettext_lazy("state of a control", "Does not apply")

    pack_use = models.ForeignKey(PackUse, models.CASCADE, related_name="words")
    control = models.SlugField(_("control"), max_length=40)
    state = models.CharField(_("state"), max_length=14, choices=State.choices)
    evidence = models.CharField(_("evidence"), max_length=500)
    link = models.CharField(_("link"), max_length=500, blank=True)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["pack_use", "control"]
        constraints = [
            models.UniqueConstraint(fields=["pack_use", "control"], name="one_control_word"),
            models.CheckConstraint(condition=~Q(evidence=""), name="control_with_evidence"),
        ]

    def __str__(self) -> str:
        return f"{self.control}: {self.state}"
