"""The routes that nouns share. A noun's file says what it shows, what it takes, and which action does it."""

from collections.abc import Callable
from typing import Any

import orjson
from django.db import models, transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from ninja import Header, Path, Query, Router
from ninja.errors import ValidationError
from pydantic import BaseModel, create_model

from tandem.api.nouns import Noun, Values, choice, dumps, held, page, resolve, send
from tandem.api.shapes import OPTIONAL, Body, Conflict, Problem, answer, shape, words
from tandem.collaboration.actions import idempotent_requests
from tandem.collaboration.actions.idempotent_requests import Answer
from tandem.history.models import Event
from tandem.kit.types import Id, Limit
from tandem.people import told
from tandem.reports.queries import item_history

__all__ = ["Noun", "Values", "choice", "dumps", "page", "resolve", "send"]

Key = words(200, 1)
IF_MATCH = Header(None, alias="If-Match", description="The ETag of the version that you change.")
ONCE = Header(None, alias="Idempotency-Key", description="Sent again within a day, the request is done once.")
NO = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
NO_WRITE = {**NO, 409: Problem, 412: Conflict, 428: Problem}


class Window(Body):
    """Which part of a list: the rows behind the number `after`, at most `limit`."""

    after: Id | None = OPTIONAL
    limit: Limit = 50


class Past(Body):
    """Which part of a history: the events before the number `before`, at most `limit`."""

    before: Id | None = OPTIONAL
    limit: Limit = 50


def reads(router: Router, noun: Noun, *, history: bool = True) -> None:
    """The list, the detail, and what happened to a row."""
    shown = shape_of(noun)
    filters = _filters_of(noun)

    def listed(request: HttpRequest, filters: Query[filters]) -> HttpResponse:  # type: ignore[valid-type]
        refuse_unknown(request, filters)
        given = filters.model_dump(exclude_unset=True)
        after, limit = given.pop("after", None), given.pop("limit", 50)
        rows = noun.listed(noun.of(request.auth))
        if noun.usual and not noun.usual[0] & given.keys():
            rows = noun.usual[1](rows)
        for name, value in given.items():
            narrow, ask = noun.narrows.get(name), noun.asks.get(name)
            if ask:
                rows = ask[1](rows, value, request.auth)
            else:
                rows = narrow[1](rows, value) if narrow else rows.filter(**{name: value})
        return send(page(request.auth, noun, rows, after, limit))

    def detail(
        request: HttpRequest, id: Path[Id], if_none_match: str | None = Header(None, alias="If-None-Match")
    ) -> HttpResponse:
        response = send(noun.one(request.auth, id))
        if if_none_match and if_none_match == response.headers.get("ETag"):
            return HttpResponse(status=304, headers={"ETag": if_none_match})
        return response

    _add(router, noun, "GET", "/", "list", listed, {200: list_of(noun), 401: Problem, 422: Problem})
    _add(router, noun, "GET", "/{id}/", "read", detail, {200: shown, 304: None, **NO})
    if history:
        _add(router, noun, "GET", "/{id}/history/", "history", _history_of(noun), {200: History, **NO})


def _history_of(noun: Noun) -> Callable[..., HttpResponse]:
    def history(request: HttpRequest, id: Path[Id], window: Query[Past]) -> HttpResponse:
        """Newest first; `before` is the number of the last event that you have."""
        refuse_unknown(request, window)
        row = noun.row(request.auth, id)
        events = item_history.events(request.auth, row, noun.hangs_on(request.auth, row) if noun.hangs_on else (), window.limit + 1, window.before)
        found = list(events.annotate(words=F("text__changes")).values(*_EVENT, "space_id", "words")[: window.limit + 1])
        for one in found:
            at = one.pop("space_id")
            one |= {name: told.shown(request.auth, one["verb"], at, one[name]) for name in ("changes", "words") if one[name]}
        more = len(found) > window.limit
        return send({"items": found[: window.limit], "next": found[window.limit - 1]["id"] if more else None})

    return history


def parts(router: Router, noun: Noun, part: str, of: Noun, rows: Callable[[Any, Any], Any]) -> None:
    """`GET …/{id}/<part>/`: the rows of another noun that belong to this one, `rows(asker, row)`."""

    def listed(request: HttpRequest, id: Path[Id], window: Query[Window]) -> HttpResponse:
        refuse_unknown(request, window)
        row = noun.row(request.auth, id)
        return send(page(request.auth, of, rows(request.auth, row), window.after, window.limit))

    _add(router, noun, "GET", f"/{{id}}/{part}/", f"{part}_list", listed, {200: list_of(of), **NO})


def creates(router: Router, noun: Noun, takes: type[Body], do: Callable[..., Any]) -> None:
    """`do(actor=, **values)` makes the row; the answer is the row as the API shows it."""

    def create(request: HttpRequest, payload: takes, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
        def work() -> Answer:
            row = do(actor=request.auth, **resolve(request.auth, payload))
            shown = dumps(noun.one(request.auth, row.pk)).decode()
            return Answer(201, shown, shown)

        return once(request, key, work, location=request.path)

    _add(router, noun, "POST", "/", "create", create, {201: shape_of(noun), **NO_WRITE})


def changes(router: Router, noun: Noun, takes: type[Body], do: Callable[..., Any]) -> None:
    """`do(actor=, <word>=, version=, **values)` changes what was sent and leaves the rest."""

    def change(
        request: HttpRequest, id: Path[Id], payload: takes, if_match: str | None = IF_MATCH
    ) -> HttpResponse:  # type: ignore[valid-type]
        sent = payload.model_dump(exclude_unset=True)
        with held(request.auth, noun, id, if_match, sent) as row:
            do(actor=request.auth, version=row.version, **{noun.word: row}, **resolve(request.auth, payload))
            return send(noun.one(request.auth, id))

    _add(router, noun, "PATCH", "/{id}/", "change", change, {200: shape_of(noun), **NO_WRITE})


def removes(router: Router, noun: Noun, do: Callable[..., Any]) -> None:
    """`do(actor=, <word>=)` takes the row away; its version was compared before."""

    def remove(request: HttpRequest, id: Path[Id], if_match: str | None = IF_MATCH) -> HttpResponse:
        with held(request.auth, noun, id, if_match, {}) as row:
            do(actor=request.auth, **{noun.word: row})
        return HttpResponse(status=204)

    _add(router, noun, "DELETE", "/{id}/", "remove", remove, {204: None, **NO_WRITE})


def adds(
    router: Router,
    noun: Noun,
    part: str,
    takes: type[Body],
    do: Callable[..., Any],
    *,
    gives: Noun | None = None,
) -> None:
    """`POST …/{id}/<part>/`: something more that belongs to the row, which itself stays as it is.

    `do(actor=, <word>=, **values)` returns the row to show as `gives` (default: the noun itself).
    """
    shown = gives or noun

    def add(request: HttpRequest, id: Path[Id], payload: takes, key: Key | None = ONCE) -> HttpResponse:  # type: ignore[valid-type]
        def work() -> Answer:
            row = noun.row(request.auth, id)
            made = do(actor=request.auth, **{noun.word: row}, **resolve(request.auth, payload))
            body = dumps(shown.one(request.auth, made.pk)).decode()
            return Answer(201, body, body)

        return once(request, key, work)

    _add(router, noun, "POST", f"/{{id}}/{part}/", f"{part}_create", add, {201: shape_of(shown), **NO_WRITE})


def acts(router: Router, noun: Noun, part: str, takes: type[Body], do: Callable[..., Any]) -> None:
    """`POST …/{id}/<part>/`: a verb that became a noun. It changes the row, so that If-Match is asked for.

    `do(actor=, <word>=, version=, **values)` returns the row to show.
    """

    def act(
        request: HttpRequest,
        id: Path[Id],
        payload: takes,
        if_match: str | None = IF_MATCH,
        key: Key | None = ONCE,  # type: ignore[valid-type]
    ) -> HttpResponse:
        def work() -> Answer:
            sent = payload.model_dump(exclude_unset=True)
            with held(request.auth, noun, id, if_match, sent) as row:
                values = resolve(request.auth, payload)
                made = do(actor=request.auth, **{noun.word: row}, version=row.version, **values)
                body = dumps(noun.one(request.auth, made.pk)).decode()
            return Answer(201, body, body)

        return once(request, key, work)

    _add(router, noun, "POST", f"/{{id}}/{part}/", f"{part}_create", act, {201: shape_of(noun), **NO_WRITE})


def once(
    request: HttpRequest,
    key: str | None,
    work: Callable[[], Answer],
    *,
    location: str = "",
    body: Callable[[], bytes] | None = None,
) -> HttpResponse:
    """The answer of `work`; under an Idempotency-Key the same one however often the request comes.

    `body` says by what two requests are the same, where it is not their bytes.
    """
    if key:
        route = f"{request.method} {request.path}"[:300]
        made = idempotent_requests.answer_once(
            actor=request.auth, route=route, key=key, body=body() if body else request.body, work=work
        )
    else:
        with transaction.atomic():
            made = work()
    data = orjson.loads(made.body)
    response = send(data, made.status, location=f"{location}{data['id']}/" if location else "")
    if made.is_replay:
        response["Idempotency-Replayed"] = "true"
    return response


def refuse_unknown(request: HttpRequest, filters: BaseModel) -> None:
    """A misspelt filter must not answer with everything."""
    unknown = set(request.GET) - set(type(filters).model_fields)
    if unknown:
        errors = [
            {"loc": ("query", one), "msg": "no such filter", "type": "extra_forbidden"}
            for one in sorted(unknown)
        ]
        raise ValidationError(errors)


_shapes: dict[str, type[BaseModel]] = {}


def shape_of(noun: Noun) -> type[BaseModel]:
    if noun.path not in _shapes:
        computed = {name: kind for name, (kind, _) in noun.computes.items()}
        _shapes[noun.path] = answer(noun.model.__name__, noun.model, noun.columns, computed)
    return _shapes[noun.path]


def list_of(noun: Noun) -> type[BaseModel]:
    key = f"{noun.path}/"
    if key not in _shapes:
        shown = shape_of(noun)
        _shapes[key] = create_model(f"{shown.__name__}List", items=(list[shown], ...), next=(int | None, ...))
    return _shapes[key]


def _filters_of(noun: Noun) -> type[BaseModel]:
    columns = {one.attname: one for one in noun.model._meta.concrete_fields}
    asked: Values = {name: (_asked(columns[name]), OPTIONAL) for name in noun.filters.split()}
    asked |= {name: (kind, OPTIONAL) for name, (kind, _) in (noun.narrows | noun.asks).items()}  # type: ignore[operator]
    return create_model(f"{noun.model.__name__}Filters", __base__=Window, **asked)


def _asked(column: models.Field) -> Any:
    """Query strings are text: a boolean may be written in words there."""
    return bool if isinstance(column, models.BooleanField) else shape(column, sent=True)


def _add(
    router: Router, noun: Noun, method: str, path: str, what: str, view: Callable[..., Any], response: Any
) -> None:
    what = what.replace("-", "_")
    router.add_api_operation(
        path, [method], view, response=response, operation_id=f"{noun.name}_{what}",
        summary=f"{noun.path.replace('-', ' ')}: {what.replace('_', ' ')}", description=view.__doc__ or "",
    )  # fmt: skip


_EVENT = ["id", "verb", "subject_kind", "subject_id", "actor_id", "occurred_at", "recorded_at", "changes"]
_event = answer("Event", Event, _EVENT, {"words": dict[str, Any] | None})
History = create_model("History", items=(list[_event], ...), next=(int | None, ...))
