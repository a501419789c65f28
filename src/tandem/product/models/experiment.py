"""Finding out before building: what one believes, how it is measured, from which value on it holds, and what came out."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class ExperimentQuerySet(ScopedQuerySet):
    def failed(self) -> Self:
        """Whose hypothesis did not hold, with what was learned."""
        return self.filter(outcome=Experiment.Outcome.REFUTED)


class Experiment(Scoped):
    class Stage(models.TextChoices):
        """The funnel, from the first thought to the decision."""

        IDEA = "idea", _("Idea")
        DESIGNED = "designed", _("Designed")
        RUNNING = "running", _("Running")
        CONCLUDED = "concluded", _("Concluded")

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("Held")
        REFUTED = "refuted", _("Did not hold")
        UNCLEAR = "unclear", _("Unclear")

    class Decision(models.TextChoices):
        GO = "go", _("Go on")
        CHANGE = "change", _("Change course")
        STOP = "stop", _("Stop")

    product = models.ForeignKey("product.Product", models.PROTECT, related_name="experiments")
    feature = models.ForeignKey(
        "product.Feature", models.SET_NULL, null=True, blank=True, related_name="experiments", verbose_name=_("feature")
    )
    title = models.CharField(_("experiment"), max_length=200)
    hypothesis = models.TextField(_("hypothesis"), max_length=5000)
    measure = models.CharField(_("measure"), max_length=300, blank=True)
    threshold = models.CharField(_("holds from"), max_length=200, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    stage = models.CharField(_("stage"), max_length=10, choices=Stage.choices, default=Stage.IDEA)
    result = models.CharField(_("result"), max_length=300, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True)
    decision = models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True)
    learned = models.TextField(_("what was learned"), max_length=5000, blank=True)

    objects = ExperimentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stage="concluded") & ~models.Q(outcome="") | ~models.Q(stage="concluded") & models.Q(outcome=""),
                name="experiment_concluded_with_outcome",
            )
        ]

    def __str__(self) -> str:
        return self.title
