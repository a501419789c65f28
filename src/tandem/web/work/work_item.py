"""One work item: its page and peek, comments, links, removal and return."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration.actions import comments
from tandem.collaboration.models import Attachment, Comment
from tandem.history.models import Event
from tandem.people.access import Permission, may
from tandem.reports.queries import work_items as reads
from tandem.web import doors, histories
from tandem.web.work import inline
from tandem.work.actions import links, work_items
from tandem.work.models import Link, State, StateChange, WorkItem

PRIORITIES = [("", "–"), *WorkItem.Priority.choices]


@login_required
def detail(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(
        WorkItem.objects.select_related(
            "state", "type", "space", "parent", "reporter", "calendar", "computed"
        ),
        request.user,
        key=key,
    )
    if request.method == "PATCH":
        return inline.patch(request, item)
    request.live_topics = [f"space:{item.space_id}"]  # type: ignore[attr-defined]
    user = request.user
    related = Link.objects.visible_to(user).touching(item.pk).select_related("source__state", "target__state")
    seen = user.visible_space_ids()
    context = {
        "item": item, "people": reads.assignees([item]).get(item.pk, []),
        "may_edit": may(user, Permission.EDIT_WORK, item.space_id), "may_comment": may(user, Permission.COMMENT, item.space_id),
        "children": list(WorkItem.objects.visible_to(user).present().filter(parent=item).select_related("state")[:200]),
        "links": [_link_line(link, item, seen) for link in related[:100]],
        "kinds": Link.Kind.choices,
        "states": State.objects.visible_to(user).filter(space=item.space_id).in_order(),
        "comments": list(Comment.objects.visible_to(user).on(item).select_related("author")[:200]),
        "attachments": list(Attachment.objects.visible_to(user).on(item)[:100]),
        "events": histories.lines(Event.objects.visible_to(user).of(item).newest_first()[:30]),
        "passages": list(StateChange.objects.visible_to(user).filter(item=item).select_related("from_state", "to_state", "by").order_by("-at")[:30]),
        "comments_url": reverse("work_item_comments", kwargs={"key": item.key}),
        "computed": getattr(item, "computed", None), "priorities": [(value, str(label)) for value, label in PRIORITIES],
        "sprints": list(item.sprints.all()[:10]),
    }  # fmt: skip
    return render(
        request, "work/work_item_peek.html" if doors.is_peek(request) else "work/work_item.html", context
    )


def _link_line(link: Link, item: WorkItem, seen: frozenset[int]) -> dict[str, Any]:
    """The other end; one that the reader cannot see is not named."""
    outward = link.source_id == item.pk
    other = link.target if outward else link.source
    return {"link": link, "outward": outward, "other": other if other.space_id in seen else None}


@login_required
def by_id(request: HttpRequest, id: int) -> HttpResponse:
    """Pictures know a row by its id; its page stands under its key."""
    item = doors.find(WorkItem.objects, request.user, pk=id)
    query = "?peek=1" if doors.is_peek(request) else ""
    return redirect(reverse("work_item", kwargs={"key": item.key}) + query)


@login_required
@require_POST
def comment(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    comments.add(actor=request.user, subject=item, body=request.POST.get("body", ""))
    return doors.go_to(request, reverse("work_item", kwargs={"key": key}) + "#comments")


@login_required
@require_POST
def link(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    if request.POST.get("do") == "remove":
        number = request.POST.get("link", "")
        row = doors.find(
            Link.objects.touching(item.pk), request.user, pk=int(number) if number.isdigit() else 0
        )
        links.remove(actor=request.user, link=row)
    else:
        other = doors.find(
            WorkItem.objects.present(), request.user, key=request.POST.get("other", "").strip().upper()
        )
        kind = request.POST.get("kind", "FS")
        links.create(
            actor=request.user, source=item, target=other, kind=kind if kind in Link.Kind.values else "FS"
        )
    return doors.go_to(request, reverse("work_item", kwargs={"key": key}))


@login_required
@require_POST
def removal(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    work_items.remove(actor=request.user, item=item, version=doors.version_in(request))
    messages.success(
        request,
        _("Removed %(key)s") % {"key": key},
        extra_tags=f"undo={reverse('work_item_restorations', kwargs={'key': key})}",
    )
    return doors.go_to(request, reverse("work_items"))


@login_required
@require_POST
def restoration(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    work_items.restore(actor=request.user, item=item, version=None)
    return doors.go_to(request, reverse("work_item", kwargs={"key": key}), _("It is back."))


urls = [
    path("work-items/by-id/<int:id>/", by_id, name="work_item_by_id"),
    path("work-items/<str:key>/", require_http_methods(["GET", "PATCH"])(detail), name="work_item"),
    path("work-items/<str:key>/comments/", comment, name="work_item_comments"),
    path("work-items/<str:key>/links/", link, name="work_item_links"),
    path("work-items/<str:key>/removals/", removal, name="work_item_removals"),
    path("work-items/<str:key>/restorations/", restoration, name="work_item_restorations"),
]
