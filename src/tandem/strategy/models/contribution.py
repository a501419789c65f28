"""That a record serves an objective, and how much of it: the weight is a share in per cent."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class ContributionQuerySet(ScopedQuerySet):
    def of(self, subject: models.Model) -> Self:
        return self.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk)


class Contribution(Scoped):
    objective = models.ForeignKey("strategy.Objective", models.CASCADE, related_name="contributions")
    subject_kind = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    objects = ContributionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["objective", "subject_kind", "subject_id"], name="one_contribution"
            ),
            models.CheckConstraint(condition=models.Q(weight__range=(1, 100)), name="weight_is_a_share"),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="contribution_subject")]

    def __str__(self) -> str:
        return f"{self.subject_kind}:{self.subject_id} → {self.objective_id} ({self.weight} %)"
