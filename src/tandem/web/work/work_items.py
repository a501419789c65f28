"""Work items: the table (filter, sort, group, columns, saved views, inline edit) and its export."""

import contextlib
from datetime import date
from functools import cache, partial
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from tandem.collaboration.models import SavedView
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people.access import Permission, spaces_where
from tandem.reports.queries import filter_language, scope, work_item_groups, work_item_sums, work_item_table
from tandem.reports.queries import work_items as reads
from tandem.reports.queries.moves import Moves
from tandem.reports.queries.own_fields import OwnFields
from tandem.reports.queries.work_item_groups import Placed
from tandem.reports.queries.work_item_table import COLUMNS, SORTS, Asked
from tandem.web.paging import Page, page_of
from tandem.web.work import (
    bulk,
    exports,
    feeds,
    filter_pages,
    filtering,
    items_bars,
    items_board,
    items_calendar,
    items_sheet,
    items_timeline,
    items_workload,
    new,
    own_fields,
    saved,
)
from tandem.work.models import ServiceClass, State, WorkItem, WorkItemType

PAGE = "work_items"
MOST_TOPICS = 200


@login_required
def table(request: HttpRequest) -> HttpResponse:
    """One query in the layout that the address names. Without a query the scope opens with its default view."""
    asked, problem = _asked(request)
    if request.GET.get("part") == "sums":
        return render(request, "work/items_sums.html", {"sums": work_item_sums.of(asked.rows, asked.group, asked.own_group, request.user)})
    if request.GET.get("part") == "rows":
        return items_sheet.rows(request, asked)
    if request.GET.get("part") == "bars":
        return items_bars.data(request, asked, items_timeline.MOST)
    kept = filtering.saved_views(request.user, PAGE, asked.space)
    if set(request.GET) <= {"space"} and (view := saved.default_of(request.user, asked.space, kept)):
        return redirect(saved.address(view))
    context = _around(request, asked, problem, kept)
    return _LAYOUTS.get(request.GET.get("layout", ""), _as_table)(request, asked, context)


def _around(request: HttpRequest, asked: Asked, problem: filtering.Problem | None, kept: list[SavedView]) -> dict[str, Any]:
    """What all layouts share: the filter, the views, the exports, the scope."""
    space, topics = asked.space, []
    if space:
        topics = [f"space:{pk}" for pk in sorted(scope.below(request.user, space.pk))][:MOST_TOPICS]
        request.live_topics = topics  # type: ignore[attr-defined]
    q = request.GET.get("q", "")
    return {
        "q": q, "problem": problem, "space": space, "terms": filtering.terms(), "help": filtering.guide(), "chips": filtering.chips(request, q),
        "views": filtering.views(request, kept), "query": filtering.query_of(request.GET.urlencode()), "kept_all": filtering.kept(request),
        "here": request.get_full_path(), "with_": cache(lambda **k: _with(request, **k)), "exports": _exports(request),
        "live_topic": " ".join(topics), "layout_state": urlencode([p for p in parse_qsl(filtering.query_of(request.GET.urlencode())) if p[0] not in ("layout", "span")]),
    }  # fmt: skip


def _hear(request: HttpRequest, context: dict[str, Any], rows: list[WorkItem]) -> None:
    """A page over everything is live for the spaces of the rows that it shows."""
    if not context["space"]:
        request.live_topics = sorted({f"space:{i.space_id}" for i in rows})  # type: ignore[attr-defined]
        context["live_topic"] = " ".join(request.live_topics)  # type: ignore[attr-defined]


def _as_table(request: HttpRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    sort, group, columns = "" if asked.is_in_several else asked.sort, asked.group, asked.columns
    page, placed, own = _page(request, asked)
    people = reads.assignees(page.rows)
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    choices = _choices(page.rows, may_edit, request.user, columns)
    today = clock.today()
    sorts = SORTS | {c.code: c.column for c in asked.own}
    _hear(request, context, page.rows)
    context |= {
        "links": work_item_table.links_of(asked, [i.pk for i in page.rows]), "rows": [_row(one, people, may_edit, asked, choices, today, own) for one in placed],
        "columns": [(c, asked.label(c), _turned(request, c, sorts), _direction(sort, c, sorts)) for c in columns],
        "all_columns": [*((c, str(label), c in columns) for c, label in COLUMNS.items()), *((c.code, c.name, c.code in columns) for c in asked.own)],
        "group": group, "numbers": {"points", *work_item_table.IN_HOURS, *(c.code for c in asked.own if c.is_number)},
        "groups": [
            ("", _("No groups")), ("state", _("State")), ("project", _("Project")), ("type", _("Type")), ("priority", _("Priority")), ("class", _("Class of service")),
            *((code, str(label)) for code, label in work_item_groups.GROUPS.items()),
            *((c.code, c.name) for c in asked.own),
        ],
        "next": _with(request, cursor=page.next) if page.next else "", "previous": _with(request, cursor=page.previous) if page.previous else "",
        "priorities": _priorities(), "may_bulk": bool(may_edit), "bulk_states": _common_states(page.rows, choices),
        "kept": [(k, v) for k, v in request.GET.items() if k not in ("cols", "cursor") and v],
        "sums_url": _with(request, cursor="", view="", part="") + "&part=sums",
    }  # fmt: skip
    return render(request, "work/work_items.html", context)


def _page(request: HttpRequest, asked: Asked) -> tuple[Any, list[Placed], OwnFields | None]:
    """A page of rows, and each row in its group; by assignee, label, sprint or release a row may come several times."""
    cursor = request.GET.get("cursor", "")
    if asked.is_in_several:
        found = work_item_groups.page(asked.rows, asked.group, cursor, with_fields=asked.needs_fields, user=request.user)
        rows = list({one.item.pk: one.item for one in found.rows}.values())
        return Page(rows, found.next, found.previous), found.rows, _own(request.user, asked, rows)
    page = page_of(asked.rows, sort=asked.sort, cursor=cursor, shown=partial(reads.shown, with_fields=asked.needs_fields, without=asked.unseen))
    own = _own(request.user, asked, page.rows)
    return page, [Placed(item, name := _group_of(item, asked, own), name, ()) for item in page.rows], own


def _asked(request: HttpRequest) -> tuple[Asked, filtering.Problem | None]:
    """What the address asks for; a filter that cannot be read finds nothing and says why."""
    try:
        return work_item_table.asked(request.GET, request.user), None
    except Refused as refused:
        return work_item_table.nothing(request.GET, request.user), filtering.problem_of(refused)


def _exports(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Label, icon and address of each file that this table can be saved as."""
    same = _with(request, cursor="", view="", on="")
    return [
        (_("Excel workbook (XLSX)"), "file-spreadsheet", reverse("work_items_export_xlsx") + same),
        (_("Text with commas (CSV)"), "table", reverse("work_items_export") + same),
        (_("Text with semicolons, decimals with a comma (CSV)"), "table", f"{reverse('work_items_export')}{same}&separator=semicolon"),
        (_("Calendar of what has dates (ICS)"), "calendar", reverse("work_items_export_ics") + same),
        (_("Subscribe from a calendar"), "calendar-event", reverse("feeds") + same),
    ]


class _Row(NamedTuple):
    item: WorkItem
    people: list[dict[str, Any]]
    may_edit: bool
    group: str
    group_key: Any
    beside: tuple[str, ...]
    states: list[tuple[int, str]]
    types: list[tuple[int, str]]
    is_late: bool
    own: dict[str, own_fields.Shown]


def _own(user: Any, asked: Asked, items: list[WorkItem]) -> OwnFields | None:
    """What the rows' own fields are, when a column or a group shows one: one query, one more for people in them."""
    if not asked.needs_fields:
        return None
    return OwnFields.of(user, {i.space_id for i in items}).meet(items)


def _row(
    placed: Placed, people: dict[int, list[dict[str, Any]]], may_edit: set[int], asked: Asked, choices: dict[str, Any], today: date, own: OwnFields | None
) -> _Row:  # fmt: skip
    item, shown = placed.item, {}
    for column in asked.own_shown if own else ():
        if field := own.by_word(item, column.word):  # type: ignore[union-attr]
            shown[column.code] = own_fields.shown(field, item, own)  # type: ignore[arg-type]
    return _Row(
        item, people.get(item.pk, []), item.space_id in may_edit, placed.group, placed.key, placed.beside,
        choices["moves"].narrowed(item, choices["states"].get(item.space_id, [])), choices["types"].get(item.space_id, []),
        bool(item.due_on and item.due_on < today and not item.is_done), shown,
    )  # fmt: skip


def _direction(sort: str, column: str, sorts: dict[str, str]) -> str:
    return "" if sorts.get(column) != sort.lstrip("-") else "desc" if sort.startswith("-") else "asc"


def _turned(request: HttpRequest, column: str, sorts: dict[str, str]) -> str:
    if column not in sorts:
        return ""
    q = request.GET.get("q", "")
    with contextlib.suppress(Refused):
        q = filter_language.unsorted(q)
    return _with(
        request, sort=f"-{column}" if request.GET.get("sort") == column else column, cursor="", group="", q=q
    )


_with = filtering.changed


def _group_of(item: WorkItem, asked: Asked, own: OwnFields | None) -> str:
    group = asked.group
    if column := asked.own_group:
        field = own.by_word(item, column.word) if own else None
        said = own_fields.shown(field, item, own).shown if field and own else ""
        return said or _("No %(name)s") % {"name": column.name}
    if group == "state":
        return item.state.name
    if group == "project":
        return item.space.name
    if group == "type":
        return item.type.name
    if group == "class":
        return str(ServiceClass(item.service_class).label) if item.service_class in ServiceClass.values else item.service_class
    return str(item.get_priority_display() or _("No priority")) if group == "priority" else ""


def _choices(items: list[WorkItem], editable: set[int], user: Any, columns: list[str]) -> dict[str, Any]:
    """States (and types, when they are shown) of the spaces on the page: what their cells may be set to."""
    wanted = {i.space_id for i in items} & editable
    states = _by_space(State.objects.visible_to(user).active().filter(space_id__in=wanted).in_order())
    types = _by_space(WorkItemType.objects.visible_to(user).active().filter(space_id__in=wanted)) if "type" in columns else {}
    return {"states": states, "types": types, "moves": Moves.of(user, wanted)}


def _by_space(rows: Any) -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    for space_id, pk, name in rows.values_list("space_id", "id", "name"):
        found.setdefault(space_id, []).append((pk, name))
    return found


def _common_states(items: list[WorkItem], choices: dict[str, Any]) -> list[str]:
    """Names of states that every space on the page has, and into which some row may go: what a bulk move can offer."""
    states: dict[int, list[tuple[int, str]]] = choices["states"]
    lists = [{name for _pk, name in states.get(s, [])} for s in {i.space_id for i in items}]
    common = set.intersection(*lists) if lists else set()
    first = next(iter(states.values()), [])
    open_to = {name for i in items for _pk, name in choices["moves"].narrowed(i, states.get(i.space_id, []))}
    return [name for _pk, name in first if name in common & open_to]


def _priorities() -> list[tuple[int, str]]:
    return [(value, str(label)) for value, label in WorkItem.Priority.choices]


_LAYOUTS = {
    "sheet": items_sheet.shown, "workload": items_workload.shown, "timeline": items_timeline.shown, "board": items_board.shown,
    "calendar": lambda request, asked, context: items_calendar.shown(request, asked.rows, context),
}  # fmt: skip
urls = [
    *filter_pages.urls,
    path("work-items/", table, name="work_items"),
    *exports.urls,
    *feeds.urls,
    *items_bars.urls,
    *items_board.urls,
    *items_calendar.urls,
    *items_sheet.urls,
    path("work-items/new/", new.new, name="work_items_new"),
    path("work-items/bulk/", bulk.bulk, name="work_items_bulk"),
    path("work-items/undo/<uuid:run>/", bulk.undo, name="work_items_undo"),
    path("work-items/views/", saved.keep, name="work_items_views"),
    path("work-items/views/<int:id>/removals/", saved.forget, name="work_items_view_removals"),
]
