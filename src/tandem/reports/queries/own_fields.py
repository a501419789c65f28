"""The fields that teams defined, as lists and pages show them."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tandem.people.models import User
from tandem.reports.queries.filter_own import word_of
from tandem.work.models import FieldDefinition
from tandem.work.models.field import BASIS, COMPUTED, GAPS
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
    "That its values are of: a formula of days is a date here."
    store: str = "fields"
    is_several: bool = False

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
    def column(self) -> str:
        """By which rows are put into order."""
        return f"{self.store}__{self.key}"


def columns(user: Any, space_ids: frozenset[int] | None) -> list[Column]:
    """What may be shown of a scope (None: everything), the first by name where names differ."""
    rows = FieldDefinition.objects.visible_to(user).active()
    if space_ids is not None:
        rows = rows.filter(space_id__among=space_ids)
    found: dict[str, Column] = {}
    names = ("key", "name", "word", "kind", "result", "is_several")
    for key, name, word, kind, result, is_several in rows.order_by("rank", "name", "word").values_list(*names).distinct()[: 10 * MOST]:
        found.setdefault(word, Column(key, name, word, result or kind, "derived" if kind in COMPUTED else "fields", is_several))
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
            pk
            for item in items
            for field in self._by_space.get(item.space_id, ())
            if field.kind == _K.PERSON
            for pk in people_in(item.fields.get(field.key))
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
        return words(field, field.value_of(item), self._people)

    def people(self, field: FieldDefinition, item: Any) -> list[tuple[int, str]]:
        """Those whom a field of people names."""
        return [(pk, self._people[pk]) for pk in people_in(field.value_of(item)) if pk in self._people]

    @property
    def known(self) -> dict[int, str]:
        return self._people

    def plain(self, item: Any, word: str) -> Any:
        """For a file: numbers as numbers, everything else in words."""
        field = self.by_word(item, word)
        if field is None:
            return ""
        value = field.value_of(item)
        if field.reads_as in (_K.NUMBER, _K.MONEY) and isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if isinstance(value, list):
            return "; ".join(words(field, [one], self._people) for one in value)
        return self.shown(field, item)


def people_in(value: Any) -> list[int]:
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, int) and not isinstance(one, bool)]


def why_empty(field: FieldDefinition, item: Any) -> list[str]:
    """Why a computed field has no value: a code, and for `missing` the names of what is not filled in."""
    found = item.derived.get(GAPS, {}).get(field.key) if field.is_computed else None
    return found if isinstance(found, list) else []


def basis(field: FieldDefinition, item: Any) -> tuple[int, int] | None:
    """On how many items a roll-up rests, of how many."""
    found = item.derived.get(BASIS, {}).get(field.key) if field.kind == _K.ROLLUP else None
    return (found[0], found[1]) if found else None


def edited(field: FieldDefinition, item: Any) -> str:
    """The value as an editor begins with it."""
    value = field.value_of(item)
    if value is None:
        return ""
    if isinstance(value, list):
        return ",".join(map(str, value)) if field.kind == _K.PERSON else json.dumps(value, ensure_ascii=False)
    if field.kind == _K.CHECK and is_fitting(field, value):
        return "yes" if value else "no"
    return plain_number(value) if isinstance(value, int | float) else str(value)
