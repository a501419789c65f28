"""Blocking a work item and unblocking it, with the way back from both."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.web import doors
from tandem.work.actions import blocks
from tandem.work.models import Block, WorkItem


@login_required
@require_POST
def block(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: start (with `kind` and `reason`), change, end, reopen, remove; all but the first name the `block`."""
    item = doors.find(WorkItem.objects, request.user, key=key)
    do = request.POST.get("do", "start")
    if do == "start":
        kind, reason = request.POST.get("kind", Block.Kind.OTHER), request.POST.get("reason", "")
        row = blocks.start(actor=request.user, item=item, kind=kind, reason=reason)
        return _done(request, item, _("%(key)s is blocked.") % {"key": key}, "removals", row)
    row = doors.find(Block.objects, request.user, pk=whole_number(request.POST.get("block", "")) or 0, item=item)
    version = doors.version_in(request)
    if do == "end":
        row = blocks.end(actor=request.user, block=row, version=version)
        return _done(request, item, _("%(key)s is not blocked any more.") % {"key": key}, "reopenings", row)
    if do == "change":
        kind, reason = request.POST.get("kind", row.kind), request.POST.get("reason", row.reason)
        if kind not in Block.Kind.values:
            raise Refused("choice_unknown", field="kind")
        blocks.change(actor=request.user, block=row, version=version, kind=kind, reason=reason)
        return _done(request, item, _("Saved."))
    if do == "remove":
        blocks.remove(actor=request.user, block=row, version=version)
        return _done(request, item, _("Taken back."))
    raise Refused("change_unknown")


def _done(request: HttpRequest, item: WorkItem, said: str, undo: str = "", row: Any = None) -> HttpResponse:
    back = reverse(f"block_{undo}", kwargs={"id": row.pk}) if undo else ""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said, "undo": back, "block": row.pk if row else None})
    return doors.go_to(request, reverse("work_item", kwargs={"key": item.key}) + "#block", said)


@login_required
@require_POST
def undo(request: HttpRequest, id: int, what: str) -> HttpResponse:
    """The address behind “Undo”: a block just made goes away, one just ended goes on."""
    row = doors.find(Block.objects.select_related("item"), request.user, pk=id)
    if what == "remove":
        blocks.remove(actor=request.user, block=row)
    else:
        blocks.reopen(actor=request.user, block=row, version=None)
    return _done(request, row.item, _("Taken back."))


urls = [
    path("work-items/<str:key>/blocks/", block, name="work_item_blocks"),
    path("blocks/<int:id>/removals/", undo, {"what": "remove"}, name="block_removals"),
    path("blocks/<int:id>/reopenings/", undo, {"what": "reopen"}, name="block_reopenings"),
]
