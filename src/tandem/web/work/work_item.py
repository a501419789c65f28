"""One work item: its page and peek, comments, links, removal and return."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment
from tandem.history.models import Event
from tandem.kit.errors import Refused
from tandem.people.access import Permission, may
from tandem.reports.queries import work_items as reads
from tandem.web import doors, histories
from tandem.web.collaboration import attachments
from tandem.web.work import inline, work_items_parts
from tandem.work.actions import links, work_items
from tandem.work.models import Link, State, WorkItem, WorkItemType

PRIORITIES = [("", "–"), *WorkItem.Priority.choices]
_DAY_MINUTES = 480


# what the page shows, of the item and of the rows around it: whole rows would be two hundred columns
_ITEM = (
    "key", "title", "description", "description_format", "version", "priority", "labels", "fields", "due_on", "estimate_points",
    "planned_start", "planned_finish", "actual_start", "actual_finish", "is_milestone", "removed_at", "created_at", "state_id",
    "type_id", "space__name", "space__key", "parent__key", "parent__title", "reporter__name", "computed__start", "computed__finish",
    "computed__is_critical",
)  # fmt: skip
_PART = ("key", "title", "state__name", "state__category")
_LINK = ("kind", "lag_minutes", "lag_percent", "is_lag_elapsed", *(
    f"{end}__{name}" for end in ("source", "target") for name in ("key", "title", "space_id", "state__category")
))  # fmt: skip
_COMMENT = ("subject_id", "version", "created_at", "edited_at", "body", "author__name")


@login_required
def detail(request: HttpRequest, key: str) -> HttpResponse:
    if request.method == "PATCH":
        return inline.patch(request, doors.find(WorkItem.objects.select_related("state", "type", "space", "parent"), request.user, key=key))
    rows = WorkItem.objects.select_related("space", "parent", "reporter", "computed").only(*_ITEM)
    item = doors.find(rows, request.user, key=key)
    request.live_topics = [f"space:{item.space_id}"]  # type: ignore[attr-defined]
    page = "work/work_item_peek.html" if doors.is_peek(request) else "work/work_item.html"
    return render(request, page, _shown(request.user, item))


def _shown(user: Any, item: WorkItem) -> dict[str, Any]:
    related = Link.objects.visible_to(user).touching(item.pk).select_related("source__state", "target__state").only(*_LINK)
    parts = WorkItem.objects.visible_to(user).present().filter(parent=item).select_related("state").only(*_PART)
    children = list(parts.in_backlog_order()[:200])
    states = list(State.objects.visible_to(user).filter(space=item.space_id).in_order())
    types = list(WorkItemType.objects.visible_to(user).filter(space=item.space_id))
    for name, choices in (("state", states), ("type", types)):  # read anyway, so not joined
        for own in choices:
            if own.pk == getattr(item, f"{name}_id"):
                setattr(item, name, own)
    events = Event.objects.visible_to(user).of(item).newest_first()[:30]
    return {
        "item": item, "people": reads.assignees([item]).get(item.pk, []),
        "may_edit": may(user, Permission.EDIT_WORK, item.space_id), "may_comment": may(user, Permission.COMMENT, item.space_id),
        "children": children, "parts_done": sum(1 for p in children if p.is_done),
        "links": work_items_parts.link_groups(list(related[:100]), item, user.visible_space_ids()),
        "kinds": work_items_parts.kinds(), "states": states, "types": types,
        "comments": list(Comment.objects.visible_to(user).on(item).select_related("author").only(*_COMMENT)[:200]),
        "files": attachments.of(user, item),
        "events": histories.lines(events, user, known=[*states, *types]), "passages": reads.time_in_states(user, item),
        "comments_url": reverse("work_item_comments", kwargs={"key": item.key}),
        "computed": getattr(item, "computed", None), "priorities": [(value, str(label)) for value, label in PRIORITIES],
        "sprints": list(item.sprints.values("name")[:10]), "everybody": work_items_parts.people_of(user),
    }  # fmt: skip


@login_required
def by_id(request: HttpRequest, id: int) -> HttpResponse:
    """Pictures know a row by its id; its page stands under its key."""
    item = doors.find(WorkItem.objects, request.user, pk=id)
    query = "?peek=1" if doors.is_peek(request) else ""
    return redirect(reverse("work_item", kwargs={"key": item.key}) + query)


def _done(request: HttpRequest, url: str, said: str = "", undo: str = "") -> HttpResponse:
    """Back to the page, or for a script the words that it shows."""
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said, "undo": undo})
    if said:
        messages.success(request, said, extra_tags=f"undo={undo}" if undo else "")
    return redirect(url)


@login_required
@require_POST
def comment(request: HttpRequest, key: str) -> HttpResponse:
    """Say something; or, with `do`, rewrite or take away what one has said."""
    item = doors.find(WorkItem.objects, request.user, key=key)
    here, do, body = reverse("work_item", kwargs={"key": key}) + "#comments", request.POST.get("do", ""), request.POST.get("body", "")
    if do in ("edit", "remove"):
        number = request.POST.get("comment", "")
        row = doors.find(Comment.objects.on(item), request.user, pk=int(number) if number.isdigit() else 0)
        if do == "remove":
            comments.remove(actor=request.user, comment=row)
            return _done(request, here, _("The comment was removed."))
        if not body.strip():
            raise Refused("comment_empty", field="body")
        comments.change(actor=request.user, comment=row, version=doors.version_in(request), body=body)
    else:
        comments.add(actor=request.user, subject=item, body=body)
    return _done(request, here)


@login_required
@require_POST
def attachment(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    return attachments.take(request, item, reverse("work_item", kwargs={"key": key}) + "#files")


@login_required
@require_POST
def link(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    here = reverse("work_item", kwargs={"key": key})
    if request.POST.get("do") == "remove":
        number = request.POST.get("link", "")
        row = doors.find(
            Link.objects.touching(item.pk), request.user, pk=int(number) if number.isdigit() else 0
        )
        links.remove(actor=request.user, link=row)
        return _done(request, here, _("The link was removed."))
    wanted = request.POST.get("other", "").strip().upper()
    other = WorkItem.objects.visible_to(request.user).present().filter(key=wanted).first()
    if other is None:
        raise Refused("items_unknown", field="other", keys=wanted)
    kind, _colon, way = request.POST.get("kind", "FS").partition(":")
    kind = kind if kind in Link.Kind.values else "FS"
    source, target = (other, item) if way == "in" else (item, other)
    lag = _lag(request.POST.get("lag", "")) if kind in ("FS", "SS", "FF", "SF") else 0
    links.create(actor=request.user, source=source, target=target, kind=kind, lag_minutes=lag)
    return _done(request, here)


def _lag(text: str) -> int:
    """Working days, a comma or a point between; negative is a lead."""
    try:
        days = float(text.replace(",", ".").replace("−", "-")) if text.strip() else 0.0
    except ValueError:
        raise Refused("number_unreadable", field="lag") from None
    if not -1000 <= days <= 1000:
        raise Refused("number_unreadable", field="lag")
    return round(days * _DAY_MINUTES)


@login_required
@require_POST
def removal(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    work_items.remove(actor=request.user, item=item, version=doors.version_in(request))
    back = reverse("work_item_restorations", kwargs={"key": key})
    return _done(request, f"{reverse('work_items')}?space={item.space_id}", _("Removed %(key)s") % {"key": key}, back)


@login_required
@require_POST
def restoration(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    work_items.restore(actor=request.user, item=item, version=None)
    return _done(request, reverse("work_item", kwargs={"key": key}), _("%(key)s is back.") % {"key": key})


urls = [
    path("work-items/by-id/<int:id>/", by_id, name="work_item_by_id"),
    path("work-items/<str:key>/", require_http_methods(["GET", "PATCH"])(detail), name="work_item"),
    path("work-items/<str:key>/comments/", comment, name="work_item_comments"),
    path("work-items/<str:key>/attachments/", attachment, name="work_item_attachments"),
    path("work-items/<str:key>/links/", link, name="work_item_links"),
    path("work-items/<str:key>/removals/", removal, name="work_item_removals"),
    path("work-items/<str:key>/restorations/", restoration, name="work_item_restorations"),
]
