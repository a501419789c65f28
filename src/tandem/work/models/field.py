"""The fields that a team gives its own work items: what they are called, what they hold, for which types of work."""

from typing import Any, Self

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import OuterRef
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from tandem.people.scoping import Scoped, ScopedQuerySet


class FieldQuerySet(ScopedQuerySet):
    def active(self) -> Self:
        """Not retired: a retired field keeps its values and is asked for nowhere."""
        return self.filter(retired_at=None)

    def in_order(self) -> Self:
        return self.order_by("rank", "id")

    def with_types(self) -> Self:
        """With `type_ids`, the types that have the field; empty means all."""
        through = FieldDefinition.types.through.objects.filter(fielddefinition=OuterRef("pk"))
        return self.annotate(type_ids=ArraySubquery(through.order_by("workitemtype_id").values("workitemtype_id")))


class FieldDefinition(Scoped):
    """A field of one space. Its values stand in `WorkItem.fields` under `key`, which never changes: a field named as one
    that an import brought shows the values that came with it."""

    class Kind(models.TextChoices):
        TEXT = "text", _("Text")
        NUMBER = "number", _("Number")
        MONEY = "money", _("Money")
        DATE = "date", _("Date")
        CHOICE = "choice", _("Choice")
        PERSON = "person", _("Person")
        LINK = "link", pgettext_lazy("kind of field", "Link")
        CHECK = "check", _("Yes or no")

    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(_("key"), max_length=100)
    word = models.CharField(_("word in filters"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    choices = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("choices"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # asked for when work begins: an item may be noted down without it
    is_required = models.BooleanField(_("needed before work begins"), default=False)
    is_on_cards = models.BooleanField(_("on the cards of the board"), default=False)
    types = models.ManyToManyField("work.WorkItemType", related_name="+", blank=True, verbose_name=_("types"))
    rank = models.PositiveSmallIntegerField(default=0)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = FieldQuerySet.as_manager()

    class Meta:
        ordering = ["rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "key"], name="one_field_per_key"),
            models.UniqueConstraint(fields=["space", "word"], name="one_field_per_word"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_for(self, type_id: int) -> bool:
        """Whether items of this type have it; asked of rows that came `with_types`."""
        ids: list[int] = self.type_ids  # type: ignore[attr-defined]
        return not ids or type_id in ids

    def value_of(self, fields: dict[str, Any]) -> Any:
        """What an item's `fields` hold here; None for nothing. An import may have left what does not fit the kind."""
        value = fields.get(self.key)
        return None if value in ("", [], {}) else value
