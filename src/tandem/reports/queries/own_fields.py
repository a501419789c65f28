"""The fields that teams defined, as lists and pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tandem.people.models import User
from tandem.reports.queries.filter_own import word_of
from tandem.work.models import FieldDefinition
from tandem.work.models.field_values import is_fitting, plain_number, words

MOST = 60
_K = FieldDefinition.Kind
# before the word of a field, where columns are named
PREFIX = "field."


@dataclass(frozen=True)
class Column:
    """A field as a column: the fields of all spaces that go by the same word share it."""

    key: str
    name: str
    word: str
    kind: str

    @property
    def code(self) -> str:
        return PREFIX + self.word

    @property
    def said(self) -> str:
        """As filters call it."""
        return word_of(self.word)

    @property
    def is_number(self) -> bool:
        return self.kind in (_K.NUMBER, _K.MONEY)

    @property
    def is_grouping(self) -> bool:
        """Whether rows may stand together by it."""
        return self.kind in (_K.CHOICE, _K.TEXT, _K.CHECK)


def columns(user: Any, space_ids: frozenset[int] | None) -> list[Column]:
    """What may be shown of a scope (None: everything), the first by name where names differ."""
    rows = FieldDefinition.objects.visible_to(user).active()
    if space_ids is not None:
        rows = rows.filter(space_id__among=space_ids)
    found: dict[str, Column] = {}
    for row in rows.order_by("rank", "name", "word").values_list("key", "name", "word", "kind").distinct()[: 10 * MOST]:
        column = Column(*row)
        found.setdefault(column.word, column)
    return list(found.values())[:MOST]


class OwnFields:
    """The active fields of some spaces, and the names of the people that they hold."""

    def __init__(self, fields: Iterable[FieldDefinition]) -> None:
        self._by_space: dict[int, list[FieldDefinition]] = {}
        for field in fields:
            self._by_space.setdefault(field.space_id, []).append(field)
        self._people: dict[int, str] = {}

    @classmethod
    def of(cls, user: Any, space_ids: Iterable[int]) -> "OwnFields":
        rows = FieldDefinition.objects.visible_to(user).active().filter(space_id__among=frozenset(space_ids))
        return cls(rows.with_types().in_order())

    def meet(self, items: Iterable[Any]) -> "OwnFields":
        """Reads the names of the people in these items; no query when no field holds people."""
        ids = {
            value
            for item in items
            for field in self._by_space.get(item.space_id, ())
            if field.kind == _K.PERSON and isinstance(value := item.fields.get(field.key), int)
        }
        if ids:
            rows = User.objects.filter(pk__in=ids)  # house: reads — people named in items that visible_to has chosen
            self._people |= dict(rows.values_list("pk", "name"))
        return self

    def of_item(self, item: Any) -> list[FieldDefinition]:
        return [f for f in self._by_space.get(item.space_id, ()) if f.is_for(item.type_id)]

    def by_word(self, item: Any, word: str) -> FieldDefinition | None:
        return next((f for f in self.of_item(item) if f.word == word), None)

    def shown(self, field: FieldDefinition, item: Any) -> str:
        return words(field, field.value_of(item.fields), self._people)

    def plain(self, item: Any, word: str) -> Any:
        """For a file: numbers as numbers, everything else in words."""
        field = self.by_word(item, word)
        if field is None:
            return ""
        value = field.value_of(item.fields)
        if field.kind in (_K.NUMBER, _K.MONEY) and isinstance(value, int | float) and not isinstance(value, bool):
            return value
        return self.shown(field, item)


def edited(field: FieldDefinition, item: Any) -> str:
    """The value as an editor begins with it."""
    value = field.value_of(item.fields)
    if value is None:
        return ""
    if field.kind == _K.CHECK and is_fitting(field, value):
        return "yes" if value else "no"
    return plain_number(value) if isinstance(value, int | float) else str(value)
