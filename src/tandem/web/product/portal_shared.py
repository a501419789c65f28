"""The portal of a product as everybody sees it: a list, a vote, comments, and a form. Only what was let through; no names of
givers, customers or people of the house, no address, nothing of the features behind it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from tandem.collaboration import words
from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import has_controls
from tandem.product.actions import portals
from tandem.product.models import Feedback, Portal, PortalComment
from tandem.web.paging import page_of

View = Callable[..., HttpResponse]
_SORTS = {"votes": "-votes", "new": "-id"}


def open_to_all(view: View) -> View:
    """The token is the permission. Nobody is signed in here, so there is no session that a foreign page could borrow: forms
    need no CSRF token, whose cookie a frame on another site would not send."""

    def show(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        # house: reads — the token is the permission
        portal = Portal.objects.open().select_related("product").filter(token=token).first() if len(token) <= 64 else None
        if portal is None:
            raise Hidden
        response = view(request, portal, **kwargs)
        if not portal.is_indexed:
            response["X-Robots-Tag"] = "noindex"
        response["Referrer-Policy"] = "same-origin"
        return response

    framed = csp_replace({"frame-ancestors": ["*"]})(xframe_options_exempt(show))

    @csrf_exempt
    @never_cache
    @require_http_methods(["GET", "POST"])
    @wraps(view)
    def either(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        # house: reads — only whether it may stand in a frame
        is_framed = Portal.objects.open().filter(token=token[:64], is_embeddable=True).exists()
        return (framed if is_framed else show)(request, token, **kwargs)  # type: ignore[no-any-return]

    return either


def _rows(portal: Portal) -> Any:
    # house: reads — what was let through of the product whose token was shown
    return Feedback.objects.filter(product=portal.product_id).standing().public()


@open_to_all
def listed(request: HttpRequest, portal: Portal) -> HttpResponse:
    """What others want, and the form for what one wants oneself."""
    given = {name: request.POST.get(name, "") for name in ("title", "text", "name", "email")}
    problem, field = "", ""
    if request.method == "POST":
        if not request.POST.get("website"):  # a field that people do not see: whoever fills it in is a program
            try:
                wants = request.POST.get("wants_word") == "on"
                portals.give(actor=None, portal=portal, wants_word=wants, address=request.META.get("REMOTE_ADDR", ""), **given)
            except Refused as refused:
                problem, field = words.refusal(refused.code, refused.params), refused.field or ""
        if not problem:
            return redirect(f"{request.path}?sent=1")
    query, state = request.GET.get("q", "")[:100].strip(), request.GET.get("state", "")
    rows = _rows(portal)
    if query and not has_controls(query):
        rows = rows.filter(title__icontains=query)
    if state in Feedback.State.values:
        rows = rows.filter(state=state)
    sort = request.GET.get("sort", "votes")
    page = page_of(rows, sort=_SORTS.get(sort, "-votes"), cursor=request.GET.get("cursor", ""), size=25)
    context = {
        "portal": portal, "rows": page.rows, "next": _with(request, page.next), "previous": _with(request, page.previous), "q": query, "state": state,
        "sort": sort, "states": Feedback.State.choices, "given": given, "problem": problem, "field": field, "is_sent": "sent" in request.GET,
    }  # fmt: skip
    return render(request, "product/portal_shared.html", context, status=422 if problem else 200)


@open_to_all
def entry(request: HttpRequest, portal: Portal, id: int) -> HttpResponse:
    """One entry: its state and answer, what others say, and a vote."""
    row = _rows(portal).filter(pk=id).first() if id < 2**63 else None
    if row is None:
        raise Hidden
    problem = ""
    if request.method == "POST":
        do = request.POST.get("do", "")
        if not request.POST.get("website"):
            try:
                _take(request, portal, row, do)
            except Refused as refused:
                problem = words.refusal(refused.code, refused.params)
        if not problem:
            return redirect(f"{request.path}?sent={'comment' if do == 'comment' else 'vote'}")
    # house: reads — comments that were let through
    comments = PortalComment.objects.filter(feedback=row).shown().order_by("id")
    context = {"portal": portal, "row": row, "comments": list(comments[:200]), "problem": problem, "sent": request.GET.get("sent", "")}
    return render(request, "product/portal_entry.html", context, status=422 if problem else 200)


def _take(request: HttpRequest, portal: Portal, row: Feedback, do: str) -> None:
    given, address = request.POST, request.META.get("REMOTE_ADDR", "")
    if do == "comment":
        portals.comment(actor=None, portal=portal, feedback=row, body=given.get("body", ""), name=given.get("name", ""), address=address)
    else:
        wants = given.get("wants_word") == "on"
        portals.vote(actor=None, portal=portal, feedback=row, email=given.get("email", ""), wants_word=wants, address=address)


def _with(request: HttpRequest, cursor: str) -> str:
    if not cursor:
        return ""
    query = request.GET.copy()
    query["cursor"] = cursor
    query.pop("sent", None)
    return f"?{query.urlencode()}"



urls = [
    path("portal/<str:token>/", listed, name="portal_shared"),
    path("portal/<str:token>/<int:id>/", entry, name="portal_entry"),
]
