"""What a field of each kind may hold, and how a value reads: plain functions over a definition."""

import math
import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from tandem.kit.dates import parse_day
from tandem.kit.errors import Refused
from tandem.kit.text import has_controls, whole_number
from tandem.work.models.field import FieldDefinition

K = FieldDefinition.Kind
LONGEST, LARGEST, MOST_VALUES = 2000, 10**12, 50
_CENT = Decimal("0.01")
_YES, _NO = {"1", "true", "yes", "on", "是"}, {"0", "false", "no", "off", "否"}
_BETWEEN = re.compile(r"\s*[,;，；、\n]\s*")
# 1,200 may be twelve hundred or one and a fifth: who writes it is asked
_UNCLEAR = re.compile(r",\d{3}$")


def taken(field: FieldDefinition, value: Any) -> Any:
    """The value as it is stored; None when it is empty. Raises `Refused` with what the field wants instead. Whether a
    person exists is not asked here."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value in ("", []):
        return None
    if field.is_computed:
        raise _refused(field, "field_computed")
    if field.is_several:
        return _several(field, value)
    return _TAKERS[K(field.kind)](field, value)


def _several(field: FieldDefinition, value: Any) -> list[Any] | None:
    """In the order in which they were named, the first is the main one; a text may hold several between commas or semicolons."""
    given = value if isinstance(value, list) else [value]
    if isinstance(value, str) and value not in field.choices:
        given = [one.strip() for one in _BETWEEN.split(value) if one.strip()]
    if len(given) > MOST_VALUES:
        raise _refused(field, "field_too_many", most=MOST_VALUES)
    return list(dict.fromkeys(_TAKERS[K(field.kind)](field, one) for one in given)) or None


def _refused(field: FieldDefinition, code: str, **params: Any) -> Refused:
    return Refused(code, field="fields", name=field.name, **params)


def _text(field: FieldDefinition, value: Any) -> str:
    if not isinstance(value, str | int | float) or isinstance(value, bool) or has_controls(str(value)):
        raise _refused(field, "field_not_text")
    if len(str(value)) > LONGEST:
        raise _refused(field, "field_too_long", most=LONGEST)
    return str(value)


def _decimal(field: FieldDefinition, value: Any) -> Decimal:
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
            raise ValueError
        text = re.sub(r"[\s\u2019']", "", str(value)).replace("−", "-")
        if _UNCLEAR.search(text) or len(text) > 40:
            raise ValueError
        number = Decimal(text.replace(",", ".", 1))
    except (ValueError, InvalidOperation):
        raise _refused(field, "field_not_number") from None
    if not number.is_finite() or abs(number) >= LARGEST:
        raise _refused(field, "field_not_number")
    return number


def _number(field: FieldDefinition, value: Any) -> int | float:
    number = float(_decimal(field, value))
    return int(number) if number == math.trunc(number) else number


def _money(field: FieldDefinition, value: Any) -> int | float:
    """Exact to the cent: below a million million, the number that is stored has digits enough."""
    number = float(_decimal(field, value).quantize(_CENT))
    return int(number) if number == math.trunc(number) else number


def _date(field: FieldDefinition, value: Any) -> str:
    try:
        day = parse_day(str(value))
        if not 1900 <= day.year < 2200:
            raise ValueError
    except ValueError:
        raise _refused(field, "field_not_date") from None
    return day.isoformat()


def _choice(field: FieldDefinition, value: Any) -> str:
    if not isinstance(value, str) or value not in field.choices:
        raise _refused(field, "field_not_choice", choices=", ".join(field.choices))
    return value


def _person(field: FieldDefinition, value: Any) -> int:
    number = None if isinstance(value, bool) else whole_number(str(value))
    if number is None:
        raise _refused(field, "field_not_person")
    return number


def _link(field: FieldDefinition, value: Any) -> str:
    try:
        parts = urlsplit(str(value))
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if not is_address or len(str(value)) > LONGEST or has_controls(str(value)) or re.search(r"\s", str(value)):
        raise _refused(field, "field_not_link")
    return str(value)


def _check(field: FieldDefinition, value: Any) -> bool:
    low = str(value).casefold()
    if low not in _YES | _NO:
        raise _refused(field, "field_not_check")
    return low in _YES


_TAKERS = {
    K.TEXT: _text, K.NUMBER: _number, K.MONEY: _money, K.DATE: _date, K.CHOICE: _choice, K.PERSON: _person, K.LINK: _link, K.CHECK: _check,
}  # fmt: skip


def is_fitting(field: FieldDefinition, value: Any) -> bool:
    """Whether what stands there is what the field would take: an import may have brought something else."""
    if field.is_computed:
        return True
    try:
        return taken(field, value) == value
    except Refused:
        return False


def plain_number(value: Any) -> str:
    """`1200`, `0.5`: without an exponent, without trailing zeros."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def words(field: FieldDefinition, value: Any, people: dict[int, str]) -> str:
    """A value as a page shows it; what does not fit its kind as it stands."""
    if value is None:
        return ""
    if not is_fitting(field, value):
        return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    if isinstance(value, list):
        return ", ".join(_word(field, one, people) for one in value)
    return _word(field, value, people)


def _word(field: FieldDefinition, value: Any, people: dict[int, str]) -> str:
    kind = field.reads_as
    if kind == K.PERSON:
        return people.get(value, str(value))
    if kind == K.MONEY:
        return f"{Decimal(str(value)):,.2f} {field.currency}".replace(",", "\u202f").strip()
    return plain_number(value) if kind == K.NUMBER else str(value)
