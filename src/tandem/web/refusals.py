"""One handler that words `Refused`, `Denied` and `Hidden` for pages."""

import logging

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.collaboration.actions import jobs
from tandem.kit.errors import Denied, Hidden, Refused, Stale, is_full

log = logging.getLogger("tandem.web")


def page_for(request: HttpRequest, problem: Exception) -> HttpResponse | None:
    if isinstance(problem, (Hidden, Http404)):
        return error_page(
            request,
            404,
            _("There is nothing here that you can see."),
            _("It may have been removed, or it was never shared with you."),
        )
    if isinstance(problem, Denied):
        return error_page(
            request,
            403,
            _("You may look at this, but not change it."),
            _("Ask whoever manages this space for the right to do so."),
        )
    if isinstance(problem, Refused):
        return error_page(
            request,
            409 if isinstance(problem, Stale) else 422,
            words.refusal(problem.code, problem.params),
            "",
        )
    if isinstance(problem, ValidationError):  # a form of ours would have said it at its field; this was sent by hand
        return error_page(request, 422, words.refusal("invalid", {}), " ".join(problem.messages))
    if isinstance(problem, (DataError, OverflowError)):
        log.warning("outside of what can be stored: %s", " ".join(str(problem).split()))
        return error_page(request, 422, words.refusal("out_of_range", {}), "")
    if is_full(problem):
        log.error("no room left: %s", " ".join(str(problem).split()))
        return error_page(request, 507, words.refusal("no_room", {}), "")
    if jobs.is_passing(problem):  # it waited too long for a row, or the database was away for a moment
        log.warning("the database did not answer: %s", " ".join(str(problem).split()))
        response = error_page(request, 503, _("The database is busy. Try again in a moment."), "")
        response["Retry-After"] = "5"
        return response
    return None


def error_page(request: HttpRequest, status: int, sentence: str, advice: str) -> HttpResponse:
    wants_json = "application/json" in request.headers.get("Accept", "")
    if wants_json:
        return JsonResponse({"title": sentence, "detail": advice, "status": status}, status=status)
    htmx = getattr(request, "htmx", None)
    if htmx:
        return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")
    return render(
        request, "error.html", {"status": status, "sentence": sentence, "advice": advice}, status=status
    )


def too_large(request: HttpRequest) -> HttpResponse:
    """Said without reading what was sent; then the connection is of no more use."""
    sentence = words.refusal("file_too_large", {"limit": settings.MAX_UPLOAD_BYTES // 2**20})
    if request.path.startswith("/api/"):
        body = {"type": "urn:tandem:problem:file_too_large", "title": sentence, "status": 413, "code": "file_too_large"}
        response: HttpResponse = JsonResponse(body, status=413, content_type="application/problem+json")
    else:
        response = error_page(request, 413, sentence, "")
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        404,
        _("There is nothing here that you can see."),
        _("It may have been removed, or it was never shared with you."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return error_page(
        request,
        403,
        _("This was refused."),
        _("Reload the page and try again; if it stays, ask whoever manages this space."),
    )


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, or with that of another sign-in."""
    return forbidden(request, PermissionDenied(reason))


def broken(request: HttpRequest) -> HttpResponse:
    """The shell asks the database who is there; when that is what broke, the sentence comes without it."""
    sentence, advice = _("Tandem made a mistake."), _("Nothing was changed. The administrator finds the cause in the log.")
    try:
        return error_page(request, 500, sentence, advice)
    except Exception:  # whatever it is, the first mistake is in the log already
        plain = f"<!doctype html><meta charset=utf-8><title>Tandem</title><h1>{escape(sentence)}</h1><p>{escape(advice)}</p>"
        return HttpResponse(plain, status=500)
