"""Work items: the table (filter, sort, group, columns, saved views, inline edit) and its export."""

import contextlib
import csv
import io
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from tandem.kit import clock, http
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space
from tandem.reports.queries import filter_language, filter_words, scope
from tandem.reports.queries import work_items as reads
from tandem.web import doors, generic
from tandem.web.paging import page_of
from tandem.web.people.people import choices_of
from tandem.web.templating import day, moment
from tandem.web.work import bulk, filter_pages, filtering, new, saved
from tandem.work.models import State, WorkItem, WorkItemType

COLUMNS = {
    "key": lazy("Key"), "title": lazy("Title"), "state": lazy("State"), "type": lazy("Type"), "assignees": lazy("Assignees"),
    "priority": lazy("Priority"), "due": lazy("Due"), "points": lazy("Points"), "labels": lazy("Labels"), "parent": lazy("Part of"),
    "project": lazy("Project"), "reporter": lazy("Reported by"), "created": lazy("Created"), "finished": lazy("Finished"), "updated": lazy("Changed"),
}  # fmt: skip
SORTS = {name: column.lstrip("-") for name, column in filter_words.SORTS.items()}
DEFAULT = ["key", "title", "state", "assignees", "priority", "due", "project", "updated"]
# a group is an order: its rows stand together, and key pages go on within it
GROUPS = {"state": "state__name", "project": "space__name", "type": "type__name", "priority": "priority"}
PAGE = "work_items"


@login_required
def table(request: HttpRequest) -> HttpResponse:
    """Without parameters the page opens with the person's own default view."""
    if not request.GET and (view := saved.default_of(request.user, PAGE)):
        return redirect(f"{reverse('work_items')}?{view.query}" if view.query else f"{reverse('work_items')}?q=")
    rows, space, problem = _narrowed(request)
    if space:
        request.live_topics = [f"space:{space.pk}"]  # type: ignore[attr-defined]
    group = request.GET.get("group", "")
    sort = ("state__rank" if group == "state" and space else GROUPS.get(group)) or _sort(request)
    page = page_of(rows, sort=sort, cursor=request.GET.get("cursor", ""), shown=reads.shown)
    people = reads.assignees(page.rows)
    columns = _columns(request, space)
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    choices = _choices(page.rows, may_edit, request.user, columns)
    today = clock.today()
    context = {
        "rows": [_row(i, people, may_edit, group, choices, today) for i in page.rows],
        "columns": [(c, str(COLUMNS[c]), _turned(request, c), _direction(sort, c)) for c in columns],
        "all_columns": [(c, str(label), c in columns) for c, label in COLUMNS.items()],
        "q": request.GET.get("q", ""), "problem": problem, "group": group, "space": space,
        "groups": [("", _("No groups")), ("state", _("State")), ("project", _("Project")), ("type", _("Type")), ("priority", _("Priority"))],
        "terms": filtering.terms(), "help": filtering.guide(), "chips": filtering.chips(request, request.GET.get("q", "")),
        "next": _with(request, cursor=page.next) if page.next else "", "previous": _with(request, cursor=page.previous) if page.previous else "",
        "priorities": _priorities(), "may_bulk": bool(may_edit), "bulk_states": _common_states(page.rows, choices["states"]),
        "views": filtering.views(request, PAGE), "kept": [(k, v) for k, v in request.GET.items() if k not in ("cols", "cursor") and v],
        "query": _with(request, cursor="").lstrip("?"), "here": request.get_full_path(), "with_": cache(lambda **k: _with(request, **k)),
        "people": choices_of(request.user), "export": reverse("work_items_export") + _with(request, cursor=""),
    }  # fmt: skip
    return render(request, "work/work_items.html", context)


def _narrowed(request: HttpRequest) -> tuple[Any, Space | None, filtering.Problem | None]:
    """The rows that the address asks for; a filter that cannot be read finds nothing and says why."""
    rows, space, problem = WorkItem.objects.visible_to(request.user).present(), _space(request), None
    if space:
        rows = rows.filter(space_id__among=scope.below(request.user, space.pk))
    try:
        rows = rows.filter(filter_language.condition(request.GET.get("q", ""), request.user))
    except Refused as refused:
        problem, rows = filtering.problem_of(refused), rows.none()
    return rows, space, problem


class _Row(NamedTuple):
    item: WorkItem
    people: list[dict[str, Any]]
    may_edit: bool
    group: str
    states: list[tuple[int, str]]
    types: list[tuple[int, str]]
    is_late: bool


def _row(
    item: WorkItem, people: dict[int, list[dict[str, Any]]], may_edit: set[int], group: str, choices: dict[str, Any], today: date
) -> _Row:
    return _Row(
        item, people.get(item.pk, []), item.space_id in may_edit, _group_of(item, group),
        choices["states"].get(item.space_id, []), choices["types"].get(item.space_id, []),
        bool(item.due_on and item.due_on < today and not item.is_done),
    )  # fmt: skip


def _columns(request: HttpRequest, space: Space | None) -> list[str]:
    asked = [c for part in request.GET.getlist("cols") for c in part.split(",") if c in COLUMNS]
    usual = [c for c in DEFAULT if not (space and c == "project")]
    return [c for c in COLUMNS if c in asked] or usual


def _space(request: HttpRequest) -> Space | None:
    number = whole_number(request.GET.get("space", ""))
    return None if number is None else doors.find(Space.objects, request.user, pk=number)


def _sort(request: HttpRequest) -> str:
    """`sort:` of the filter, else the heading that was clicked."""
    with contextlib.suppress(Refused):
        if asked := filter_language.ordering(request.GET.get("q", "")):
            return asked
    wanted = request.GET.get("sort", "-updated")
    field = SORTS.get(wanted.lstrip("-"))
    return f"-{field}" if field and wanted.startswith("-") else field or "-updated_at"


def _direction(sort: str, column: str) -> str:
    return "" if SORTS.get(column) != sort.lstrip("-") else "desc" if sort.startswith("-") else "asc"


def _turned(request: HttpRequest, column: str) -> str:
    if column not in SORTS:
        return ""
    q = request.GET.get("q", "")
    with contextlib.suppress(Refused):
        q = filter_language.unsorted(q)
    return _with(
        request, sort=f"-{column}" if request.GET.get("sort") == column else column, cursor="", group="", q=q
    )


_with = filtering.changed


def _group_of(item: WorkItem, group: str) -> str:
    if group == "state":
        return item.state.name
    if group == "project":
        return item.space.name
    if group == "type":
        return item.type.name
    return str(item.get_priority_display() or _("No priority")) if group == "priority" else ""


def _choices(items: list[WorkItem], editable: set[int], user: Any, columns: list[str]) -> dict[str, Any]:
    """States (and types, when they are shown) of the spaces on the page: what their cells may be set to."""
    wanted = {i.space_id for i in items} & editable
    states = _by_space(State.objects.visible_to(user).filter(space_id__in=wanted).in_order())
    types = _by_space(WorkItemType.objects.visible_to(user).filter(space_id__in=wanted)) if "type" in columns else {}
    return {"states": states, "types": types}


def _by_space(rows: Any) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for space_id, pk, name in rows.values_list("space_id", "id", "name"):
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


@login_required
def export(request: HttpRequest) -> HttpResponse:
    """What the table shows, as CSV; a cell that a spreadsheet would run is made text."""
    rows, space, _problem = _narrowed(request)
    columns = _columns(request, space)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([str(COLUMNS[c]) for c in columns])
    for found in generic.in_chunks(reads.lines(rows), "space__name", "number"):
        people = reads.assignees(found)
        writer.writerows([generic.harmless(_cell(item, c, people)) for c in columns] for item in found)
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = http.attachment_header("work-items.csv")
    return response


def _cell(item: WorkItem, column: str, people: dict[int, list[dict[str, Any]]]) -> Any:
    plain: dict[str, Any] = {
        "key": item.key, "title": item.title, "state": item.state.name, "type": item.type.name, "due": day(item.due_on),
        "assignees": "; ".join(p["name"] for p in people.get(item.pk, [])), "priority": item.get_priority_display() or "",
        "points": item.estimate_points, "labels": "; ".join(item.labels), "parent": item.parent.key if item.parent else "",
        "project": item.space.name, "reporter": item.reporter.name if item.reporter else "", "created": moment(item.created_at),
        "finished": moment(item.actual_finish), "updated": moment(item.updated_at),
    }  # fmt: skip
    return plain[column]


urls = [
    *filter_pages.urls,
    path("work-items/", table, name="work_items"),
    path("work-items/export.csv", export, name="work_items_export"),
    path("work-items/new/", new.new, name="work_items_new"),
    path("work-items/bulk/", bulk.bulk, name="work_items_bulk"),
    path("work-items/undo/<uuid:run>/", bulk.undo, name="work_items_undo"),
    path("work-items/views/", saved.keep, name="work_items_views"),
    path("work-items/views/<int:id>/removals/", saved.forget, name="work_items_view_removals"),
]
