"""The allocation grid: people, job roles or teams by week or month, what they are booked for; written cell by cell or as a block."""

import re
import uuid
from datetime import date
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
from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.kit.types import MAX_BIGINT
from tandem.people.access import Permission, may, may_somewhere
from tandem.reports.queries import allocation as reads
from tandem.reports.queries import load_groups as groups
from tandem.resources.actions import allocations, booking_runs
from tandem.web import doors
from tandem.web.charts import day_and_month
from tandem.web.paging import page_of
from tandem.web.resources import load as load_pages
from tandem.web.resources.allocation_cells import (
    KIND,
    UNITS,
    Cells,
    Frame,
    Given,
    counted,
    firm,
    shown,
    whose,
)
from tandem.web.resources.bookings import subjects
from tandem.web.templating import day as day_text
from tandem.work.actions import sheets

PEOPLE = 40
_COUNTS = {"week": 26, "month": 12}
_ELSEWHERE = 10**10
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@login_required
def allocation(request: HttpRequest) -> HttpResponse:
    """`by` people, roles or teams; `scale` week or month; `unit` percent, hours or days; `on` says from when. `part=rows` is
    what the grid holds, as JSON."""
    frame = _frame(request)
    asked = {name: request.GET.get(name, "") for name in ("role", "team", "skill", "department")}
    page = page_of(_rows(request, frame, asked), sort="name", cursor=request.GET.get("cursor", ""), size=PEOPLE)
    made = _Lines(request.user, frame, page.rows)
    if request.GET.get("part") == "rows":
        return JsonResponse(made.answer())
    first, last = frame.days()
    with_ = load_pages.with_
    step = frame.periods[len(frame.periods) // 3][0]
    back = first - (step - first)
    context = {
        "made": made, "frame": frame, "rows_url": with_(request, part="rows"), "save_url": f"{reverse('allocation_cells')}?{_kept(request)}",
        "filters": load_pages.filters_of(request) if frame.by == "people" else [], "asked": asked, "is_narrowed": any(asked.values()),
        "next": with_(request, cursor=page.next) if page.next else "", "previous": with_(request, cursor=page.previous) if page.previous else "",
        "back_url": with_(request, on=day_text(back)), "on_url": with_(request, on=day_text(step)), "today_url": with_(request, on=""),
        "from": day_text(first), "to": day_text(last), "kept": [(name, request.GET[name]) for name in ("by", "scale", "unit", "on") if request.GET.get(name)],
        "may_book": may_somewhere(request.user, Permission.EDIT_PLAN), "load_url": f"{reverse('load')}?by={frame.by}&on={day_text(first)}",
        "switches": [(label, [{"label": text, "href": with_(request, cursor="", **{name: value}), "current": value == now} for value, text in choices])
                     for name, label, now, choices in _switches(request, frame)],
    }  # fmt: skip
    return render(request, "resources/allocation.html", context)


def _switches(request: HttpRequest, frame: Frame) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    return [
        ("by", _("Rows"), frame.by, [("people", _("People")), ("roles", _("Job roles")), ("teams", _("Teams"))]),
        ("scale", _("Scale"), _scale(request), [("week", _("Weeks")), ("month", _("Months"))]),
        ("unit", _("Unit"), frame.unit, [("percent", "%"), ("hours", _("Hours")), ("days", _("Days"))]),
    ]


def _scale(request: HttpRequest) -> str:
    return "month" if request.GET.get("scale") == "month" else "week"


def _frame(request: HttpRequest) -> Frame:
    by, unit, scale = request.GET.get("by", ""), request.GET.get("unit", ""), _scale(request)
    return Frame(by if by in KIND else "people", reads.spans(load_pages.first_day(request), _COUNTS[scale], scale), unit if unit in UNITS else "percent")


def _kept(request: HttpRequest) -> str:
    query = request.GET.copy()
    for name in ("part", "cursor"):
        query.pop(name, None)
    return query.urlencode()


def _rows(request: HttpRequest, frame: Frame, asked: dict[str, str]) -> Any:
    if frame.by != "people":
        return whose(request.user, frame.by)
    rows = groups.chosen(request.user, **asked, on=max(frame.periods[0][0], clock.today()))
    return rows if load_pages.sees_others(request.user) else rows.filter(pk=request.user.pk)


class _Lines:
    """The rows of the grid: for each of whom it is one with their time, then one for each thing they are booked for."""

    def __init__(self, user: Any, frame: Frame, of: list[Any]) -> None:
        self.user, self.frame, self.names = user, frame, {row.pk: str(row) for row in of}
        self.found = reads.of(user, frame.kind, list(self.names), frame.periods)
        self.rows: list[list[Any]] = []
        self.marks: dict[int, dict[str, tuple[str, str]]] = {}
        self.of_line: dict[tuple[Any, ...], list[Any]] = {}
        for pk, name in self.names.items():
            self._group(name, self.found[pk])

    @property
    def heads(self) -> list[str]:
        is_month = self.frame.periods[0][1].day > 27 and len(self.frame.periods) == _COUNTS["month"]
        return [f"{first:%Y-%m}" if is_month else day_and_month(first) for first, _last in self.frame.periods]

    def _group(self, name: str, group: reads.Group) -> None:
        own, marks = -group.id, {}
        self.rows.append([own, 1, False, 0, name, "", "", *[self._taken(group, n) for n in range(len(self.frame.periods))]])
        for n, (first, _last) in enumerate(self.frame.periods):
            if said := self._over(group, n):
                marks[first.isoformat()] = said
        self.marks[own] = marks | dict.fromkeys(("who", "subject", "state"), ("head", ""))
        for line in group.lines:
            self._line(name, line)
        if group.elsewhere.any():
            there = [shown(self._value(group, float(hours), n)) for n, hours in enumerate(group.elsewhere)]
            self.rows.append([own - _ELSEWHERE, 1, False, 0, name, _("what you cannot see"), "", *there])

    def _value(self, group: reads.Group, hours: float, n: int) -> float:
        if self.frame.unit == "percent":
            time = float(group.time[n])
            return 100 * hours / time if time > 0.05 else 0.0
        return hours / (reads.FULL_DAY if self.frame.unit == "days" else 1)

    def _taken(self, group: reads.Group, n: int) -> str:
        booked, time = float(group.booked[n]), float(group.time[n])
        if self.frame.by != "people":
            return shown(booked / (5 * reads.FULL_DAY) * 100 if self.frame.unit == "percent" else self._value(group, booked, n))
        if time <= 0.05:
            return "–"
        if self.frame.unit == "percent":
            text = f"{round(100 * booked / time)} %"
        else:
            text = "/".join(f"{value:.0f}" if value >= 9.95 else shown(value) or "0" for value in (self._value(group, booked, n), self._value(group, time, n)))
        return f"▲ {text}" if booked > time + 0.05 else text

    def _over(self, group: reads.Group, n: int) -> tuple[str, str] | None:
        """More than there is: firmly with the reason on record, or only in wishes."""
        if self.frame.by != "people" or group.booked[n] <= group.time[n] + 0.05:
            return None
        reasons = sorted({line.reasons[n] for line in group.lines if n in line.reasons})
        is_firm = bool(group.firm[n] > group.time[n] + 0.05)
        if is_firm:
            return "over", _("Overbooked because: %(reason)s") % {"reason": "; ".join(reasons)} if reasons else _("Overbooked; why is said with a booking that you cannot see")
        return "near", _("Beyond their time, if all that is soft becomes firm")

    def _line(self, name: str, line: reads.Line) -> None:
        row, subject = line.rows[0], line.subject
        may_write = subject is not None and may(self.user, Permission.EDIT_PLAN, row.space_id) and (not line.is_hard or may(self.user, Permission.MANAGE_RESOURCES, row.space_id))
        number = min(one.pk for one in line.rows)
        shown_row = [number, allocations.state_of(line.rows), may_write, row.space_id, name, str(subject or ""), firm(line.is_hard), *counted(line, self.frame.unit)]
        self.rows.append(shown_row)
        self.of_line[(line.who_id, row.subject_kind, row.subject_id, line.is_hard)] = shown_row
        starts = self.frame.periods
        self.marks[number] = {starts[n][0].isoformat(): ("noted", _("Overbooked because: %(reason)s") % {"reason": why}) for n, why in line.reasons.items()}

    def answer(self) -> dict[str, Any]:
        known = [text for _label, choices in subjects(self.user) for _value, text in choices]
        columns = [["who", _("Who"), False, "new", 170, True], ["subject", _("For"), False, "new", 210, True], ["state", _("State"), True, "", 70, True]]
        columns += [[first.isoformat(), head, True, "number", 88, False] for (first, _last), head in zip(self.frame.periods, self.heads, strict=True)]
        return {
            "columns": columns, "rows": self.rows, "more": False, "own": {}, "states": {}, "types": {}, "priorities": [], "people": [], "marks": self.marks,
            "lists": {
                "who": {"kind": "names", "choices": [str(row) for row in whose(self.user, self.frame.by)[:500]]}, "subject": {"kind": "names", "choices": known},
                "state": {"kind": "select", "choices": [firm(False), firm(True)]},
            },
        }  # fmt: skip


@login_required
@require_POST
def cells(request: HttpRequest) -> HttpResponse:
    """`{"rows": [{"row": 4, "id": 12, "version": 3, "cells": {"2026-11-23": "50"}}]}` with the parameters of the page; a row
    without an id begins a line. 422 names every cell that cannot be taken, and writes nothing."""
    try:
        given = orjson.loads(request.body)
        sent = [_given(one) for one in given["rows"]]
        reason = str(given.get("override_reason") or "")[:300]
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": _("This change cannot be read.")}, status=400)
    frame, run = _frame(request), uuid.uuid4()
    if len(sent) > allocations.MOST:
        return _refused(Refused("rows_too_many", most=allocations.MOST))
    read = Cells(request.user, frame, sent)
    lines = read.lines()
    try:
        if read.problems:
            raise sheets.RowsRefused(sorted(read.problems, key=lambda p: p.place))
        allocations.write(actor=request.user, lines=lines, run=run, override_reason=reason)
    except Refused as problem:
        return _refused(problem)
    count = sum(len(line.cells) or 1 for line in lines)
    return JsonResponse({
        "message": ngettext("Changed %(n)s cell", "Changed %(n)s cells", count) % {"n": count}, "undo": reverse("allocation_undo", kwargs={"run": run}), "rows": _fresh(request.user, frame, lines),
    })  # fmt: skip


def _fresh(user: Any, frame: Frame, lines: list[allocations.Line]) -> dict[int, list[Any]]:
    """Row number → the line as it is now; of an emptied one nothing."""
    of = {line.who[frame.kind].pk: line.who[frame.kind] for line in lines if frame.kind in line.who}
    made = _Lines(user, frame, list(of.values()))
    found = {}
    for line in lines:
        is_hard = line.is_hard if line.to_hard is None else line.to_hard
        row = made.of_line.get((line.who[frame.kind].pk, line.subject._meta.label_lower, line.subject.pk, is_hard)) if frame.kind in line.who else None
        if row is not None:
            found[line.place] = row
    return found


def _given(one: dict[str, Any]) -> Given:
    place, id, version = one["row"], one.get("id"), one.get("version")
    is_known = all(type(value) is int and 0 < value <= MAX_BIGINT for value in (id, version))
    texts = {str(name): str(text)[:200] for name, text in one["cells"].items()}
    if type(place) is not int or not (is_known or id is None) or not texts:
        raise ValueError
    return Given(place, id, version if is_known else None, texts)


def _refused(problem: Refused) -> JsonResponse:
    found = problem.problems if isinstance(problem, sheets.RowsRefused) else []
    told = [{"row": p.place, "column": _column(p.field), "label": _label(p.field), "code": p.code, "message": words.refusal("booking_stale" if p.code == "stale" else p.code, p.params)} for p in found]
    is_over = bool(found) and all(p.code == "overbooked" for p in found)
    message = str(told[0]["message"]) if len(told) == 1 else words.refusal(problem.code, problem.params)
    return JsonResponse({"message": message, "problems": told, "code": "overbooked" if is_over else problem.code, "current": {}}, status=422)


def _label(field: str) -> str:
    """The head of the column."""
    column = _column(field)
    named = {"who": _("Who"), "subject": _("For"), "state": _("State")}
    return named.get(column) or (day_and_month(date.fromisoformat(column)) if _DAY.fullmatch(column) else column)


def _column(field: str) -> str:
    return {"person": "who", "is_hard": "state"}.get(field, field)


@login_required
@require_POST
def undo(request: HttpRequest, run: uuid.UUID) -> HttpResponse:
    count = booking_runs.undo(actor=request.user, run=run)
    said = ngettext("Took %(n)s change back", "Took %(n)s changes back", count) % {"n": count}
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"message": said, "redo": reverse("allocation_undo", kwargs={"run": booking_runs.taken_back_by(run)})})
    return doors.go_to(request, reverse("allocation"), said)


urls = [path("allocation/", allocation, name="allocation"), path("allocation/cells/", cells, name="allocation_cells"), path("allocation/undos/<uuid:run>/", undo, name="allocation_undo")]
