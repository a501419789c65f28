"""Fields of a team's own in a spreadsheet: what may stand in their cells, how values are typed there, and texts as values.

A column is a word that fields of several spaces share; what a cell takes is what the field of its own row's space takes."""

import re
from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from tandem.kit.errors import Refused
from tandem.reports.queries.own_fields import PREFIX, OwnFields
from tandem.work.models import FieldDefinition
from tandem.work.models.field_values import is_fitting, taken, words

_K = FieldDefinition.Kind
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:[.,' \u2019\u00a0\u202f]\d{3})+")
_SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "CNY": "¥￥元", "JPY": "¥￥円", "CHF": "Fr."}


class OwnCells:
    """The fields behind some columns in some spaces: one query."""

    def __init__(self, user: Any, columns: Iterable[str], space_ids: Iterable[int]) -> None:
        wanted = [c.removeprefix(PREFIX) for c in columns if c.startswith(PREFIX)]
        self._fields: dict[tuple[int, str], FieldDefinition] = {}
        self._named: dict[tuple[int, str], str] = {}
        if not wanted:
            return
        rows = FieldDefinition.objects.visible_to(user).active().filter(space_id__among=frozenset(space_ids)).with_types()
        all_fields = list(rows)
        self._fields = {(f.space_id, PREFIX + f.word): f for f in all_fields if f.word in wanted}
        self._named = {(f.space_id, f.name): PREFIX + f.word for f in all_fields}

    def of(self, space_id: int, column: str) -> FieldDefinition | None:
        return self._fields.get((space_id, column))

    def column_of(self, space_id: int, name: str) -> str:
        """Where a refusal that names a field belongs."""
        return self._named.get((space_id, name), "fields")

    def label(self, column: str) -> str:
        return next((f.name for (_space, one), f in self._fields.items() if one == column), "")

    def are(self, column: str, kind: str) -> bool:
        return any(f.kind == kind for (_space, one), f in self._fields.items() if one == column)

    def said(self) -> dict[str, dict[int, dict[str, Any]]]:
        """Column → space → what an editor needs: the field, its kind, what may be chosen; computed ones take nothing."""
        found: dict[str, dict[int, dict[str, Any]]] = {}
        for (space_id, column), field in self._fields.items():
            told: dict[str, Any] = {"id": field.pk, "kind": "fixed" if field.is_computed else _EDITORS.get(_K(field.kind), "text")}
            if field.is_several and field.kind == _K.CHOICE:
                told["kind"] = "names"
            if choices := ["yes", "no"] if field.kind == _K.CHECK else field.choices:
                told["choices"] = [_(one) for one in choices] if field.kind == _K.CHECK else choices
            if field.depends_on:
                first = next((f for f in self._fields.values() if f.space_id == space_id and f.key == field.depends_on), None)
                told |= {"first": PREFIX + first.word, "branches": field.branches} if first else {}
            found.setdefault(column, {})[space_id] = told
        return found


_EDITORS = {_K.NUMBER: "number", _K.MONEY: "number", _K.DATE: "date", _K.CHOICE: "select", _K.CHECK: "select", _K.PERSON: "names"}


def typed(field: FieldDefinition | None, item: Any, own: OwnFields) -> str:
    """A value as somebody would type it: numbers exact, days as 2027-02-12, several with a semicolon between them."""
    value = field.value_of(item) if field else None
    if field is None or value is None:
        return ""
    if not is_fitting(field, value):
        return words(field, value, own.known)
    return "; ".join(_typed(field, one, own) for one in (value if isinstance(value, list) else [value]))


def _typed(field: FieldDefinition, value: Any, own: OwnFields) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float) and field.reads_as in (_K.NUMBER, _K.MONEY):
        return f"{value:.15g}"
    if field.kind == _K.PERSON:
        return own.known.get(value, str(value))
    return str(value)


Readers = dict[str, Callable[[str], Any]]


def value(field: FieldDefinition, text: str, read: Readers) -> Any:
    """What a text says for this field; None empties it. `read` knows days and people, as the other columns write them."""
    if not text or (text in ("-", "–", "—") and field.kind != _K.TEXT):
        return None
    if field.kind == _K.PERSON:
        return taken(field, [p.pk for p in read["people"](text)] if field.is_several else _one(field, read["people"](text)))
    if field.kind == _K.DATE:
        return taken(field, read["due"](text).isoformat())
    if field.kind in (_K.NUMBER, _K.MONEY):
        return taken(field, _number(field, text))
    if field.kind == _K.CHOICE:
        return taken(field, _choices(field, text))
    return taken(field, text)


def _one(field: FieldDefinition, people: list[Any]) -> int:
    if len(people) != 1:
        raise Refused("field_not_person", field="fields", name=field.name)
    return int(people[0].pk)


def _choices(field: FieldDefinition, text: str) -> Any:
    known = {one.casefold(): one for one in field.choices}
    if not field.is_several or text.casefold() in known:
        return known.get(text.casefold(), text)
    return [known.get(part.casefold(), part) for part in (p.strip() for p in re.split(r"[,;，；、\n]", text)) if part]


def _number(field: FieldDefinition, text: str) -> str:
    """1,234.50 and 1.234,50 say which of their marks divides thousands; 1,234 alone does not, and is refused by the field."""
    plain = "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text).replace("−", "-")
    for sign in (field.currency, *_SIGNS.get(field.currency, "")) if field.currency else ():
        plain = plain.replace(sign, "")
    plain = plain.strip()
    marks = [c for c in plain if c in ",."]
    if len(set(marks)) == 2:
        whole, _mark, rest = plain.rpartition(marks[-1])
        is_sound = bool(_GROUPED.fullmatch(whole)) and rest.isdigit()
        return f"{re.sub(r'[^-+0-9]', '', whole)}.{rest}" if is_sound else text
    if len(marks) > 1 and _GROUPED.fullmatch(plain):
        return re.sub(r"[^-+0-9]", "", plain)
    return plain
