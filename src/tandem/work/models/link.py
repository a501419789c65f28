"""One work item bears on another: the four dependencies of a plan with their lag, and the looser kinds."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class LinkQuerySet(ScopedQuerySet):
    def dependencies(self) -> Self:
        """Links that order work in time."""
        return self.filter(kind__in=Link.ORDERING)

    def touching(self, item_id: int) -> Self:
        return self.filter(models.Q(source_id=item_id) | models.Q(target_id=item_id))


class Link(Scoped):
    class Kind(models.TextChoices):
        FS = "FS", _("Finish to start")
        SS = "SS", _("Start to start")
        FF = "FF", _("Finish to finish")
        SF = "SF", _("Start to finish")
        BLOCKS = "blocks", _("Blocks")
        RELATES = "relates", _("Relates to")
        DUPLICATES = "duplicates", _("Duplicates")
        OWN = "own", _("Own kind")

    ORDERING = ("FS", "SS", "FF", "SF", "blocks")

    source = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="links_out")
    target = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="links_in")
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    # of a kind that the team has named itself
    own_kind = models.ForeignKey("work.LinkKind", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("own kind"))
    lag_minutes = models.IntegerField(_("lag"), default=0)
    lag_percent = models.FloatField(null=True, blank=True)
    is_lag_elapsed = models.BooleanField(default=False)
    source_name = models.CharField(max_length=100, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "kind", "own_kind", "source_name"], name="one_link_of_a_kind", nulls_distinct=False
            ),
            models.CheckConstraint(condition=models.Q(kind="own", own_kind__isnull=False) | ~models.Q(kind="own") & models.Q(own_kind=None), name="own_link_has_its_kind"),
            models.CheckConstraint(condition=~models.Q(source=models.F("target")), name="no_link_to_itself"),
        ]
        indexes = [models.Index(fields=["target"], name="link_target")]

    def __str__(self) -> str:
        return f"{self.source_id} {self.kind} {self.target_id}"
