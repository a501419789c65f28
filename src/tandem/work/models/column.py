"""The columns of a board: some states of a space side by side, with the rule by which a card leaves."""

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from tandem.people.scoping import Scoped, ScopedQuerySet


class ColumnQuerySet(ScopedQuerySet):
    def in_order(self) -> Self:
        return self.order_by("rank", "id")


class Column(Scoped):
    """Some states of a space, side by side on its board. `State.column` says which; a space without columns shows
    each of its states as one."""

    name = models.CharField(_("name"), max_length=100)
    rank = models.PositiveSmallIntegerField(default=0)
    policy = models.TextField(_("policy"), blank=True)  # when a card may leave: Markdown
    is_split = models.BooleanField(_("split into doing and done"), default=False)

    objects = ColumnQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [models.UniqueConstraint(fields=["space", "name"], name="one_column_per_name")]

    def __str__(self) -> str:
        return self.name
