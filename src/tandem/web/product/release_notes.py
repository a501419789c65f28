"""The notes of a release: written where they stand, taken along as a file, shown on the public portal."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Hidden, Refused, Stale
from tandem.product.actions import features, release_notes, releases
from tandem.product.models import Feature, Portal, Release
from tandem.reports.exports import release_notes as texts
from tandem.web import doors, downloads
from tandem.web.markdown import rendered
from tandem.web.product.portal_shared import open_to_all
from tandem.web.product.readiness import address, find
from tandem.web.work import inline

_FIELDS = {Feature: ("note_en", "note_zh"), Release: ("notes_en", "notes_zh")}
_KINDS = {"md": "text/markdown; charset=utf-8", "html": "text/html; charset=utf-8"}
ON_PORTAL = 20


@login_required
@require_http_methods(["PATCH"])
def feature_note(request: HttpRequest, id: int) -> HttpResponse:
    """`{"note_en": …}` or `{"note_zh": …}` with If-Match, as a cell sends it."""
    row = doors.find(Feature.objects, request.user, pk=id)
    return _cell(request, row, lambda current, version, **values: features.change(actor=request.user, feature=current, version=version, **values))


@login_required
@require_http_methods(["PATCH"])
def introduction(request: HttpRequest, id: int) -> HttpResponse:
    """`{"notes_en": …}` or `{"notes_zh": …}` with If-Match."""
    row = find(request, id)
    return _cell(request, row, lambda current, version, **values: releases.change(actor=request.user, release=current, version=version, **values))


def _cell(request: HttpRequest, row: Any, change: Any) -> HttpResponse:
    """Whoever wrote in the other language meanwhile is no hindrance."""
    sent = inline.sent_by(request)
    if isinstance(sent, JsonResponse):
        return sent
    given, version = sent
    name = next((n for n in _FIELDS[type(row)] if isinstance(given, dict) and n in given), "")
    try:
        if not name:
            raise Refused("change_unknown")
        text = str(given[name]).strip()
        column = type(row)._meta.get_field(name)
        if len(text) > (column.max_length or 0):
            raise Refused("field_too_long", field=name, name=column.verbose_name, most=column.max_length)
        try:
            row = change(row, version, **{name: text})
        except Stale as problem:
            if str(given.get("was", "")) != getattr(problem.current, name):
                raise
            row = change(problem.current, problem.current.version, **{name: text})
    except Stale as problem:
        theirs = getattr(problem.current, name)
        return JsonResponse({"message": words.refusal("stale", {}), "theirs": theirs, **_answer(problem.current, name)}, status=409)
    except Refused as problem:
        return JsonResponse({"message": words.refusal(problem.code, problem.params), "code": problem.code}, status=422)
    return JsonResponse(_answer(row, name))


def _answer(row: Any, name: str) -> dict[str, Any]:
    value = getattr(row, name)
    return {"value": value, "shown": value or "–", "version": row.version}


@login_required
@require_POST
def publication(request: HttpRequest, id: int) -> HttpResponse:
    """Onto the portal, or `do=withdraw` off it."""
    row, is_back = find(request, id), request.POST.get("do") == "withdraw"
    act = release_notes.withdraw if is_back else release_notes.publish
    act(actor=request.user, release=row, version=doors.version_in(request))
    return doors.go_to(request, address(row) + "#notes", _("The notes stay inside.") if is_back else _("The notes stand on the portal."))


@login_required
@require_GET
def file(request: HttpRequest, id: int, kind: str) -> HttpResponse:
    """The notes of all its features in one language, as Markdown or as a page of their own."""
    row, language = find(request, id), request.GET.get("lang", "en")
    if kind not in _KINDS or language not in texts.LANGUAGES:
        raise Hidden
    rows = Feature.objects.visible_to(request.user).on_roadmap().filter(release=row).order_by("rank", "id")
    text = texts.markdown(row, rows, language)
    if kind == "html":
        text = render_to_string("product/release_notes_file.html", {"title": f"{row.product} {row.name}", "body": rendered(text), "language": texts.LANGUAGES[language]})
    return downloads.attached(HttpResponse(text, content_type=_KINDS[kind]), f"{row.product}-{row.name}-{language}.{kind}")


@open_to_all
def listed(request: HttpRequest, portal: Portal) -> HttpResponse:
    """What came out, the latest first: published notes in the reader's language, else in the other. Only shipped features of
    which a note says something: what is put into the release later does not get out by itself."""
    # house: reads — what was published of the product whose token was shown
    rows = Release.objects.filter(product=portal.product_id, state=Release.State.RELEASED).exclude(notes_published_at=None)
    found = list(rows.order_by("-released_on", "-id")[:ON_PORTAL])
    # house: reads — what was published of the product whose token was shown
    shipped = Feature.objects.filter(release__in=found, state=Feature.State.SHIPPED).order_by("rank", "id")
    first = "zh" if (translation.get_language() or "").startswith("zh") else "en"
    order = (first, "en" if first == "zh" else "zh")
    parts = [
        {"row": row, "intro": _said(row, "notes", order),
         "features": [{"title": f.title, "note": _said(f, "note", order)} for f in shipped if f.release_id == row.pk and _said(f, "note", order)]}
        for row in found
    ]  # fmt: skip
    return render(request, "product/portal_releases.html", {"portal": portal, "releases": parts})


def _said(row: Any, name: str, order: tuple[str, ...]) -> str:
    return next((text for language in order if (text := getattr(row, f"{name}_{language}").strip())), "")


urls = [
    path("features/<int:id>/notes/", feature_note, name="feature_note"),
    path("releases/<int:id>/notes/", introduction, name="release_introduction"),
    path("releases/<int:id>/publications/", publication, name="release_publications"),
    path("releases/<int:id>/notes.<str:kind>", file, name="release_notes_file"),
    path("portal/<str:token>/releases/", listed, name="portal_releases"),
]
