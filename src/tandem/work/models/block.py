"""Something keeps a work item from moving: since when, what, and until when."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Coalesce, Greatest, Least, Now
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock
from tandem.people.scoping import Scoped, ScopedQuerySet


class BlockQuerySet(ScopedQuerySet):
    def open(self) -> Self:
        return self.filter(ended_at=None)

    def ended(self) -> Self:
        return self.exclude(ended_at=None)

    def during(self, first: datetime, last: datetime) -> Self:
        """Those that lasted at some time between the two."""
        return self.filter(since__lt=last).filter(Q(ended_at=None) | Q(ended_at__gt=first))

    def with_time(self, first: datetime | None = None, last: datetime | None = None) -> Self:
        """Each with `time`, how long it lasted so far; between `first` and `last`, only what fell between."""
        begin: Any = Greatest(F("since"), models.Value(first)) if first else F("since")
        end: Any = Coalesce("ended_at", models.Value(last) if last else Now())
        end = Least(end, models.Value(last)) if last else end
        return self.annotate(time=models.ExpressionWrapper(end - begin, output_field=models.DurationField()))

    def clusters(self, first: datetime, last: datetime) -> Any:
        """Per kind how often and how long work stood between the two: rows of kind, blocks, items, time; most first."""
        rows = self.during(first, last).with_time(first, last).order_by().values("kind")
        return rows.annotate(
            blocks=Count("id"), items=Count("item", distinct=True), total=Sum("time")
        ).order_by("-total")


class Block(Scoped):
    class Kind(models.TextChoices):
        DECISION = "decision", _("Waits for a decision")
        ANSWER = "answer", _("Waits for an answer")
        PERSON = "person", _("Somebody is missing")
        TEAM = "team", _("Waits for another team")
        SUPPLIER = "supplier", _("Waits for a supplier")
        ENVIRONMENT = "environment", _("Tools or environment")
        DEFECT = "defect", _("A defect stands in the way")
        OTHER = "other", _("Something else")

    item = models.ForeignKey(
        "work.WorkItem", models.CASCADE, related_name="blocks", verbose_name=_("work item")
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.OTHER)
    reason = models.CharField(_("reason"), max_length=500)
    since = models.DateTimeField(_("since"), default=clock.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = BlockQuerySet.as_manager()

    class Meta:
        ordering = ["-since", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(ended_at=None), name="one_open_block_per_item"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gte=F("since")), name="block_ends_after_it_began"
            ),
        ]
        indexes = [models.Index(fields=["space", "since"], name="block_space")]

    def __str__(self) -> str:
        return self.reason

    def lasted(self, now: datetime) -> float:
        """Days so far, or until it ended."""
        return max(0.0, ((self.ended_at or now) - self.since).total_seconds() / 86400)
