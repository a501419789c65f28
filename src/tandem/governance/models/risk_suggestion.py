"""What became of a suggested risk: taken into the register, or turned down with a reason. It is not suggested there again."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet


class RiskSuggestion(Scoped):
    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("suggestion", "Taken")
        REJECTED = "rejected", pgettext_lazy("suggestion", "Turned down")

    # "catalogue:<key>" or "risk:<number>": of our catalogue, or of a risk that happened in a project that is over
    origin = models.CharField(max_length=60)
    verdict = models.CharField(_("answer"), max_length=8, choices=Verdict.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    risk = models.ForeignKey("governance.Risk", models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["space", "origin"], name="one_answer_to_a_suggestion")]

    def __str__(self) -> str:
        return f"{self.origin}: {self.verdict}"
