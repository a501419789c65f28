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
        FORMULA = "formula", _("Formula")
        ROLLUP = "rollup", _("Roll-up")

    class How(models.TextChoices):
        """What a roll-up makes of the values below an item."""

        SUM = "sum", _("Sum")
        AVERAGE = "average", _("Average")
        LEAST = "min", _("Smallest")
        MOST = "max", _("Largest")
        COUNT = "count", _("Count")

    name = models.CharField(_("name"), max_length=100)
    key = models.CharField(_("key"), max_length=100)
    word = models.CharField(_("word in filters"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    choices = ArrayField(models.CharField(max_length=100), default=list, blank=True, verbose_name=_("choices"))
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    # of a choice whose list depends on another one: that one's key, and which of its values leads to which of these
    depends_on = models.CharField(_("depends on"), max_length=100, blank=True)
    branches = models.JSONField(_("choices by the first one"), default=dict, blank=True)
    # of choices and people
    is_several = models.BooleanField(_("several"), default=False)
    # a formula is an expression; a roll-up says what is made of which field, of everything below or of the parts alone
    formula = models.TextField(_("formula"), max_length=2000, blank=True)
    how = models.CharField(_("made of it"), max_length=10, choices=How.choices, blank=True)
    summed = models.CharField(_("of the field"), max_length=110, blank=True)
    is_deep = models.BooleanField(_("of everything below"), default=True)
    result = models.CharField(max_length=10, choices=Kind.choices, blank=True)
    # the field of a space above that this one follows
    origin = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="followers")
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
            models.UniqueConstraint(fields=["space", "origin"], name="one_follower_per_space"),
        ]

    def __str__(self) -> str:
        return self.name

    def is_for(self, type_id: int) -> bool:
        """Whether items of this type have it; asked of rows that came `with_types`."""
        ids: list[int] = self.type_ids  # type: ignore[attr-defined]
        return not ids or type_id in ids

    @property
    def is_computed(self) -> bool:
        return self.kind in COMPUTED

    @property
    def reads_as(self) -> str:
        """The kind that its values are of."""
        return self.result or self.kind

    @property
    def store(self) -> str:
        """The column of an item in which its values stand."""
        return "derived" if self.is_computed else "fields"

    def value_of(self, item: Any) -> Any:
        """What an item holds here; None for nothing. An import may have left what does not fit the kind."""
        value = getattr(item, self.store).get(self.key)
        return None if value in ("", [], {}) else value


COMPUTED = frozenset({FieldDefinition.Kind.FORMULA, FieldDefinition.Kind.ROLLUP})
# beside the values that an item's `derived` holds: why there is none, and what a roll-up rests on
GAPS, BASIS = "?", "#"
