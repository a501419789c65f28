"""How much may stand where at once, and who let more in."""

from collections.abc import Iterable
from typing import Any, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as now_
from django.utils.translation import gettext_lazy as _

from tandem.kit.text import whole_number
from tandem.people.scoping import Scoped, ScopedQuerySet
from tandem.work.models.column import Column
from tandem.work.models.work_item import Assignment, ServiceClass, WorkItem
from tandem.work.models.workflow import State, WorkItemType

# the lanes of a board that may be limited, with the field that each rests on
_FIELD_OF_LANE = {
    "class": "service_class", "priority": "priority", "type": "type", "parent": "parent", "label": "labels",
}  # fmt: skip


class WipLimitQuerySet(ScopedQuerySet):
    def stopping(self) -> Self:
        return self.filter(stops=True)

    def in_order(self) -> Self:
        """The whole board first, then by column."""
        return self.order_by(models.F("column__rank").asc(nulls_first=True), "lane", "person_id", "id")


class WipLimit(Scoped):
    """At most `most` items at once: in a column, or without one in all states of *in progress*; of one lane (`kind:value`,
    as the board names its lanes), of one person, or of everything. So one row limits a column, a lane, a cell, a
    person or the whole board. Below `least`, where there is one, work runs dry there: that is said, and stops nothing."""

    LANES = tuple(_FIELD_OF_LANE)

    most = models.PositiveSmallIntegerField(_("at most"), validators=[MinValueValidator(1)])
    least = models.PositiveSmallIntegerField(_("at least"), null=True, blank=True, validators=[MinValueValidator(1)])
    column = models.ForeignKey(
        Column, models.CASCADE, null=True, blank=True, related_name="limits", verbose_name=_("column")
    )
    lane = models.CharField(_("lane"), max_length=220, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person"),
    )
    stops = models.BooleanField(_("stops the move"), default=False)

    objects = WipLimitQuerySet.as_manager()

    class Meta:
        verbose_name = "WIP limit"
        constraints = [
            models.UniqueConstraint(
                fields=["space", "column", "lane", "person"], name="one_limit_per_place", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(most__gte=1), name="limit_at_least_one"),
            models.CheckConstraint(condition=Q(least=None) | Q(least__gte=1, least__lte=models.F("most")), name="least_within_most"),
        ]

    def __str__(self) -> str:
        return f"≤ {self.most}"

    @property
    def lane_parts(self) -> tuple[str, str]:
        kind, _colon, value = self.lane.partition(":")
        return kind, value

    def covered(self) -> Q:
        """What it counts, as a condition on present work items of its space."""
        kind, value = self.lane_parts
        found = (
            Q(state__column=self.column_id)
            if self.column_id
            else Q(state__category=State.Category.IN_PROGRESS)
        )
        if kind == "label":
            found &= Q(labels__contains=[value])
        elif kind:
            found &= Q(**{_FIELD_OF_LANE[kind]: value or None})
        if self.person_id:
            found &= Q(pk__in=Assignment.objects.filter(user=self.person_id).values("item"))
        return found


class WipOverride(Scoped):
    """An item came in over a stopping limit, and why."""

    limit = models.ForeignKey(WipLimit, models.CASCADE, related_name="overrides")
    item = models.ForeignKey("work.WorkItem", models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=500)
    count = models.PositiveSmallIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    class Meta:
        verbose_name = "override"
        ordering = ["-id"]
        indexes = [models.Index(fields=["space", "-id"], name="override_newest")]

    def __str__(self) -> str:
        return f"{self.item_id} over {self.limit_id}"


def standing(limits: Iterable[WipLimit], items: Any) -> dict[int, int]:
    """Limit id → how many of the items it counts: one query however many limits. What is put away stands nowhere."""
    asked = list(limits)
    if not asked:
        return {}
    counts = {f"n{one.pk}": Count("pk", filter=one.covered()) for one in asked}
    found = items.filter(removed_at=None, archived_at=None).order_by().aggregate(**counts)
    return {one.pk: found[f"n{one.pk}"] for one in asked}


def titles(limits: Iterable[WipLimit]) -> dict[int, str]:
    """Limit id → what it limits, in words: “Review · Expedite”, “Mei Lin”, “the whole board”."""
    asked = list(limits)
    wanted: dict[str, set[int]] = {"type": set(), "parent": set()}
    for one in asked:
        kind, value = one.lane_parts
        if kind in wanted and (number := whole_number(value)):
            wanted[kind].add(number)
    types = (
        dict(WorkItemType.objects.filter(pk__in=wanted["type"]).values_list("pk", "name"))
        if wanted["type"]
        else {}
    )
    parents = (
        dict(WorkItem.objects.filter(pk__in=wanted["parent"]).values_list("pk", "key"))
        if wanted["parent"]
        else {}
    )
    found = {}
    for one in asked:
        lane = _lane_word(*one.lane_parts, types, parents)
        parts = [one.column.name if one.column else "", lane, one.person.name if one.person else ""]
        found[one.pk] = " · ".join(p for p in parts if p) or now_("the whole board")
    return found


def _lane_word(kind: str, value: str, types: dict[int, str], parents: dict[int, str]) -> str:
    number = whole_number(value)
    if kind == "class":
        return str(dict(ServiceClass.choices).get(value, value))
    if kind == "priority":
        return str(dict(WorkItem.Priority.choices).get(number, "")) or now_("No priority")
    if kind == "type":
        return types.get(number or 0, "?")
    if kind == "parent":
        return parents.get(number or 0, "") or now_("Everything else")
    return value
