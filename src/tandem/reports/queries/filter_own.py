"""The fields that teams defined, in the filter language: `customer:acme`, `cost:>=1000`, `signed_on:<2w`, `colour:none`."""

import json
import math
import re
from typing import Any

from django.db.models import BooleanField, Func, Q, TextField, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Lower, StrIndex
from django.db.models.lookups import Exact, GreaterThan

from tandem.people.models import User
from tandem.reports.queries.filter_dates import days_of
from tandem.reports.queries.filter_terms import Part, Term, refused
from tandem.reports.queries.filter_words import ME, NAMES, NO, NONE, YES
from tandem.work.models import FieldDefinition

SUFFIX = "_field"
_K = FieldDefinition.Kind
_COMPARED = re.compile(r"(<=|>=|<|>)?(.+)", re.DOTALL)
_SIDES = {"": "==", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
_MOST = 500


def word_of(word: str) -> str:
    """As the filter knows the field: `state_field` where `state` is something that every item has."""
    return f"{word}{SUFFIX}" if word in NAMES else word


def found(user: Any, name: str) -> list[FieldDefinition]:
    """The fields that the word means, in all spaces that one sees; one for each key and kind."""
    low = name.casefold()
    words = {low, low.removesuffix(SUFFIX)}
    rows = FieldDefinition.objects.visible_to(user).active().filter(word__in=words)
    few = rows.order_by("key", "kind", "result", "is_several", "id").distinct("key", "kind", "result", "is_several")[:_MOST]
    return sorted(few, key=lambda f: f.pk)


def required(user: Any, term: Term) -> list[FieldDefinition]:
    """The fields of a term; refused with its place when there is none of that name."""
    fields = found(user, term.field)
    if not fields:
        raise refused("filter_field_unknown", term.at + term.is_not, len(term.field), field_name=term.field)
    return fields


class _Unfit(Exception):
    def __init__(self, allowed: str) -> None:
        super().__init__(allowed)
        self.allowed = allowed


def matching(fields: list[FieldDefinition], part: Part, user: Any) -> Q:
    """Items whose value is as asked. Where spaces use one word for different kinds, each is read in its own way; refused
    when none can be."""
    either, unfit = Q(), []
    for field in fields:
        try:
            either |= _one(field, part, user)
        except _Unfit as problem:
            unfit.append(problem)
    if len(unfit) == len(fields):
        raise refused("filter_value_unknown", part.at, part.length, text=part.value, allowed=unfit[0].allowed)
    return either


def empty(fields: list[FieldDefinition]) -> Q:
    nothing = Q()
    for field in fields:
        nothing &= _absent(field)
    return nothing


def _absent(field: FieldDefinition) -> Q:
    return ~Q(**{f"{field.store}__has_key": field.key}) | Q(_text(field, Value("")))


def _one(field: FieldDefinition, part: Part, user: Any) -> Q:
    value, low = part.value, part.value.casefold()
    if low in NONE:
        return _absent(field)
    if field.reads_as in (_K.NUMBER, _K.MONEY):
        return _numbers(field, value)
    if field.reads_as == _K.DATE:
        return _days(field, value)
    if field.reads_as == _K.CHECK:
        if low not in YES | NO:
            raise _Unfit("yes, no, none")
        return Q(_path(field, f"@ == {'true' if low in YES else 'false'}", {}))
    if field.kind == _K.PERSON:
        return _person(field, value, low, user)
    if field.kind == _K.CHOICE:
        one = Q(_text(field, Lower(Value(value))))
        return one | Q(_text(field, Value(json.dumps(value, ensure_ascii=False)), "contains")) if field.is_several else one
    return Q(_text(field, Value(value), "contains"))


def _text(field: FieldDefinition, value: Any, how: str = "is") -> Any:
    """Never null, so that a minus before it finds the items without the field."""
    held = Lower(Coalesce(KeyTextTransform(field.key, field.store), Value(""), output_field=TextField()))
    return Exact(held, value) if how == "is" else GreaterThan(StrIndex(held, Lower(value)), 0)


class _AsJson(Func):
    """The value under the key, JSON's null when there is none."""

    template = "COALESCE(%(expressions)s, 'null'::jsonb)"


def _path(field: FieldDefinition, test: str, values: dict[str, Any]) -> Any:
    """The value, or one of several, passes a test of jsonpath: numbers are compared as numbers, and what is none passes nowhere."""
    parts = (_AsJson(KeyTransform(field.key, field.store)), _Typed(Value(f"$ ? ({test})"), "jsonpath"), _Typed(Value(json.dumps(values)), "jsonb"))
    return Func(*parts, function="jsonb_path_exists", output_field=BooleanField())


class _Typed(Func):
    template = "(%(expressions)s)::%(kind)s"

    def __init__(self, value: Any, kind: str) -> None:
        super().__init__(value, kind=kind, output_field=TextField())


def _numbers(field: FieldDefinition, value: str) -> Q:
    def read(text: str) -> float:
        number = float(text.replace(",", "."))
        if not math.isfinite(number):
            raise ValueError
        return number

    try:
        if ".." in value:
            first, last = value.split("..", 1)
            asked = {n: read(text) for n, text in (("a", first), ("b", last)) if text}
            if not asked:
                raise ValueError
            test = " && ".join({"a": "@ >= $a", "b": "@ <= $b"}[n] for n in asked)
            return Q(_path(field, test, asked))
        match = _COMPARED.fullmatch(value)
        return Q(_path(field, f"@ {_SIDES[match[1] or '']} $a", {"a": read(match[2])}))  # type: ignore[index]
    except ValueError:
        raise _Unfit("3, >=3, 1..5, none") from None


def _days(field: FieldDefinition, value: str) -> Q:
    """Days are kept as 2027-02-12, so their order is that of texts."""
    days = days_of(value)
    if days is None:
        raise _Unfit("2027-02-12, 2027-01..2027-03, <2w, none")
    first, last = days
    asked = {n: day.isoformat() for n, day in (("a", first), ("b", last)) if day}
    tests = {"a": "@ >= $a", "b": "@ <= $b"}
    return Q(_path(field, " && ".join(tests[n] for n in asked), asked))


def _person(field: FieldDefinition, value: str, low: str, user: Any) -> Q:
    if low in ME:
        ids = [user.pk]
    else:
        rows = User.objects.visible_to(user).filter(Q(name__icontains=value) | Q(pinyin__contains=low))
        ids = list(rows.values_list("pk", flat=True)[:_MOST])
    if not ids:
        return Q(pk__in=[])
    return Q(_path(field, " || ".join(f"@ == {pk}" for pk in ids), {}))


def sort_column(fields: list[FieldDefinition]) -> str:
    return f"{fields[0].store}__{fields[0].key}"
