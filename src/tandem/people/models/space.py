"""The unit of access: every portfolio, programme, product and project owns one; spaces form a tree."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.kit import clock


class SpaceKind(models.TextChoices):
    ORGANISATION = "organisation", _("Organisation")
    PORTFOLIO = "portfolio", _("Portfolio")
    PROGRAMME = "programme", _("Programme")
    PROJECT = "project", _("Project")
    PRODUCT = "product", _("Product")


class SpaceQuerySet(models.QuerySet["Space"]):
    def visible_to(self, user: Any) -> "SpaceQuerySet":
        return self.filter(id__among=user.visible_space_ids())

    def root(self) -> "Space | None":
        return self.filter(parent=None).first()


class Space(models.Model):
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=20, choices=SpaceKind.choices)
    key = models.CharField(_("key"), max_length=10, unique=True)
    name = models.CharField(_("name"), max_length=200)
    is_confidential = models.BooleanField(_("confidential"), default=False)
    next_number = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=clock.now)
    version = models.PositiveIntegerField(default=1)

    objects = SpaceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(parent__isnull=True), name="one_organisation"
            ),
            models.CheckConstraint(
                condition=models.Q(parent__isnull=False) | models.Q(kind="organisation"),
                name="only_the_root_is_parentless",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def event_space_id(self) -> int:
        return self.pk
