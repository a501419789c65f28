"""Copying a work item, and moving it to another project: what goes along is said before it is done."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.people.scoping import members_of
from tandem.product.actions import relocations
from tandem.web import doors
from tandem.web.work.new import homes
from tandem.work.actions import clones
from tandem.work.actions.relocations import proposed
from tandem.work.models import State, WorkItem, WorkItemType


def _find(request: HttpRequest, key: str) -> WorkItem:
    item = doors.find(WorkItem.objects.select_related("space", "type", "state", "parent"), request.user, key=key)
    require(request.user, Permission.EDIT_WORK, item.space_id)
    return item


@login_required
@require_http_methods(["GET", "POST"])
def copy(request: HttpRequest, key: str) -> HttpResponse:
    """What of the item is copied: its parts, checklist, people, links."""
    item, wanted = _find(request, key), ("with_parts", "with_checklist", "with_people", "with_links")
    if request.method == "POST":
        chosen = {name: name in request.POST for name in wanted}
        made = clones.clone(actor=request.user, item=item, title=request.POST.get("title", ""), **chosen)
        back = reverse("work_item_copy_undos", kwargs={"key": made.key})
        return doors.done(request, reverse("work_item", kwargs={"key": made.key}), _("%(key)s was added") % {"key": made.key}, back)
    parts = item.children.filter(removed_at=None).count()
    return render(request, "work/copy_item.html", {"item": item, "parts": parts, "entries": item.checklist.filter(removed_at=None).count()})


@login_required
@require_POST
def copy_undo(request: HttpRequest, key: str) -> HttpResponse:
    item = _find(request, key)
    clones.take_back(actor=request.user, item=item)
    return doors.done(request, f"{reverse('work_items')}?space={item.space_id}", _("Taken back."))


@login_required
@require_http_methods(["GET", "POST"])
def relocation(request: HttpRequest, key: str) -> HttpResponse:
    """First where to, then what becomes of type and state, and who and what is left behind."""
    item, user = _find(request, key), request.user
    spaces = homes(user).exclude(pk=item.space_id).order_by("name")
    given = request.GET if request.method == "GET" else request.POST
    target = spaces.filter(pk=whole_number(given.get("space", "")) or 0).first()
    problem = ""
    if request.method == "POST":
        try:
            if target is None:
                raise Refused("reference_unknown", field="space")
            return _move(request, item, target)
        except Refused as refused:
            problem = words.refusal(refused.code, refused.params)
    context = {"item": item, "spaces": spaces, "target": target, "problem": problem, **(_preview(user, item, target) if target else {})}
    return render(request, "work/move_item.html", context, status=422 if problem else 200)


def _preview(user: Any, item: WorkItem, target: Space) -> dict[str, Any]:
    kind, state = proposed(item, target)
    there = set(members_of(target.pk).values_list("user_id", flat=True))
    sprints = item.sprints.open().values_list("name", flat=True)
    return {
        "types": WorkItemType.objects.visible_to(user).filter(space=target).active(), "kind": kind,
        "states": State.objects.visible_to(user).filter(space=target).active().in_order(), "state": state,
        "left": [u.name for u in item.assignees.all() if u.pk not in there],
        "parts": len(clones.parts_of(item)), "sprints": list(sprints),
    }  # fmt: skip


def _move(request: HttpRequest, item: WorkItem, target: Space) -> HttpResponse:
    kind = WorkItemType.objects.visible_to(request.user).filter(space=target, pk=whole_number(request.POST.get("type", "")) or 0).first()
    state = State.objects.visible_to(request.user).filter(space=target, pk=whole_number(request.POST.get("state", "")) or 0).first()
    made = relocations.relocate(actor=request.user, item=item, version=doors.version_in(request), space=target, type=kind, state=state)
    said = _("%(before)s is %(after)s now.") % {"before": item.key, "after": made.key}
    return doors.done(request, reverse("work_item", kwargs={"key": made.key}), said, reverse("work_item_relocation_undos", kwargs={"key": made.key}))


@login_required
@require_POST
def relocation_undo(request: HttpRequest, key: str) -> HttpResponse:
    old = relocations.take_back(actor=request.user, item=_find(request, key))
    return doors.done(request, reverse("work_item", kwargs={"key": old.key}), _("%(key)s is back.") % {"key": old.key})


urls = [
    path("work-items/<str:key>/copies/", copy, name="work_item_copies"),
    path("work-items/<str:key>/copies/undos/", copy_undo, name="work_item_copy_undos"),
    path("work-items/<str:key>/relocations/", relocation, name="work_item_relocations"),
    path("work-items/<str:key>/relocations/undos/", relocation_undo, name="work_item_relocation_undos"),
]
