"""Language, time zone and look of the person; and the one handler that words refusals."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from tandem.kit.text import whole_number
from tandem.web import navigation

Handler = Callable[[HttpRequest], HttpResponse]
_FORM_AROUND = 1024 * 1024
_READING = ("GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT")


def _announced(request: HttpRequest) -> int:
    """How much the client says it will send; without that word the server reads nothing at all."""
    text = request.META.get("CONTENT_LENGTH") or ""
    return whole_number(text) or 0


@contextlib.contextmanager
def spoken_to(request: HttpRequest) -> Iterator[None]:
    """In the language and the time zone of the person who asks."""
    user: Any = request.user
    language = getattr(user, "language", "") or translation.get_language_from_request(request)
    zone = getattr(user, "time_zone", "")
    with (
        translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE),
        timezone.override(ZoneInfo(zone) if zone else None),
    ):
        yield


def personal(get_response: Handler) -> Handler:
    """Speak the person's language: their setting, else the cookie, else the browser's, else the installation's."""

    def handle(request: HttpRequest) -> HttpResponse:
        with spoken_to(request):
            response = get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language() or "en")
        return response

    return handle


def _marked(response: HttpResponse) -> HttpResponse:
    """Says of a page or a part of one that we made it: only then may the browser's script take it for markup."""
    if response.headers.get("Content-Type", "").startswith("text/html") and "Content-Disposition" not in response.headers:
        response.headers["X-Fragment"] = "1"
    return response


class errors:
    """Refused → 409/422, Denied → 403, Hidden → 404, as a page or a fragment; the API has its own wording.

    What is announced as too large is refused before a byte of it is written anywhere."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _announced(request) > settings.MAX_UPLOAD_BYTES + _FORM_AROUND:
            from tandem.web.refusals import too_large

            return too_large(request)
        response = _marked(self.get_response(request))
        if request.method not in _READING:
            navigation.forget_what_lacked()
        return response

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        from tandem.web.refusals import page_for

        return page_for(request, problem)
