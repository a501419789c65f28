"""The spreadsheet layout of work items: cells to type, paste and fill into; a block is written whole or not at all."""

import uuid
from typing import Any

import orjson
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from tandem.collaboration import words
from tandem.kit.errors import Refused
from tandem.kit.types import MAX_BIGINT
from tandem.people.access import Permission, spaces_where
from tandem.people.models import Space, SpaceKind
from tandem.reports.queries import linked, work_item_table
from tandem.reports.queries.own_fields import PREFIX, OwnFields
from tandem.reports.queries.work_item_table import COLUMNS, Asked
from tandem.web import doors
from tandem.web.people.people import choices_of
from tandem.web.work import filtering, sheet_cells, sheet_own
from tandem.work.actions import sheets
from tandem.work.models import State, WorkItem, WorkItemType

MOST = 2000
"""Rows of one sheet."""
BESIDE = 50
"""Rows of the table that a phone, or a browser without script, shows instead."""


def shown(request: HttpRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    lines, people, more = work_item_table.first(asked, BESIDE)
    written = _Written(request.user, asked.columns, lines)
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    home = asked.space if asked.space and asked.space.kind == SpaceKind.PROJECT and asked.space.pk in may_edit else None
    if not asked.space:  # live for the spaces of the rows that stand first
        request.live_topics = sorted({f"space:{line.space_id}" for line in lines})  # type: ignore[attr-defined]
        context["live_topic"] = " ".join(request.live_topics)  # type: ignore[attr-defined]
    context |= {
        "heads": work_item_table.heads(asked), "lines": [(line, written.texts(line, people)) for line in lines],
        "more_lines": more, "most": MOST, "home": home, "may_edit": bool(may_edit),
        "pasted": [(c, asked.label(c)) for c in asked.columns if c in sheet_cells.FIELDS],
        "rows_url": filtering.changed(request, part="rows", cursor=""), "save_url": reverse("work_items_sheet"),
        "all_columns": [*((c, str(label), c in asked.columns) for c, label in COLUMNS.items()), *((c.code, c.name, c.code in asked.columns) for c in asked.own)],
        "kept": [(k, v) for k, v in request.GET.items() if k not in ("cols", "cursor") and v],
    }  # fmt: skip
    return render(request, "work/items_sheet.html", context)


class _Written:
    """Cells of rows as they are typed; those of own fields know what the field of their row's space holds."""

    def __init__(self, user: Any, columns: list[str], lines: list[Any]) -> None:
        self.columns = columns
        self._is_own = any(c.startswith(PREFIX) for c in columns)
        self._own = OwnFields.of(user, {line.space_id for line in lines}).meet(lines) if self._is_own else OwnFields([])
        self._links = linked.of(user, [line.pk for line in lines]) if "links" in columns else {}

    def texts(self, line: Any, people: Any) -> list[str]:
        found = work_item_table.texts(line, [c for c in self.columns if not c.startswith(PREFIX)], people, None, self._links)
        if not self._is_own:
            return found
        plain = iter(found)
        return [self._text(line, c) if c.startswith(PREFIX) else next(plain) for c in self.columns]

    def _text(self, line: Any, column: str) -> str:
        return sheet_own.typed(self._own.by_word(line, column.removeprefix(PREFIX)), line, self._own)


def rows(request: HttpRequest, asked: Asked) -> JsonResponse:
    """What the grid holds: columns, rows as [id, version, may change, space, texts …], and what cells may be set to."""
    lines, people, more = work_item_table.first(asked, MOST)
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    spaces = ({line.space_id for line in lines} | ({asked.space.pk} if asked.space else set())) & may_edit
    written, own = _Written(request.user, asked.columns, lines), sheet_own.OwnCells(request.user, asked.columns, spaces).said()
    open_to = {c for c, by_space in own.items() if any(told["kind"] != "fixed" for told in by_space.values())}
    numbers = {"points", *work_item_table.IN_HOURS, *(c.code for c in asked.own if c.is_number)}
    return JsonResponse({
        "columns": [[c, asked.label(c), c in sheet_cells.FIELDS or c in open_to, "number" if c in numbers else ""] for c in asked.columns],
        "rows": [_row(line, may_edit, written, people) for line in lines], "more": more, "own": own,
        "states": _names(State.objects.visible_to(request.user).filter(space_id__in=spaces).active().in_order()),
        "types": _names(WorkItemType.objects.visible_to(request.user).filter(space_id__in=spaces).active()),
        "priorities": [str(label) for label in WorkItem.Priority.labels],
        "people": [person["name"] for person in choices_of(request.user)],
    })  # fmt: skip


def _row(line: Any, may_edit: set[int], written: _Written, people: Any) -> list[Any]:
    return [line.pk, line.version, line.space_id in may_edit, line.space_id, *written.texts(line, people)]


def _names(found: Any) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    for space_id, name in found.values_list("space_id", "name"):
        names.setdefault(space_id, []).append(name)
    return names


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """`{"space": 3, "columns": […], "rows": [{"row": 4, "id": 12, "version": 3, "cells": {"due": "2027-02-12"}}]}`; a row without
    an id is a new item. 422 names every cell that cannot be taken, and writes nothing."""
    try:
        given = orjson.loads(request.body)
        sent = [_given(one) for one in given["rows"]]
        columns = [c for c in map(str, given["columns"]) if c in COLUMNS or c.startswith(PREFIX)]
        space, reason = given.get("space"), str(given.get("override_reason") or "")
        if not (space is None or _is_id(space)):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    if len(sent) > sheets.MOST:
        return _refused(request, Refused("rows_too_many", most=sheets.MOST), columns)
    home = doors.find(Space.objects, request.user, pk=space) if space is not None else None
    cells = sheet_cells.Cells(request.user, sent, home if home and home.kind == SpaceKind.PROJECT else None)
    block, run = cells.rows(), uuid.uuid4()
    try:
        if cells.problems:
            raise sheets.RowsRefused(cells.problems)
        written = sheets.write(actor=request.user, rows=block, run=run, override_reason=reason)
    except Refused as problem:
        return _refused(request, problem, columns, cells)
    new = sum(1 for one in sent if one.id is None)
    return JsonResponse({
        "message": _said(len(written) - new, new), "undo": reverse("work_items_undo", kwargs={"run": run}),
        "rows": _fresh(request, {place: item.pk for place, item in written.items()}, columns),
    })  # fmt: skip


def _is_id(value: Any) -> bool:
    return type(value) is int and 0 < value <= MAX_BIGINT


def _given(one: dict[str, Any]) -> sheet_cells.Given:
    place, id, version = one["row"], one.get("id"), one.get("version")
    cells = {str(name): str(text) for name, text in one["cells"].items()}
    is_known = _is_id(id) and _is_id(version)
    if type(place) is not int or not (is_known or id is None) or not cells:
        raise ValueError
    return sheet_cells.Given(place, id, version if is_known else None, cells)


def _said(changed: int, new: int) -> str:
    parts = []
    if changed or not new:
        parts.append(ngettext("Changed %(n)s work item", "Changed %(n)s work items", changed) % {"n": changed})
    if new:
        parts.append(ngettext("Added %(n)s work item", "Added %(n)s work items", new) % {"n": new})
    return " · ".join(parts)


def _fresh(request: HttpRequest, ids: dict[int, int], columns: list[str]) -> dict[int, list[Any]]:
    """Row number → the row as it is now."""
    is_own = any(c.startswith(PREFIX) for c in columns)
    lines = {line.pk: line for line in work_item_table.reads.shown(list(ids.values()), with_fields=is_own)}
    written = _Written(request.user, columns, list(lines.values()))
    people = work_item_table.reads.assignees(list(lines.values()))
    may_edit = spaces_where(request.user, Permission.EDIT_WORK)
    return {place: _row(lines[pk], may_edit, written, people) for place, pk in ids.items() if pk in lines}


def _refused(request: HttpRequest, problem: Refused, columns: list[str], cells: sheet_cells.Cells | None = None) -> JsonResponse:
    found = problem.problems if isinstance(problem, sheets.RowsRefused) else []
    current = {p.place: p.current.pk for p in found if p.current is not None and p.current.removed_at is None}
    told = []
    for p in found:
        column = cells.column_of(p.place, str(p.params.get("name"))) if cells and p.field == "fields" else _column(p.field)
        code = "row_gone" if p.code == "stale" and p.place not in current else p.code
        label = str(COLUMNS.get(column) or (cells.own.label(column) if cells else ""))
        told.append({"row": p.place, "column": column, "label": label, "code": p.code, "message": words.refusal(code, p.params)})
    is_limit = bool(found) and all(p.code == "wip_limit_reached" for p in found)
    body = {
        "message": told[0]["message"] if len(told) == 1 else words.refusal(problem.code, problem.params), "problems": told,
        "code": "wip_limit_reached" if is_limit else problem.code, "current": _fresh(request, current, columns),
    }  # fmt: skip
    return JsonResponse(body, status=422)


def _column(field: str) -> str:
    """The column in which a field stands."""
    return next((column for column, name in sheet_cells.FIELDS.items() if name == field), field)


urls = [path("work-items/sheet/", save, name="work_items_sheet")]
