"""Work items: the table (filter, sort, group, columns, saved views, inline and bulk edit) and one item's page."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.collaboration.actions import saved_views
from tandem.collaboration.models import SavedView
from tandem.kit import http
from tandem.kit.errors import Refused
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space, User
from tandem.reports.queries import filter_language
from tandem.reports.queries import work_items as reads
from tandem.web import doors, generic
from tandem.web.paging import page_of
from tandem.work.actions import work_items
from tandem.work.models import State, WorkItem, WorkItemType

COLUMNS = {
    "key": lazy("Key"), "title": lazy("Title"), "state": lazy("State"), "type": lazy("Type"), "assignees": lazy("Assignees"),
    "priority": lazy("Priority"), "due": lazy("Due"), "points": lazy("Points"), "labels": lazy("Labels"), "project": lazy("Project"), "updated": lazy("Changed"),
}  # fmt: skip
SORTS = {
    "key": "number",
    "title": "title",
    "state": "state__rank",
    "priority": "priority",
    "due": "due_on",
    "points": "estimate_points",
    "updated": "updated_at",
}
DEFAULT = ["key", "title", "state", "assignees", "priority", "due", "project", "updated"]
# a group is an order: its rows stand together, and key pages go on within it
GROUPS = {"state": "state__name", "project": "space__name", "type": "type__name", "priority": "priority"}


@login_required
def table(request: HttpRequest) -> HttpResponse:
    text, problem = request.GET.get("q", ""), ""
    rows = reads.listed(request.user)
    space = _space(request)
    if space:
        rows = rows.filter(space=space)
        request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    try:
        rows = rows.filter(filter_language.condition(text, request.user))
    except Refused as refused:
        problem, rows = words.refusal(refused.code, refused.params), rows.none()
    group = request.GET.get("group", "")
    sort = GROUPS.get(group) or _sort(request)
    page = page_of(rows, sort=sort, cursor=request.GET.get("cursor", ""))
    people = reads.assignees(page.rows)
    columns = [c for c in request.GET.get("cols", "").split(",") if c in COLUMNS] or DEFAULT
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    states = _states_of(page.rows, may_edit, request.user)
    context = {
        "rows": [{"item": i, "people": people.get(i.pk, []), "may_edit": i.space_id in may_edit, "group": _group_of(i, group), "states": states.get(i.space_id, [])} for i in page.rows],
        "columns": [(c, COLUMNS[c], _turned(request, c), _direction(sort, c)) for c in columns],
        "all_columns": [(c, label, c in columns, _toggled(request, columns, c)) for c, label in COLUMNS.items()],
        "q": text, "problem": problem, "group": group, "space": space,
        "groups": [("", _("No groups")), ("state", _("State")), ("project", _("Project")), ("type", _("Type")), ("priority", _("Priority"))],
        "terms": _terms(), "next": _with(request, cursor=page.next) if page.next else "", "previous": _with(request, cursor=page.previous) if page.previous else "",
        "priorities": _priorities(), "may_bulk": bool(may_edit), "bulk_states": _common_states(page.rows, states),
        "views": list(SavedView.objects.visible_to(request.user).filter(page="work_items")[:50]),
        "query": request.GET.urlencode(), "here": request.get_full_path(), "with_": lambda **k: _with(request, **k),
        "people": list(User.objects.visible_to(request.user).active()[:300]),
    }  # fmt: skip
    return render(request, "work/work_items.html", context)


def _space(request: HttpRequest) -> Space | None:
    number = request.GET.get("space", "")
    return doors.find(Space.objects, request.user, pk=int(number)) if number.isdigit() else None


def _sort(request: HttpRequest) -> str:
    wanted = request.GET.get("sort", "-updated")
    field = SORTS.get(wanted.lstrip("-"))
    return f"-{field}" if field and wanted.startswith("-") else field or "-updated_at"


def _direction(sort: str, column: str) -> str:
    return "" if SORTS.get(column) != sort.lstrip("-") else "desc" if sort.startswith("-") else "asc"


def _turned(request: HttpRequest, column: str) -> str:
    if column not in SORTS:
        return ""
    return _with(
        request, sort=f"-{column}" if request.GET.get("sort") == column else column, cursor="", group=""
    )


def _with(request: HttpRequest, **changes: str) -> str:
    query = request.GET.copy()
    for name, value in changes.items():
        query[name] = value
        if not value:
            del query[name]
    return f"?{query.urlencode()}"


def _toggled(request: HttpRequest, columns: list[str], column: str) -> str:
    chosen = [c for c in COLUMNS if (c in columns) != (c == column)]
    return _with(request, cols=",".join(chosen))


def _group_of(item: WorkItem, group: str) -> str:
    if group == "state":
        return item.state.name
    if group == "project":
        return item.space.name
    if group == "type":
        return item.type.name
    return str(item.get_priority_display() or _("No priority")) if group == "priority" else ""


def _states_of(items: list[WorkItem], editable: set[int], user: Any) -> dict[int, list[tuple[int, str]]]:
    wanted = {i.space_id for i in items} & editable
    found: dict[int, list[tuple[int, str]]] = {}
    for space_id, pk, name in (
        State.objects.visible_to(user)
        .filter(space_id__in=wanted)
        .in_order()
        .values_list("space_id", "id", "name")
    ):
        found.setdefault(space_id, []).append((pk, name))
    return found


def _common_states(items: list[WorkItem], states: dict[int, list[tuple[int, str]]]) -> list[str]:
    """Names of states that every space on the page has: what a bulk move can offer."""
    lists = [{name for _pk, name in states.get(s, [])} for s in {i.space_id for i in items}]
    common = set.intersection(*lists) if lists else set()
    first = next(iter(states.values()), [])
    return [name for _pk, name in first if name in common]


def _priorities() -> list[tuple[int, str]]:
    return [(value, str(label)) for value, label in WorkItem.Priority.choices]


def _terms() -> list[dict[str, str]]:
    return [
        {"insert": "state:open", "hint": _("not done")}, {"insert": "state:done", "hint": _("done")}, {"insert": "assignee:me", "hint": _("mine")},
        {"insert": "assignee:none", "hint": _("nobody's")}, {"insert": "priority:urgent,high", "hint": _("urgent or high")},
        {"insert": "due:<2w", "hint": _("due within two weeks")}, {"insert": "label:", "hint": _("with this label")},
        {"insert": "project:", "hint": _("key of a project")}, {"insert": "updated:<1w", "hint": _("changed within a week")},
    ]  # fmt: skip


class ItemForm(forms.ModelForm):
    class Meta:
        model = WorkItem
        fields = ["title", "description", "type", "priority", "due_on", "estimate_points", "labels"]
        widgets = {
            "description": forms.Textarea({"rows": 6}),
            "due_on": forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        }


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """A work item in one of the projects where the person works; only the title is needed."""
    spaces = Space.objects.visible_to(request.user).filter(
        id__in=spaces_where(request.user, Permission.EDIT_WORK), kind="project"
    )
    number = request.GET.get("space", "")
    chosen = spaces.filter(pk=int(number)).first() if number.isdigit() else None
    space = chosen or spaces.first()
    form = ItemForm(request.POST or None)
    form.fields["type"].required = False
    form.fields["home"] = generic.HomeField(spaces, label=_("Project"), initial=space)
    form.order_fields(["home"])
    types = WorkItemType.objects.visible_to(request.user).select_related("space")
    form.fields["type"].queryset = types.filter(space=space) if space and request.method == "GET" else types  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        home = values.pop("home")
        if values["type"] and values["type"].space_id != home.pk:
            values["type"] = None
        try:
            item = work_items.create(actor=request.user, space=home, **values)
            return doors.go_to(request, reverse("work_item", kwargs={"key": item.key}), _("Created."))
        except Refused as problem:
            generic.show(form, problem)
    return render(
        request,
        "work/new_work_item.html",
        {"form": form, "cancel": reverse("work_items")},
        status=422 if form.errors else 200,
    )


@login_required
@require_POST
def bulk(request: HttpRequest) -> HttpResponse:
    """The same change to the chosen rows, all or none, with undo."""
    ids = [int(n) for n in request.POST.getlist("ids") if n.isdigit()][:500]
    items = list(
        WorkItem.objects.visible_to(request.user)
        .present()
        .filter(pk__in=ids)
        .select_related("state", "space")
    )
    what, _colon, value = request.POST.get("do", "").partition(":")
    run = uuid.uuid4()
    if what == "state":
        by_space = {
            s.space_id: s
            for s in State.objects.visible_to(request.user).filter(
                name=value, space__in={i.space_id for i in items}
            )
        }
        for space_id in {i.space_id for i in items}:
            if space_id not in by_space:
                raise Refused("other_space", field="state")
        for item in items:
            work_items.change(
                actor=request.user, item=item, version=None, run=run, state=by_space[item.space_id]
            )
    elif what == "priority":
        work_items.change_many(
            actor=request.user,
            items=[(i, None) for i in items],
            run=run,
            priority=int(value) if value.isdigit() else None,
        )
    elif what == "assignee":
        person = doors.find(User.objects, request.user, pk=int(value)) if value.isdigit() else None
        work_items.change_many(
            actor=request.user,
            items=[(i, None) for i in items],
            run=run,
            assignees=[person] if person else [],
        )
    said = ngettext("Changed %(n)s work item", "Changed %(n)s work items", len(items)) % {"n": len(items)}
    messages.success(request, said, extra_tags=f"undo={reverse('work_items_undo', kwargs={'run': run})}")
    target = request.POST.get("next", "")
    return doors.go_to(request, target if http.is_local_path(target) else reverse("work_items"))


@login_required
@require_POST
def undo(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    back, left = work_items.undo(actor=request.user, run=run)
    said = ngettext("Took %(n)s change back", "Took %(n)s changes back", back) % {"n": back}
    if left:
        said += " · " + ngettext(
            "%(n)s was changed since and stays", "%(n)s were changed since and stay", left
        ) % {"n": left}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said})
    return doors.go_to(request, reverse("work_items"), said)


@login_required
@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filter, sorting, grouping and columns of this page under a name."""
    root = Space.objects.visible_to(request.user).order_by("id").first()
    if root is None:
        raise Refused("no_workflow", space="")
    view = saved_views.create(
        actor=request.user,
        space=root,
        name=request.POST.get("name", "").strip()[:100] or _("View"),
        page="work_items",
        query=request.POST.get("query", "")[:2000],
        audience=request.POST.get("audience", "private"),
    )
    return doors.go_to(request, f"{reverse('work_items')}?{view.query}", _("The view was saved."))


@login_required
@require_POST
def forget_view(request: HttpRequest, id: int) -> HttpResponse:
    saved_views.remove(actor=request.user, view=doors.find(SavedView.objects, request.user, pk=id))
    return doors.go_to(request, reverse("work_items"), _("The view was removed."))


urls = [
    path("work-items/", table, name="work_items"),
    path("work-items/new/", new, name="work_items_new"),
    path("work-items/bulk/", bulk, name="work_items_bulk"),
    path("work-items/undo/<uuid:run>/", undo, name="work_items_undo"),
    path("work-items/views/", save_view, name="work_items_views"),
    path("work-items/views/<int:id>/removals/", forget_view, name="work_items_view_removals"),
]
