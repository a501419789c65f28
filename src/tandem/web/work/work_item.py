"""One work item: its page and peek, comments, links, removal and return."""

import threading
import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from tandem.automation.models import Development
from tandem.collaboration import mentions
from tandem.collaboration.models import Attachment
from tandem.kit.errors import Hidden, Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, may
from tandem.people.models import User
from tandem.reports.queries import item_history, set_here
from tandem.reports.queries import work_items as reads
from tandem.reports.queries.moves import Moves, own_of
from tandem.reports.queries.own_fields import OwnFields
from tandem.resources.models import SkillNeed
from tandem.web import doors, histories
from tandem.web.collaboration import attachments, comments, watches
from tandem.web.prepared import Prepared
from tandem.web.work import approvals, checklists, inline, own_fields, time_entries, work_items_parts
from tandem.work.actions import archiving, links, work_items
from tandem.work.models import (
    Block,
    ChecklistEntry,
    Link,
    LinkKind,
    MoveRequest,
    Sprint,
    State,
    Submission,
    TimeEntry,
    WorkItem,
    WorkItemType,
)

PRIORITIES = [("", "–"), *WorkItem.Priority.choices]
_DAY_MINUTES, MOST_EVENTS = 480, 30


# what the page shows, of the item and of the rows around it: whole rows would be two hundred columns
_ITEM = (
    "key", "title", "description", "description_format", "version", "priority", "service_class", "labels", "fields", "due_on", "estimate_points",
    "planned_start", "planned_finish", "actual_start", "actual_finish", "is_milestone", "estimate_minutes",
    "spent_minutes", "entered_minutes", "expected_minutes", "logged_minutes", "remaining_minutes", "removed_at", "archived_at", "is_given_up", "moved_to_id", "created_at", "state_id",
    "type_id", "space__name", "space__key", "parent__key", "parent__title", "reporter__name", "computed__start", "computed__finish",
    "computed__is_critical",
)  # fmt: skip
_PART = ("key", "title", "state_id")
_LINK = ("kind", "own_kind__name", "own_kind__inverse", "lag_minutes", "lag_percent", "is_lag_elapsed", *(
    f"{end}__{name}" for end in ("source", "target") for name in ("key", "title", "space_id", "state_id")
))  # fmt: skip


@login_required
def detail(request: HttpRequest, key: str) -> HttpResponse:
    if request.method == "PATCH":
        return inline.patch(request, doors.find(WorkItem.objects.select_related("state", "type", "space", "parent"), request.user, key=key))
    item = _found(request.user, key)
    became = item.became if item.removed_at and item.moved_to_id else None
    if became and (there := WorkItem.objects.visible_to(request.user).present().filter(pk=became.pk).first()):
        return redirect(reverse("work_item", kwargs={"key": there.key}) + ("?peek=1" if doors.is_peek(request) else ""))
    request.live_topics = [f"space:{item.space_id}"]  # type: ignore[attr-defined]
    page = "work/work_item_peek.html" if doors.is_peek(request) else "work/work_item.html"
    return render(request, page, _shown(request.user, item))


class _Made(threading.local):
    """The queries of this thread, by the spaces that are seen: it is the same for everybody who sees the same."""

    def __init__(self) -> None:
        self.rows: dict[frozenset[int], Prepared] = {}


_made = _Made()
_MOST_MADE = 200


def _found(user: Any, key: str) -> WorkItem:
    """The item with all that the page reads in the same query."""
    seen = user.visible_space_ids()
    if (rows := _made.rows.get(seen)) is None:
        if len(_made.rows) >= _MOST_MADE:
            _made.rows.clear()
        plain = WorkItem.objects.visible_to(user).select_related("space", "parent", "reporter", "computed").only(*_ITEM)
        rows = _made.rows[seen] = Prepared(plain.annotate(**_rare(user), **_beside()), "key")
    found: WorkItem | None = rows.first(key)
    if found is None:
        raise Hidden
    return found


def _beside() -> dict[str, Any]:
    """The states, types, fields and allowed moves of its space, in the query of the item: they are few, and a query of its own costs more."""
    # house: reads — what the space of the item has set: who sees the one sees the other
    states, kinds, types = State.objects, LinkKind.objects, WorkItemType.objects
    here = {"space": OuterRef("space_id")}
    return {
        **set_here.fields_and_rules(),
        "states_there": ArraySubquery(states.filter(**here).in_order().values(row=set_here.row("id name category is_given_up retired_at"))),
        "kinds_there": ArraySubquery(kinds.active().filter(**here).in_order().values(row=set_here.row("id name inverse"))),
        "types_there": ArraySubquery(types.filter(**here).values(row=set_here.row("id name retired_at state_ids start_id"))),
    }


def _rare(user: Any) -> dict[str, Any]:
    """The names of its sprints, and whether it has files and parts: most items have none, so none is a query of its own."""
    parts = WorkItem.objects.visible_to(user).present().filter(parent=OuterRef("pk"))
    sent = Submission.objects.visible_to(user).filter(item=OuterRef("pk")).exclude(email="").values("email")[:1]
    # house: reads — what hangs on the item and stands in its space: who sees the one sees the other
    blocks, times, entries, asked = Block.objects, TimeEntry.objects, ChecklistEntry.objects, SkillNeed.objects
    files, requests, developments, sprints = Attachment.objects, MoveRequest.objects, Development.objects, Sprint.objects  # house: reads — as above
    here = {"space": OuterRef("space_id")}
    of_item = {**here, "item": OuterRef("pk")}
    found = {
        "files": files.filter(**here, subject_kind=WorkItem._meta.label_lower, subject_id=OuterRef("pk")),
        "parts": parts, "blocks": blocks.filter(**of_item), "entries": entries.filter(**of_item).present(),
        "developments": developments.filter(**of_item), "requests": requests.filter(**of_item).waiting(),
    }  # fmt: skip
    around = Exists(entries.filter(**of_item)) | Exists(blocks.filter(**of_item)) | Exists(times.filter(**of_item))
    return {
        "skills_asked": ArraySubquery(asked.filter(**of_item).values(row=JSONObject(name="skill__name", level="level"))),
        "sprint_names": ArraySubquery(sprints.filter(**here, items=OuterRef("pk")).values("name")[:10]), "sender_email": Subquery(sent),
        "has_around": around, **{f"has_{name}": Exists(rows) for name, rows in found.items()},
    }  # fmt: skip


def _shown(user: Any, item: WorkItem) -> dict[str, Any]:
    related = list(Link.objects.visible_to(user).touching(item.pk).select_related("source", "target", "own_kind").only(*_LINK)[:100])
    parts = WorkItem.objects.visible_to(user).present().filter(parent=item).only(*_PART).in_backlog_order()
    children = list(parts[:200]) if item.has_parts else []  # type: ignore[attr-defined]
    states = [State(**row) for row in item.states_there]  # type: ignore[attr-defined]
    types = [WorkItemType(**row) for row in item.types_there]  # type: ignore[attr-defined]
    _give_states([item, *children, *(end for link in related for end in (link.source, link.target))], states, user)
    if type_ := next((t for t in types if t.pk == item.type_id), None):
        item.type = type_
    defined = set_here.fields_of(item)
    own = OwnFields(f for f in defined if f.retired_at is None).meet([item])
    ways = Moves(user, set_here.rules_of(item), own_of(types)).ways(item)
    offered = [s for s in states if s.pk == item.state_id or (s.retired_at is None and (ways is None or s.pk in ways))]
    item.description = mentions.renamed(item.description, mentions.names_of([item.description]))
    events, people = _events(user, item), reads.assignees([item]).get(item.pk, [])
    known = [item, *states, *types, *defined, user, *(User(pk=one["id"], name=one["name"]) for one in people)]
    return {
        "item": item, "people": people,
        "may_edit": may(user, Permission.EDIT_WORK, item.space_id), "may_comment": may(user, Permission.COMMENT, item.space_id),
        "children": children, "parts_done": sum(1 for p in children if p.is_done),
        "links": work_items_parts.link_groups(related, item, user.visible_space_ids()),
        "kinds": work_items_parts.kinds(item.kinds_there), "states": offered, "types": [t for t in types if t.retired_at is None or t.pk == item.type_id],
        "own": own_fields.of_item(item, own), "of_source": {k: v for k, v in item.fields.items() if k not in {f.key for f in defined}},
        "comments": comments.of(user, item), "watching": watches.of(user, item),
        "files": attachments.of(user, item) if item.has_files else [],
        "events": histories.lines(events, user, known=known, silent={"item"}), "passages": reads.time_in_states(user, item, states),
        "comments_url": reverse("work_item_comments", kwargs={"key": item.key}),
        "computed": getattr(item, "computed", None), "priorities": [(value, str(label)) for value, label in PRIORITIES],
        "developments": list(Development.objects.visible_to(user).filter(item=item)[:50]) if item.has_developments else [],  # type: ignore[attr-defined]
        "entries": checklists.of(user, item) if item.has_entries else [],  # type: ignore[attr-defined]
        "sprints": [{"name": name} for name in item.sprint_names], **work_items_parts.blocked(user, item),
        **time_entries.of(user, item), **approvals.of(user, item),
    }  # fmt: skip


def _events(user: Any, item: WorkItem) -> Any:
    """What happened to the item and to what hangs on it: checklist, blocks, time. Each part is asked by its index."""
    parts = item_history.around(user, item) if item.has_around else []  # type: ignore[attr-defined]
    return item_history.events(user, item, parts, MOST_EVENTS)[:MOST_EVENTS]


def _give_states(items: list[WorkItem], states: list[State], user: Any) -> None:
    """The page reads the states of the space anyway: they are not joined to each row. Of other spaces, whose items may
    stand at the other end of a link, those are read that the person may see; the others are not shown."""
    known = {state.pk: state for state in states}
    if missing := {i.state_id for i in items} - known.keys():
        known |= State.objects.visible_to(user).in_bulk(missing)
    for item in items:
        if item.state_id in known:
            item.state = known[item.state_id]


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
    return comments.take(request, item, reverse("work_item", kwargs={"key": key}))


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
        number = whole_number(request.POST.get("link", "")) or 0
        row = doors.find(Link.objects.touching(item.pk), request.user, pk=number)
        links.remove(actor=request.user, link=row)
        return doors.done(request, here, _("The link was removed."))
    wanted = request.POST.get("other", "").strip().upper()
    other = WorkItem.objects.visible_to(request.user).present().filter(key=wanted).first()
    if other is None:
        raise Refused("items_unknown", field="other", keys=wanted)
    kind, _colon, way = request.POST.get("kind", "FS").partition(":")
    own = _own_kind(request, kind, item)
    kind = Link.Kind.OWN if own else kind if kind in Link.Kind.values else "FS"
    source, target = (other, item) if way == "in" else (item, other)
    lag = _lag(request.POST.get("lag", "")) if kind in ("FS", "SS", "FF", "SF") else 0
    links.create(actor=request.user, source=source, target=target, kind=kind, own_kind=own, lag_minutes=lag)
    return doors.done(request, here)


def _own_kind(request: HttpRequest, asked: str, item: WorkItem) -> LinkKind | None:
    """The kind behind `own-12`, of the item's project."""
    if not asked.startswith("own-"):
        return None
    number = whole_number(asked.removeprefix("own-")) or 0
    return doors.find(LinkKind.objects, request.user, pk=number, space=item.space_id)


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
    return doors.done(request, f"{reverse('work_items')}?space={item.space_id}", _("Removed %(key)s") % {"key": key}, back)


@login_required
@require_POST
def archive(request: HttpRequest, key: str) -> HttpResponse:
    """`do`: archive, or bring it back."""
    item = doors.find(WorkItem.objects.select_related("state"), request.user, key=key)
    do, run = request.POST.get("do", ""), uuid.uuid4()
    if do not in ("archive", "unarchive"):
        raise Refused("change_unknown")
    act = archiving.archive if do == "archive" else archiving.unarchive
    act(actor=request.user, item=item, version=doors.version_in(request), run=run)
    said = _("Archived %(key)s.") if do == "archive" else _("%(key)s is back from the archive.")
    return doors.done(request, reverse("work_item", kwargs={"key": key}), said % {"key": key}, reverse("work_items_undo", kwargs={"run": run}))


@login_required
@require_POST
def restoration(request: HttpRequest, key: str) -> HttpResponse:
    item = doors.find(WorkItem.objects, request.user, key=key)
    work_items.restore(actor=request.user, item=item, version=None)
    return doors.done(request, reverse("work_item", kwargs={"key": key}), _("%(key)s is back.") % {"key": key})


urls = [
    path("work-items/by-id/<int:id>/", by_id, name="work_item_by_id"),
    path("work-items/<str:key>/", require_http_methods(["GET", "PATCH"])(detail), name="work_item"),
    path("work-items/<str:key>/comments/", comment, name="work_item_comments"),
    path("work-items/<str:key>/attachments/", attachment, name="work_item_attachments"),
    path("work-items/<str:key>/links/", link, name="work_item_links"),
    path("work-items/<str:key>/removals/", removal, name="work_item_removals"),
    path("work-items/<str:key>/archivings/", archive, name="work_item_archivings"),
    path("work-items/<str:key>/restorations/", restoration, name="work_item_restorations"),
]
