"""Views of the work items table under a name: one's own, the team's, official ones; one of them may be the default."""

from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.collaboration.actions import saved_views, subscriptions
from tandem.collaboration.models import SavedView, Subscription
from tandem.kit import http
from tandem.kit.errors import Refused, Stale
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.web import doors
from tandem.web.work import filtering

PAGE = "work_items"
_LONGEST = 2000


def default_of(user: Any, space: Space | None, views: list[SavedView]) -> SavedView | None:
    """Of these the one with which a scope opens: one's own default there, else the newest official one."""
    here = [view for view in views if view.is_default and view.page == filtering.pages_of(PAGE, space)[0]]
    mine = [view for view in here if view.owner_id == user.pk]
    # for others it speaks only where it stands: a view of one space says nothing about the page of all
    official = [view for view in here if view.audience == SavedView.Audience.OFFICIAL and (view.space == space if space else view.space.parent_id is None)]
    return max(mine or official, key=lambda view: view.pk, default=None)


def address(view: SavedView) -> str:
    return f"{reverse('work_items')}?{urlencode([*parse_qsl(view.query), ('view', view.pk)])}"


@login_required
@require_POST
def keep(request: HttpRequest) -> HttpResponse:
    """Keep the filter, sorting, grouping, columns and layout of this page under a name; or, with `do`, change a kept one.
    A view of a scope belongs to its space: who sees the space sees what is shared there."""
    if request.POST.get("do"):
        return _change(request)
    query = _whole(request.POST.get("query", ""))
    number = whole_number(dict(parse_qsl(query)).get("space", ""))
    scope = doors.find(Space.objects, request.user, pk=number) if number is not None else None
    home = scope or Space.objects.visible_to(request.user).order_by("id").first()
    if home is None:
        raise Refused("no_workflow", space="")
    view = saved_views.create(
        actor=request.user, space=home, name=request.POST.get("name", "").strip()[:100] or _("View"), page=filtering.pages_of(PAGE, scope)[0],
        query=query, audience=request.POST.get("audience", "private"),
    )  # fmt: skip
    return doors.go_to(request, address(view), _("The view was saved."))


def _whole(query: str) -> str:
    """A query that is cut would find more."""
    if len(query) > _LONGEST:
        raise Refused("filter_too_long", most=_LONGEST, at=1)
    return filtering.query_of(query)


def _change(request: HttpRequest) -> HttpResponse:
    number = whole_number(request.POST.get("view", "")) or 0
    if request.POST["do"] == "unsubscribe":
        return _stop_letters(request, number)
    view = doors.find(SavedView.objects, request.user, pk=number)
    if request.POST["do"] == "subscribe":
        return _letters(request, view)
    here = address(view)
    if request.POST["do"] == "default":
        saved_views.make_default(actor=request.user, view=view)
        return doors.go_to(request, here, _("Work items now open with this view."))
    if request.POST["do"] == "usual":
        saved_views.make_default(actor=request.user, view=view, is_default=False)
        return doors.go_to(request, here, _("Work items open with the default view again."))
    version = whole_number(request.POST.get("version", ""), 9)
    if request.POST["do"] != "save":
        raise Refused("change_unknown")
    if version is None:  # of a view that others use: whoever saves over it says which one they saw
        raise Stale(view)
    saved_views.change(actor=request.user, view=view, version=version, query=_whole(request.POST.get("query", "")))
    return doors.go_to(request, address(view), _("The view was saved."))


def _letters(request: HttpRequest, view: SavedView) -> HttpResponse:
    """Letters of this view for oneself: on the days `days` (`0,1,2`, Monday is 0), at the hour `hour`."""
    days = [whole_number(text, 2) for text in request.POST.get("days", "").split(",")]
    hour = whole_number(request.POST.get("hour", ""), 3)
    subscriptions.create(actor=request.user, view=view, weekdays=[-1 if d is None else d for d in days], hour=-1 if hour is None else hour)
    said = _("“%(name)s” comes as a letter to %(address)s.") % {"name": view.name, "address": request.user.email}  # type: ignore[union-attr]
    return doors.go_to(request, address(view), said)


def _stop_letters(request: HttpRequest, view_id: int) -> HttpResponse:
    """Also of a view that one does not see any more."""
    row = doors.find(Subscription.objects, request.user, view=view_id)
    subscriptions.remove(actor=request.user, subscription=row)
    back = request.POST.get("next", "")
    return doors.go_to(request, back if http.is_local_path(back) else reverse("work_items"), _("No letters of this view any more."))


@login_required
@require_POST
def forget(request: HttpRequest, id: int) -> HttpResponse:
    saved_views.remove(actor=request.user, view=doors.find(SavedView.objects, request.user, pk=id))
    return doors.go_to(request, f"{reverse('work_items')}?q=", _("The view was removed."))
