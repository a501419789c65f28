"""What views share: finding a row for the asker, redirects that htmx follows, toasts with undo."""

from typing import Any, TypeVar

from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from tandem.kit.errors import Hidden
from tandem.kit.text import whole_number
from tandem.kit.types import MAX_BIGINT

M = TypeVar("M", bound=models.Model)


def find(rows: models.QuerySet[M], user: Any, **keys: Any) -> M:
    """The row if the asker may see it; `Hidden` otherwise."""
    if any(isinstance(v, int) and v > MAX_BIGINT for v in keys.values()):
        raise Hidden
    row = next(iter(rows.visible_to(user).filter(**keys).order_by()[:1]), None)  # type: ignore[attr-defined]
    if row is None:
        raise Hidden
    return row


def version_in(request: HttpRequest) -> int | None:
    return whole_number(request.POST.get("version", ""), 9)


def go_to(request: HttpRequest, url: str, said: str = "") -> HttpResponse:
    if said:
        messages.success(request, said)
    return redirect(url)


def is_peek(request: HttpRequest) -> bool:
    return request.GET.get("peek") == "1"


def done(request: HttpRequest, url: str, said: str = "", undo: str = "") -> HttpResponse:
    """Back to the page, or for a script the words that it shows."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said, "undo": undo})
    if said:
        messages.success(request, said, extra_tags=f"undo={undo}" if undo else "")
    return redirect(url)
