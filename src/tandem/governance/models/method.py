"""The way a kind of project is worked: its phases, gates, deliverables, roles, states, reports and figures, as versioned data."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import HandedDown, HandedDownQuerySet, Scoped, ScopedQuerySet


class Method(HandedDown):
    """`origin` is the method of ours that it was made of, if any."""

    name = models.CharField(pgettext_lazy("way of working", "method"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    origin = models.SlugField(max_length=40, blank=True)

    objects = HandedDownQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_method_name")]

    def __str__(self) -> str:
        return self.name


class MethodVersionQuerySet(HandedDownQuerySet):
    def published(self) -> Self:
        return self.filter(published_at__isnull=False)

    def newest_first(self) -> Self:
        return self.order_by("-number")


class MethodVersion(HandedDown):
    """A draft until it is published; from then on the database lets nobody change it."""

    method = models.ForeignKey(Method, models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    content = models.JSONField(_("content"))
    note = models.CharField(_("what is new"), max_length=500, blank=True)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    objects = MethodVersionQuerySet.as_manager()

    class Meta:
        ordering = ["method", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["method", "number"], name="one_method_version"),
            models.UniqueConstraint(fields=["method"], condition=Q(published_at=None), name="one_method_draft"),
        ]

    def __str__(self) -> str:
        return f"{self.method} {self.number}"


class MethodUseQuerySet(ScopedQuerySet):
    def current(self) -> Self:
        return self.filter(ended_at=None)


class MethodUse(Scoped):
    """From when to when a project follows a version of a method."""

    project = models.ForeignKey("portfolio.Project", models.CASCADE, related_name="method_uses")
    method_version = models.ForeignKey(MethodVersion, models.PROTECT, related_name="uses")
    starts_on = models.DateField(_("starts on"))
    began_at = models.DateTimeField(_("since"))
    ended_at = models.DateTimeField(_("until"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = MethodUseQuerySet.as_manager()

    class Meta:
        ordering = ["project", "-began_at"]
        constraints = [models.UniqueConstraint(fields=["project"], condition=Q(ended_at=None), name="one_method_at_a_time")]

    def __str__(self) -> str:
        return f"{self.project_id}: {self.method_version_id}"


class MethodPartQuerySet(ScopedQuerySet):
    def kept(self) -> Self:
        """Of the version that is followed, and not left out."""
        return self.filter(is_left_out=False, ended_at=None)


class MethodPart(Scoped):
    """What a project has of a part of its method, or of an industry pack: the work item that it became, the person who takes the role; left out or called
    something else only with a reason."""

    class Kind(models.TextChoices):
        PHASE = "phase", pgettext_lazy("part of a method", "Phase")
        DELIVERABLE = "deliverable", pgettext_lazy("part of a method", "Deliverable")
        GATE = "gate", pgettext_lazy("part of a method", "Gate")
        ROLE = "role", pgettext_lazy("part of a method", "Role")
        REPORT = "report", pgettext_lazy("part of a method", "Report")
        KPI = "kpi", pgettext_lazy("part of a method", "Figure")

    project = models.ForeignKey("portfolio.Project", models.CASCADE, related_name="method_parts")
    kind = models.CharField(_("kind"), max_length=11, choices=Kind.choices)
    # the industry pack that adds it; empty: of the method
    pack = models.SlugField(pgettext_lazy("industry", "pack"), max_length=40, blank=True)
    key = models.SlugField(max_length=60)
    name = models.CharField(_("name"), max_length=200)
    rank = models.PositiveSmallIntegerField(default=0)
    # of a deliverable and a gate: the key of its phase
    phase = models.SlugField(max_length=40, blank=True)
    item = models.ForeignKey("work.WorkItem", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("work item"))
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("person"))
    is_left_out = models.BooleanField(_("left out"), default=False)
    is_renamed = models.BooleanField(_("called something else"), default=False)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    # no longer in the version that the project follows
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = MethodPartQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "kind", "key"], name="one_method_part"),
            models.CheckConstraint(condition=Q(is_left_out=False, is_renamed=False) | ~Q(reason=""), name="tailored_with_a_reason"),
        ]

    def __str__(self) -> str:
        return self.name
