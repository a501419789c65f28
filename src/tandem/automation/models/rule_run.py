"""One time that a rule was looked at: for which event and work item, what it did, or why not."""

import uuid
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class RuleRunQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(outcome=RuleRun.Outcome.WAITING)

    def newest_first(self) -> Self:
        return self.order_by("-id")


class RuleRun(Scoped):
    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waits")
        DONE = "done", _("done")
        ASKED = "asked", _("the move waits for an approval")
        UNMATCHED = "unmatched", _("the filter did not find it")
        REFUSED = "refused", _("not possible")
        TOO_DEEP = "too_deep", _("stopped: rules set each other off")
        OFF = "off", _("the rule was switched off")

    rule = models.ForeignKey("automation.Rule", models.CASCADE, related_name="runs")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+")
    event = models.ForeignKey("history.Event", models.PROTECT, null=True, related_name="+")
    # what set it off, once per rule: `event:12`, `due:2026-11-20:311`
    mark = models.CharField(max_length=60)
    # 0: somebody did it by hand; 1: a rule did that this one answers to
    depth = models.PositiveSmallIntegerField(default=0)
    # the event with which the chain of rules began, or minus the run that a date set off: in one chain a rule does its
    # work once
    origin = models.BigIntegerField(null=True)
    run = models.UUIDField(default=uuid.uuid4, unique=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    why = models.CharField(max_length=60, blank=True)
    params = models.JSONField(default=dict, blank=True)
    ended_at = models.DateTimeField(null=True)

    objects = RuleRunQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["rule", "mark"], name="ruled_once")]
        indexes = [
            models.Index(fields=["rule", "-id"], name="run_rule"),
            models.Index(fields=["origin"], name="run_origin"),
        ]

    def __str__(self) -> str:
        return f"{self.mark} · {self.rule_id}"
