"""Pages by key: the cursor is the sort value and id of the last row seen; empty values stand last."""

import base64
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

from tandem.kit.errors import Refused
from tandem.kit.text import has_controls

T = TypeVar("T", bound=models.Model)
PAGE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    rows: list[T]
    next: str
    previous: str


def page_of(
    rows: models.QuerySet[T], *, sort: str, cursor: str = "", size: int = PAGE, shown: Callable[[Any], Any] | None = None
) -> Page[T]:
    """`sort` is a field, `-` before it for descending; `cursor` comes from an earlier page. `shown` makes of the chosen
    ids the rows as the page shows them."""
    descending, field = sort.startswith("-"), sort.lstrip("-")
    backwards, value, key = _read(cursor, field.startswith(("fields__", "derived__")))
    order = F(field).desc(nulls_last=True) if descending else F(field).asc(nulls_last=True)
    id_order = F("id").asc()
    if backwards:
        order = F(field).asc(nulls_first=True) if descending else F(field).desc(nulls_first=True)
        id_order = F("id").desc()
    empty = Q(**{f"{field}__isnull": True})
    chosen = _behind(rows, _beyond(field, value, key, descending, backwards)) if cursor else rows
    if field == "id":  # the index is the order: the database stops after so many by itself
        found = list(chosen.order_by("-id" if descending != backwards else "id")[: size + 1])
    else:
        found = _first(chosen, (order, id_order), size + 1, shown)
    if cursor and not backwards and value is not None and len(found) <= size:
        found += _first(rows.filter(empty), (id_order,), size + 1 - len(found), shown)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_next, has_previous = (True, more) if backwards else (more, bool(cursor))
    return Page(
        rows=found,
        next=_write(found[-1], field, "f") if found and has_next else "",
        previous=_write(found[0], field, "b") if found and has_previous else "",
    )


def _behind(rows: models.QuerySet[T], place: Q) -> models.QuerySet[T]:
    """A cursor that somebody wrote by hand may hold a text where the field wants a date."""
    try:
        return rows.filter(place)
    except (TypeError, ValueError, OverflowError, ValidationError):
        raise Refused("cursor_unreadable") from None


def _first(rows: models.QuerySet[T], order: tuple[Any, ...], count: int, shown: Callable[[Any], Any] | None) -> list[T]:
    """The first rows in this order. They are chosen by their ids alone: what a row shows of others is joined to these
    few, not to all that could have come first."""
    chosen = rows.order_by(*order).values("pk")[:count]
    return list((shown(chosen) if shown else rows.filter(pk__in=chosen)).order_by(*order))


def _beyond(field: str, value: Any, key: int, descending: bool, backwards: bool) -> Q:
    """What lies behind the cursor; forwards without the empty ones, which come after all others. The bound on the
    field alone is there for the index: the database begins to read at the cursor."""
    empty = Q(**{f"{field}__isnull": True})
    if value is None:
        return Q(empty, id__lt=key) | ~empty if backwards else Q(empty, id__gt=key)
    side = "lt" if descending != backwards else "gt"
    beyond = Q(**{f"{field}__{side}": value}) | Q(**{field: value, f"id__{'lt' if backwards else 'gt'}": key})
    return Q(**{f"{field}__{side}e": value}) & beyond


def _write(row: Any, field: str, way: str) -> str:
    value = row
    for part in field.split("__"):
        value = value.get(part) if isinstance(value, dict) else getattr(value, part) if value is not None else None
    if isinstance(value, (date, datetime)):
        value = value.isoformat()
    return base64.urlsafe_b64encode(json.dumps([way, value, row.pk]).encode()).decode().rstrip("=")


def _read(cursor: str, is_json: bool) -> tuple[bool, Any, int]:
    """An own field may hold what an import brought: lists as well."""
    if not cursor:
        return False, None, 0
    try:
        way, value, key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if (
            way not in ("f", "b")
            or not isinstance(key, int)
            or isinstance(key, bool)
            or (isinstance(value, (list, dict)) and not is_json)
            or any(has_controls(text) for text in _texts(value))
            or abs(key) >= 2**63
        ):
            raise ValueError
    except (ValueError, TypeError, RecursionError):
        raise Refused("cursor_unreadable") from None
    return way == "b", value, key


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in (*value, *value.values()):
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
