"""Shapes of requests and answers, made from the model's own fields, so that bounds are written once."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    create_model,
)

from tandem.kit.text import has_controls
from tandem.kit.types import Id

_RANGES = {
    "PositiveSmallIntegerField": (0, 32767),
    "PositiveIntegerField": (0, 2147483647),
    "IntegerField": (-2147483648, 2147483647),
    "BigIntegerField": (-(2**63), 2**63 - 1),
}
_FIRST, _LAST = date(1900, 1, 1), date(2199, 12, 31)
MAX_JSON_DEPTH, MAX_JSON_VALUES = 6, 2000


def _as_text(value: Any) -> Any:
    if value is not None and not isinstance(value, (str, date)):
        raise ValueError("write a date as text, such as 2027-02-12")
    return value


def _in_our_time(value: Any) -> Any:
    if not _FIRST.year <= value.year <= _LAST.year:
        raise ValueError(f"the year lies outside of {_FIRST.year} to {_LAST.year}")
    return value


def _storable(value: Any) -> Any:
    """JSON that PostgreSQL keeps: no NUL, no endless nesting, finite numbers."""
    waiting, seen = [(value, 1)], 0
    while waiting:
        one, depth = waiting.pop()
        seen += 1
        if depth > MAX_JSON_DEPTH or seen > MAX_JSON_VALUES:
            raise ValueError(f"at most {MAX_JSON_DEPTH} levels and {MAX_JSON_VALUES} values")
        if isinstance(one, Mapping):
            waiting += [(part, depth + 1) for pair in one.items() for part in pair]
        elif isinstance(one, list):
            waiting += [(part, depth + 1) for part in one]
        elif isinstance(one, str) and (has_controls(one) or len(one) > 10_000):
            raise ValueError("a text in it cannot be stored")
        elif isinstance(one, float) and not math.isfinite(one):
            raise ValueError("a number in it is not finite")
        elif isinstance(one, int) and abs(one) >= 2**63:
            raise ValueError("a number in it is too large")
    return value


def _no_controls(text: str) -> str:
    if has_controls(text):
        raise ValueError("the text holds a character that cannot be stored (NUL or a lone surrogate)")
    return text


def words(at_most: int, at_least: int = 0) -> Any:
    """Text that can be stored, within bounds; blanks around it are taken away."""
    return Annotated[
        str,
        StringConstraints(min_length=at_least, max_length=at_most, strip_whitespace=True),
        AfterValidator(_no_controls),
    ]


Day = Annotated[date, BeforeValidator(_as_text), AfterValidator(_in_our_time)]
Moment = Annotated[AwareDatetime, BeforeValidator(_as_text), AfterValidator(_in_our_time)]
def _as_decimal(value: Any) -> Any:
    if isinstance(value, bool):
        raise ValueError("write a number, such as 12.5 or \"12.5\"")
    return value


Exact = Annotated[Decimal, BeforeValidator(_as_decimal), Field(max_digits=18, decimal_places=4, allow_inf_nan=False)]
Number = Annotated[float, Field(ge=-1e12, le=1e12, allow_inf_nan=False)]
JsonObject = Annotated[dict[str, Any], AfterValidator(_storable)]
Ids = Annotated[list[Id], Field(max_length=200)]


class Body(BaseModel):
    """What a client sends: unknown fields are refused. `references` says which numbers stand for rows."""

    model_config = ConfigDict(extra="forbid")
    references: ClassVar[dict[str, "Reference"]] = {}


@dataclass(frozen=True)
class Reference:
    """A field that holds the number of a row (or several); the action gets the row as `becomes`."""

    model: type[models.Model]
    becomes: str
    is_many: bool = False
    is_needed: bool = True


def shape(field: models.Field, *, sent: bool) -> Any:
    """The type of a model field: strict and bounded when sent by a client, plain when shown."""
    kind = _plain_shape(field) if not sent else _sent_shape(field)
    return kind | None if field.null else kind


def _plain_shape(field: models.Field) -> Any:
    if isinstance(field, models.JSONField):
        return Any
    if isinstance(field, ArrayField):
        return list[int] if isinstance(field.base_field, models.IntegerField) else list[str]
    if isinstance(field, models.DateTimeField):
        return datetime
    if isinstance(field, models.DateField):
        return date
    if isinstance(field, models.BooleanField):
        return bool
    if isinstance(field, models.FloatField):
        return float
    # a decimal is text in JSON, so that no cent is lost on the way
    return str if isinstance(field, (models.CharField, models.TextField, models.DecimalField, models.TimeField)) else int


def _in_order(values: Iterable[Any]) -> tuple[Any, ...]:
    """Numbers by size: `Literal` takes the same values in another order for the same type, and gives back the first one made."""
    found = tuple(values)
    return tuple(sorted(found)) if all(isinstance(one, int) for one in found) else found


def _sent_shape(field: models.Field) -> Any:
    if isinstance(field, models.ForeignKey):
        return Id
    if field.choices:
        return Literal[_in_order(value for value, _ in field.flatchoices)]
    if isinstance(field, (models.CharField, models.TextField)):
        return words(field.max_length or 100_000, at_least=0 if field.blank else 1)
    if isinstance(field, ArrayField):
        return Annotated[list[words(field.base_field.max_length or 200, 1)], Field(max_length=100)]
    if field.get_internal_type() in _RANGES:
        least, most = _RANGES[field.get_internal_type()]
        for check in field.validators:
            limit = check.limit_value if isinstance(check, (MinValueValidator, MaxValueValidator)) else None
            if isinstance(check, MinValueValidator) and not callable(limit):
                least = max(least, limit)
            elif isinstance(check, MaxValueValidator) and not callable(limit):
                most = min(most, limit)
        return Annotated[int, Field(ge=least, le=most)]
    plain = {models.JSONField: JsonObject, models.DateTimeField: Moment, models.DateField: Day,
             models.BooleanField: StrictBool, models.FloatField: Number, models.DecimalField: Exact}  # fmt: skip
    return plain[type(field)]


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


OPTIONAL = Field(default=None, json_schema_extra=_without_default)


def body(
    name: str, model: type[models.Model], fields: str, /, *, partial: bool = False, **extra: Any
) -> type[Body]:
    """A request's shape: `fields` of the model (with blanks between; the foreign key `owner` is `owner_id`).

    `extra` adds `name=(type, default)`, `name=type` (required) or `name=Reference(…)`. A partial shape has no
    required field; a field that is not sent is left alone, so that null is a value like any other.
    """
    shapes: dict[str, Any] = {}
    references: dict[str, Reference] = {}
    for field in (model._meta.get_field(one) for one in fields.split()):
        needed = not (partial or field.has_default() or field.blank or field.null)
        if isinstance(field, models.ForeignKey):
            references[field.attname] = Reference(field.related_model, field.name)  # type: ignore[arg-type]
        shapes[field.attname] = (shape(field, sent=True), ... if needed else OPTIONAL)
    for key, what in extra.items():
        if isinstance(what, Reference):
            references[key] = what
            optional = partial or what.is_many or not what.is_needed
            shapes[key] = (Ids if what.is_many else Id, OPTIONAL if optional else ...)
        else:
            shapes[key] = what if isinstance(what, tuple) else (what, ...)
    made = create_model(name, __base__=Body, **shapes)
    made.references = references
    return made


def answer(
    name: str, model: type[models.Model], fields: list[str], extra: Mapping[str, Any]
) -> type[BaseModel]:
    """An answer's shape, for the OpenAPI document: columns as `values()` names them, and computed ones."""
    columns = {field.attname: field for field in model._meta.concrete_fields}
    shapes: dict[str, Any] = {one: (shape(columns[one], sent=False), ...) for one in fields}
    shapes |= {key: (kind, ...) for key, kind in extra.items()}
    return create_model(name, **shapes)


class Fault(BaseModel):
    """What is wrong with one field; `kind` where the shape of the request was."""

    field: str
    message: str
    kind: str = ""


class Problem(BaseModel):
    """An error in the form of RFC 9457 (application/problem+json)."""

    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    errors: list[Fault] = []


class Conflict(Problem):
    """Somebody was faster: the row as it stands now, and what was sent."""

    current: dict[str, Any] = {}
    sent: dict[str, Any] = {}
