"""Every error of the API, worded in one place as application/problem+json (RFC 9457)."""

import logging
from typing import Any

import orjson
from django.core.exceptions import ValidationError as FieldErrors
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from tandem.collaboration.actions.idempotent_requests import Busy
from tandem.collaboration.words import refusal
from tandem.kit.errors import Denied, Hidden, Refused, Stale, is_full

log = logging.getLogger("tandem.api")


class Outdated(Stale):
    """A stale write, with the row as it stands now and what was sent, both as the client knows them."""

    def __init__(self, current: dict[str, Any], sent: dict[str, Any]) -> None:
        super().__init__(current)
        self.sent = sent


class Precondition(Refused):
    """The If-Match header is missing (428) or not ours (400)."""


def problem(
    status: int, code: str, title: str, *, detail: str = "", errors: Any = (), **more: Any
) -> HttpResponse:
    shown = {"type": f"urn:tandem:problem:{code}", "title": str(title), "status": status, "code": code}
    shown |= {"detail": str(detail)} if detail else {}
    shown |= {"errors": list(errors)} if errors else {}
    body = orjson.dumps(shown | more, default=str, option=orjson.OPT_UTC_Z)
    response = HttpResponse(body, status=status, content_type="application/problem+json")
    response["Cache-Control"] = "no-store"
    if status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="tandem"'
    return response


def register(api: NinjaAPI) -> None:
    """One handler for each way of saying no; what nobody foresaw is logged and says nothing about itself."""
    for kind, handle in {
        Refused: _refused,
        Denied: lambda r, e: problem(
            403, "denied", _("You may look at this, but not change it."), permission=str(e.permission)
        ),
        Hidden: _hidden,
        Http404: _hidden,
        AuthenticationError: lambda r, e: problem(401, "sign_in", _("Sign in, or send a valid token.")),
        HttpError: _http,
        ValidationError: _malformed,
        FieldErrors: _invalid,
        ProtectedError: lambda r, e: problem(409, "in_use", refusal("in_use", {})),
        IntegrityError: lambda r, e: problem(409, "conflict", refusal("conflict", {})),
        DataError: lambda r, e: problem(422, "out_of_range", refusal("out_of_range", {})),
        OverflowError: lambda r, e: problem(422, "out_of_range", refusal("out_of_range", {})),
        OperationalError: _database,
        Exception: _unforeseen,
    }.items():
        api.add_exception_handler(kind, handle)  # type: ignore[arg-type]


def _refused(request: HttpRequest, error: Refused) -> HttpResponse:
    sentence = refusal(error.code, error.params)
    errors = [{"field": error.field, "message": sentence}] if error.field else []
    if isinstance(error, Outdated):
        return problem(412, "stale", sentence, current=error.current, sent=error.sent)
    if isinstance(error, Stale):
        return problem(412, "stale", sentence)
    status = 409 if isinstance(error, Busy) else 422
    if isinstance(error, Precondition):
        status = 428 if error.code == "version_missing" else 400
    return problem(status, error.code, sentence, errors=errors)


def _hidden(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(404, "not_found", _("There is nothing here that you can see."))


def _http(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "malformed" if error.status_code == 400 else "refused", str(error))


def _malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": _place(one["loc"]),
            "message": one["msg"].removeprefix("Value error, "),
            "kind": one["type"],
        }
        for one in error.errors[:50]
    ]
    return problem(422, "invalid", refusal("invalid", {}), errors=errors)


def _place(location: tuple[Any, ...]) -> str:
    """`("body", "payload", "title")` is the field `title` to the client."""
    return ".".join(
        str(part)
        for part in location
        if part not in ("body", "query", "payload", "filters", "path", "header")
    )


def _invalid(request: HttpRequest, error: FieldErrors) -> HttpResponse:
    found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
    errors = [{"field": field, "message": text} for field, texts in found.items() for text in texts]
    return problem(422, "invalid", refusal("invalid", {}), errors=errors)


def _database(request: HttpRequest, error: OperationalError) -> HttpResponse:
    if is_full(error):
        log.error("no room left: %s", error)
        return problem(507, "no_room", refusal("no_room", {}))
    log.warning("the database did not answer: %s", error)
    response = problem(503, "busy", _("The database is busy. Try again in a moment."))
    response["Retry-After"] = "5"
    return response


def _unforeseen(request: HttpRequest, error: Exception) -> HttpResponse:
    log.exception("%s %s", request.method, request.path, exc_info=error)
    return problem(500, "internal", _("Something went wrong on our side."))
