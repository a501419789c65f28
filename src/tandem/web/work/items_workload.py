"""The workload layout of work items: people by weeks, open work against working time; every cell leads to its items."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit import clock
from tandem.kit.dates import parse_day
from tandem.reports.queries import filter_language, workload
from tandem.reports.queries.work_item_table import Asked
from tandem.web.charts import day_and_month
from tandem.web.templating import day as day_text
from tandem.web.work import filtering

MOST_KEYS = 50
"""Keys in one address; a cell with more leads to the person's open items."""


def shown(request: HttpRequest, asked: Asked, context: dict[str, Any]) -> HttpResponse:
    """`measure=points` counts points instead of hours, `on` says from which week."""
    by_points, first = request.GET.get("measure") == "points", _first(request)
    load = workload.of(asked.rows, request.user, asked.space, first, by_points)
    step = timedelta(weeks=workload.WEEKS)
    context |= {
        "load": load, "weeks": [(day_and_month(week), day_text(week), week <= clock.today() < week + timedelta(days=7)) for week in load.weeks],
        "lines": [_line(request, line) for line in load.lines], "by_points": by_points, "rests_on": _rests_on(load, by_points),
        "undated_url": _list(request, f"{request.GET.get('q', '')} state:open no:due no:finish"),
        "back_url": filtering.changed(request, on=day_text(first - step)), "on_url": filtering.changed(request, on=day_text(first + step)),
        "today_url": filtering.changed(request, on=""),
        "measures": [
            {"label": label, "href": filtering.changed(request, measure=name), "current": by_points == bool(name)}
            for name, label in (("", _("Hours")), ("points", _("Points")))
        ],
    }  # fmt: skip
    return render(request, "work/items_workload.html", context)


def _first(request: HttpRequest) -> date:
    try:
        on = parse_day(request.GET.get("on", ""))
    except ValueError:
        on = clock.today()
    on = on if 1950 < on.year < 2150 else clock.today()
    return on - timedelta(days=on.weekday())


def _line(request: HttpRequest, line: workload.Line) -> dict[str, Any]:
    who = line.name or _("Nobody")
    cells = []
    for week, cell in enumerate(line.cells):
        time = line.time[week] if line.time else None
        is_over = time is not None and cell.load > time + 0.05
        cells.append({
            "text": f"{cell.load:.0f}" if cell.load >= 10 else f"{cell.load:.2g}" if cell.load else "?" if cell.unsized else "0", "over": is_over,
            "time": None if time is None else f"{time:.0f}", "share": round(100 * cell.load / time) if time else None, "count": len(set(cell.keys)),
            "unsized": cell.unsized, "href": _cell(request, line, cell.keys) if cell.keys else "",
        })  # fmt: skip
    undated = len(line.undated)
    return {"who": who, "cells": cells, "undated": undated, "undated_href": _cell(request, line, line.undated) if undated else "", "total": f"{line.total:.3g}"}


def _cell(request: HttpRequest, line: workload.Line, keys: list[str]) -> str:
    """The list of exactly these items."""
    known = list(dict.fromkeys(keys))
    if len(known) <= MOST_KEYS:
        return _list(request, f"key:{','.join(known)}")
    who = f"assignee:{filter_language.quoted(line.name)}" if line.user_id else "no:assignee"
    return _list(request, f"{request.GET.get('q', '')} state:open {who}")


def _list(request: HttpRequest, q: str) -> str:
    kept = {"space": request.GET["space"]} if request.GET.get("space") else {}
    return "?" + urlencode({"q": q.strip(), **kept})


def _rests_on(load: workload.Workload, by_points: bool) -> list[str]:
    said = [
        ngettext("It rests on %(n)s open item of what the filter finds.", "It rests on %(n)s open items of what the filter finds.", load.items) % {"n": load.items},
        _("Placed by their plan: %(plan)s, spread evenly over the working days that are left. Placed in the week in which they are due: %(due)s, of which late and put into this week: %(late)s. In other weeks than these: %(beyond)s.")
        % {"plan": load.by_plan, "due": load.by_due, "late": load.overdue, "beyond": load.beyond},
        _("What is done by its own percentage counts no more; several people share an item by their shares; summaries are left out, for their parts are counted."),
    ]  # fmt: skip
    if by_points:
        said.append(_("Points have no working time: nothing is marked as too much."))
    else:
        said.append(_("Working time is what each person has: their own calendar or that of the scope, their share of a week, less approved time off, meetings and the days off that people said for their sprints, spread over each sprint."))
    if load.is_cut:
        said.append(_("Only the first %(n)s open items by due date are counted. Narrow the filter.") % {"n": load.items})
    if load.people_left_out:
        said.append(_("People with the least work are not shown: %(n)s.") % {"n": load.people_left_out})
    return said
