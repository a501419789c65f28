"""What the plans of several projects cannot keep together: found when it arises, gone when it is solved."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.access import Permission, spaces_where
from tandem.people.scoping import Scoped, ScopedQuerySet


class PlanConflictQuerySet(ScopedQuerySet):
    def visible_to(self, user: Any) -> Self:
        """That somebody has asked for leave is shown to them and to who plans the project; approved leave to all who see it."""
        rows, asked = super().visible_to(user), models.Q(kind=PlanConflict.Kind.LEAVE, detail__asked=True)
        return rows.filter(~asked | models.Q(space_id__among=spaces_where(user, Permission.EDIT_PLAN)) | models.Q(detail__user=user.pk))

    def open(self) -> Self:
        return self.filter(gone_at=None)

    def worst_first(self) -> Self:
        return self.order_by("-days", "id")


class PlanConflict(Scoped):
    """`space` is who is concerned: an overloaded person concerns each of their projects, with a row for each."""

    class Kind(models.TextChoices):
        PROMISE = "promise", _("Promise before the computed end")
        PROJECT = "project", _("Project later than planned")
        OVERLOAD = "overload", _("Person over capacity")
        DRIFT = "drift", _("Roadmap and project apart")
        LEAVER = "leaver", _("Work after somebody's last day")
        SKILL = "skill", _("Nobody on it has the skill")
        LEAVE = "leave", _("Leave in a critical week")

    # these stand where a date was given; `detail` names the spaces of the work that they wait for
    OF_PRODUCTS = (Kind.PROMISE, Kind.DRIFT)

    kind = models.CharField(max_length=10, choices=Kind.choices)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    # what it costs: calendar days late; of an overload working days too many in the worst week, of a skill those that
    # nobody can work, of leave those that are missing
    days = models.IntegerField()
    wanted_on = models.DateField(null=True)
    computed_on = models.DateField(null=True)
    # numbers of spaces that are concerned, and of an overload the hours and the weeks
    detail = models.JSONField(default=dict)
    # ways out as they were computed last, from which plan; [] where there is none, None: not asked
    ways = models.JSONField(null=True)
    ways_of = models.ForeignKey("planning.LevelledPlan", models.SET_NULL, null=True, related_name="+")
    # the job that computes ways out, or did it last
    ways_job = models.ForeignKey("collaboration.Job", models.SET_NULL, null=True, related_name="+")
    found_at = models.DateTimeField(default=clock.now)
    gone_at = models.DateTimeField(null=True)

    objects = PlanConflictQuerySet.as_manager()

    class Meta:
        ordering = ["-days", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_kind", "subject_id", "space"], condition=models.Q(gone_at=None), name="one_open_plan_conflict"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_kind}:{self.subject_id} {self.days}"
