"""What a feature is worth by one scoring model: its inputs with their evidence, and the score computed from them."""

from django.db import models

from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.product.models.feature import Feature


class ScoreQuerySet(ScopedQuerySet):
    def to_choose(self) -> "ScoreQuerySet":
        """Of features that are neither shipped nor declined."""
        return self.exclude(feature__state__in=(Feature.State.SHIPPED, Feature.State.DECLINED))


class Score(Scoped):
    feature = models.ForeignKey("product.Feature", models.CASCADE, related_name="scores")
    model = models.ForeignKey("product.ScoringModel", models.PROTECT, related_name="scores")
    # name → {"value", "evidence", "link", "by", "on"}
    inputs = models.JSONField(default=dict, blank=True)
    value = models.FloatField(null=True, blank=True)
    # why there is none: "missing" with the names, or what is impossible (`division_by_zero` …)
    problem = models.CharField(max_length=40, blank=True)
    missing = models.JSONField(default=list, blank=True)
    scored_at = models.DateTimeField(null=True, blank=True)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        ordering = ["-value", "id"]
        constraints = [models.UniqueConstraint(fields=["feature", "model"], name="one_score_per_model")]
        indexes = [models.Index(fields=["model", "-value", "id"], name="score_order")]

    def __str__(self) -> str:
        return f"{self.feature_id}: {self.value}"
