"""Beside the filter: proposals while one types, and the form that writes the same text."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tandem.kit import http
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.reports.queries import filter_rows, own_fields, scope
from tandem.reports.queries.filter_suggestions import proposals
from tandem.reports.queries.filter_words import FIELDS
from tandem.web import doors
from tandem.web.work import filtering

EMPTY_ROWS, MOST_ROWS = 2, 40


@login_required
def suggestions(request: HttpRequest) -> HttpResponse:
    """`?q=assignee:che&at=12&space=3`: what may stand at this place, of what the asker sees."""
    text = request.GET.get("q", "")[:2000]
    number = whole_number(request.GET.get("space", ""))
    spaces = None if number is None else scope.below(request.user, number)
    at = whole_number(request.GET.get("at", ""), 5)
    found = proposals(
        request.user, text, len(text) if at is None else at, spaces, get_language() == "zh-hans"
    )
    said = filtering.meanings()
    hints = [str(said.get(r.hint, "")) if r.is_code else r.hint for r in found.rows]
    rows = [{"insert": r.insert, "hint": "" if hint == r.insert else hint} for r, hint in zip(found.rows, hints, strict=True)]
    return JsonResponse({"begin": found.begin, "end": found.end, "rows": rows})


@login_required
def builder(request: HttpRequest) -> HttpResponse:
    """The filter as a form. Filled in, it goes back to the list with the text that it wrote."""
    target = request.GET.get("to", "")
    own = [(c.said, c.name) for c in own_fields.columns(request.user, None)]
    to = target if http.is_local_path(target) else reverse("work_items")
    if "field" in request.GET:
        return redirect(_back(to, filter_rows.text_of(_filled_in(request, {*FIELDS, *(name for name, _label in own)}))))
    text, problem = request.GET.get("q", ""), None
    try:
        rows = filter_rows.rows(text)
    except Refused as refused:
        rows, problem = [], filtering.problem_of(refused)
    shown: list[Any] = [*rows, *[filter_rows.Row("", False, ())] * EMPTY_ROWS]
    context = {
        "rows": shown, "to": to, "problem": problem, "text": text,
        "fields": [("", _("Words in the title")), *((name, filtering.label(name)) for name in FIELDS), *own],
    }  # fmt: skip
    return render(
        request, "work/filter_peek.html" if doors.is_peek(request) else "work/filter_page.html", context
    )


def _filled_in(request: HttpRequest, names: set[str]) -> list[filter_rows.Row]:
    given = zip(
        request.GET.getlist("field"), request.GET.getlist("not"), request.GET.getlist("value"), strict=False
    )
    known = [(field, is_not, value) for field, is_not, value in given if field in names or not field]
    return [filter_rows.row(field, is_not == "1", value) for field, is_not, value in known[:MOST_ROWS]]


def _back(to: str, text: str) -> str:
    address, _mark, query = to.partition("?")
    kept = [(name, value) for name, value in parse_qsl(query) if name not in ("q", "cursor")]
    return f"{address}?{urlencode([('q', text), *kept])}"


urls = [
    path("work-items/suggestions/", suggestions, name="work_items_suggestions"),
    path("work-items/filter/", builder, name="work_items_filter"),
]
