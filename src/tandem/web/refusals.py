"""One handler that words `Refused`, `Denied` and `Hidden` for pages."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from tandem.collaboration import words
from tandem.kit.errors import Denied, Hidden, Refused, Stale


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


def broken(request: HttpRequest) -> HttpResponse:
    return error_page(
        request,
        500,
        _("Tandem made a mistake."),
        _("Nothing was changed. The administrator finds the cause in the log."),
    )
