"""The hint beside an estimate: what similar items took, and taking it over."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tandem.kit.dates import parse_minutes
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may, require, spaces_where
from tandem.people.models import Space
from tandem.reports.queries import estimate_figures as reads
from tandem.web import doors
from tandem.web.templating import day, hours
from tandem.work.actions import estimates
from tandem.work.models import WorkItem, WorkItemType


def taken(request: HttpRequest, item: WorkItem) -> WorkItem:
    """A new item whose form says to take over what similar ones took: made with what was said first, then changed."""
    take = request.POST.get("estimate_taken", "")
    if take not in ("middle", "bound"):
        return item
    try:
        found = reads.offered(request.user, item, is_bound=take == "bound")
    except Refused:  # what was offered in the form is not there any more: the item stays as it was said
        return item
    return estimates.take(actor=request.user, item=item, version=item.version, **found)


def hint_context(request: HttpRequest, found: reads.Hint | reads.TooFew, **more: Any) -> dict[str, Any]:
    if isinstance(found, reads.TooFew):
        return {"found": None, "few": found, "needed": found.needed, **more}
    where = {"team": found.team_name, "project": found.space_name, "all": _("all of %(project)s") % {"project": found.space_name}, "type": _("all projects")}[found.kind]
    label = where if found.kind == "all" else f"{found.type}, {where}"
    asked = {"type": found.type if found.kind != "all" else "", "team": str(found.team or ""), "space": more.get("key", "") if found.kind in ("project", "all") else ""}
    behind = reverse("estimates") + "?" + urlencode({name: value for name, value in asked.items() if value})
    return {"found": found, "ratio": f"{found.learnt.middle:.1f}×", "label": label, "behind": behind, "since": day(found.since), **more}


@login_required
@require_http_methods(["GET", "POST"])
def hint(request: HttpRequest, key: str) -> HttpResponse:
    """What similar items took beside the estimate of this one. POST takes it over: `take` middle or bound, with the `version`."""
    item = doors.find(WorkItem.objects.select_related("type", "space", "state"), request.user, key=key)
    if request.method == "POST":
        require(request.user, Permission.EDIT_WORK, item.space_id)
        taken_ = reads.offered(request.user, item, is_bound=request.POST.get("take") == "bound")
        estimates.take(actor=request.user, item=item, version=doors.version_in(request), **taken_)
        return doors.done(request, reverse("work_item", kwargs={"key": key}), _("The estimate is %(time)s.") % {"time": hours(taken_["minutes"])})
    found = reads.hint(request.user, item)
    return render(request, "work/estimate_hint.html", hint_context(request, found, item=item, key=item.space.key, may_edit=may(request.user, Permission.EDIT_WORK, item.space_id)))


@login_required
def hint_new(request: HttpRequest) -> HttpResponse:
    """For the form of a new item: `home`, `type`, `assignees` and `estimate` as they stand there."""
    space = Space.objects.visible_to(request.user).filter(kind="project", id__among=spaces_where(request.user, Permission.EDIT_WORK), pk=whole_number(request.GET.get("home", "")) or 0).first()
    types = WorkItemType.objects.visible_to(request.user).active().filter(space=space)
    chosen_ = types.filter(pk=whole_number(request.GET.get("type", "")) or 0).first() or types.filter(level=2).first() or types.first()
    if space is None or chosen_ is None:
        return HttpResponse("")
    try:
        minutes: int | None = parse_minutes(request.GET.get("estimate", "")[:60])
    except ValueError:
        minutes = None
    who = [number for one in request.GET.getlist("assignees")[:50] if (number := whole_number(one)) is not None]
    found = reads.hint_for(request.user, type_=chosen_.name, space_id=space.pk, who=who, minutes=minutes)
    return render(request, "work/estimate_hint.html", hint_context(request, found, item=None, key=space.key))


urls = [
    path("estimates/hint/", hint_new, name="estimate_hint_new"), path("work-items/<str:key>/estimate-hint/", hint, name="work_item_estimate_hint"),
]  # fmt: skip
