"""Who wants to hear of a record: chosen by hand, or begun by what the person did to it. Leaving is kept, so that
nothing brings somebody back against their will."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet

SPACE = "people.space"
"Watching a whole space: everything in it."
BY_SPACE = "space"
NOUNS = (
    "strategy.objective", "strategy.keyresult", "strategy.kpi", "portfolio.portfolio", "portfolio.programme", "portfolio.project", "portfolio.proposal", "portfolio.benefit", "planning.scenario", "portfolio.projectreport",
    "product.product", "product.feature", "product.release", "product.scoringmodel", "product.ballot", "product.experiment", "product.persona", "product.competitor", "product.researchnote", "product.feedback", "resources.jobrole", "resources.skill", "resources.department", "resources.booking", "governance.risk", "governance.issue", "governance.changerequest", "governance.decision", "collaboration.document", "collaboration.stakeholder", "collaboration.pulse", "governance.onboardingtemplate", "governance.meetingseries", "governance.meeting",
    "work.workitem",
)  # fmt: skip


class WatchQuerySet(ScopedQuerySet):
    def on(self, subject: models.Model) -> Self:
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)

    def kept(self) -> Self:
        """Not left."""
        return self.filter(left_at=None)

    def of(self, user: Any) -> Self:
        return self.filter(user=user)


class Watch(Scoped):
    class Why(models.TextChoices):
        BY_HAND = "by_hand", _("you chose to watch it")
        REPORTED = "reported", _("you created it")
        ASSIGNED = "assigned", _("it was given to you")
        PROMISED = "promised", _("you gave a promise about it")
        COMMENTED = "commented", _("you commented on it")
        MENTIONED = "mentioned", _("you were mentioned in it")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="watches")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    why = models.CharField(max_length=10, choices=Why.choices, default=Why.BY_HAND)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = WatchQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "user"], name="one_watch_per_person"
            )
        ]
        indexes = [models.Index(fields=["user", "subject_kind"], name="watch_user")]

    def __str__(self) -> str:
        return f"{self.user_id} watches {self.subject_kind}:{self.subject_id}"
