"""A noun as the API shows it, and the few steps that every route takes: find, show, page, resolve, hold."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from django.db import models, transaction
from django.http import HttpResponse

from tandem.api.problems import Outdated, Precondition
from tandem.api.shapes import Body, Reference
from tandem.kit.errors import Hidden, Refused, Stale
from tandem.kit.http import etag, version_of

Values = dict[str, Any]


def _same(rows: Any) -> Any:
    return rows


def choice(choices: type[models.Choices]) -> Any:
    return Literal[tuple(choices.values)]


@dataclass(frozen=True)
class Noun:
    """What the API shows of a model.

    `shows` and `filters` name columns, with blanks between; `computes` adds expressions with their type.
    `narrows` are other questions to a list: the type of the answer and what it does to the rows; `asks` are those that
    also need to know who asks. `listed` says
    which of the visible rows a list shows; `usual` narrows them further unless one of its filters is given; `masks` hides values. Actions know a row by the keyword `word`.
    """

    path: str
    model: type[models.Model]
    shows: str
    word: str = "row"
    computes: dict[str, tuple[Any, Callable[[Any], Any]]] = field(default_factory=dict)
    filters: str = ""
    narrows: dict[str, tuple[Any, Callable[[Any, Any], Any]]] = field(default_factory=dict)
    asks: dict[str, tuple[Any, Callable[[Any, Any, Any], Any]]] = field(default_factory=dict)
    listed: Callable[[Any], Any] = _same
    usual: tuple[set[str], Callable[[Any], Any]] | None = None
    masks: Callable[[Any, list[Values]], None] | None = None
    hangs_on: Callable[[Any, Any], list[tuple[type[models.Model], Any]]] | None = None
    "Rows whose events belong to its history too: their model and their ids."
    is_held: bool = True
    "Else its actions hold what they need in an order of their own, as for a page: the row before all that would have two wait in a circle."

    @property
    def name(self) -> str:
        return self.path.replace("-", "_")

    @property
    def pk(self) -> str:
        return self.model._meta.pk.attname  # type: ignore[union-attr]

    @property
    def is_versioned(self) -> bool:
        return "version" in self.columns

    @property
    def columns(self) -> list[str]:
        return self.shows.split()

    def of(self, user: Any) -> Any:
        return self.model.objects.visible_to(user)  # type: ignore[attr-defined]

    def row(self, user: Any, pk: int) -> Any:
        found = self.of(user).filter(pk=pk).first()
        if found is None:
            raise Hidden
        return found

    def shown(self, user: Any, rows: Any) -> list[Values]:
        """Plain dictionaries straight from the database: no model instance per row."""
        computed = {name: make(user) for name, (_, make) in self.computes.items()}
        found = list(rows.annotate(**computed).values(*self.columns, *computed))
        if self.masks:
            self.masks(user, found)
        return found

    def one(self, user: Any, pk: int) -> Values:
        found = self.shown(user, self.of(user).filter(pk=pk))
        if not found:
            raise Hidden
        return found[0]


def send(data: Any, status: int = 200, *, location: str = "") -> HttpResponse:
    response = HttpResponse(dumps(data), status=status, content_type="application/json")
    response["Cache-Control"] = "private, no-cache"
    if isinstance(data, dict) and "version" in data:
        response["ETag"] = etag(data["version"])
    if location:
        response["Location"] = location
    return response


def dumps(data: Any) -> bytes:
    return orjson.dumps(data, default=str, option=orjson.OPT_UTC_Z)


def page(user: Any, noun: Noun, rows: Any, after: int | None, limit: int) -> Values:
    """The next rows by their number, and where to go on; one query, however far down the list."""
    if after is not None:
        rows = rows.filter(pk__gt=after)
    found = noun.shown(user, rows.order_by("pk")[: limit + 1])
    more = len(found) > limit
    return {"items": found[:limit], "next": found[limit - 1][noun.pk] if more else None}


def resolve(user: Any, payload: Body) -> Values:
    """What was sent, with rows in the place of their numbers; only rows that the asker sees."""
    values = payload.model_dump(exclude_unset=True)
    for name, reference in type(payload).references.items():
        if name in values:
            values[reference.becomes] = _find(user, name, reference, values.pop(name))
    return values


def _find(user: Any, name: str, reference: Reference, given: Any) -> Any:
    if given is None:
        return None
    wanted = set(given) if reference.is_many else {given}
    found = list(reference.model.objects.visible_to(user).filter(pk__in=wanted))  # type: ignore[attr-defined]
    if len(found) < len(wanted):
        raise Refused("reference_unknown", field=name)
    return found if reference.is_many else found[0]


def expected(if_match: str | None) -> int:
    try:
        version = version_of(if_match)
    except ValueError:
        raise Precondition("version_malformed", field="If-Match") from None
    if version is None:
        raise Precondition("version_missing", field="If-Match")
    return version


@contextmanager
def held(user: Any, noun: Noun, pk: int, if_match: str | None, sent: Values) -> Iterator[Any]:
    """The row in the version that the client knows, locked until the change is done; what is not held has to be written in that version."""
    if not noun.is_versioned:
        yield noun.row(user, pk)
        return
    row = noun.row(user, pk)
    version = expected(if_match)
    try:
        with transaction.atomic():
            if noun.is_held:
                row = noun.of(user).select_for_update(no_key=True, of=("self",)).filter(pk=pk).first()
            if row is None:
                raise Hidden
            if row.version != version:
                raise Outdated(noun.one(user, pk), sent)
            yield row
    except Stale as problem:
        if noun.is_held or isinstance(problem, Outdated) or getattr(problem.current, "pk", None) != pk:
            raise
        raise Outdated(noun.one(user, pk), sent) from None
