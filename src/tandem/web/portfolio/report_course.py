"""The course of reports: slip, cost growth and ratings of many projects over the years on one page."""

from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from markupsafe import Markup, escape

from tandem.kit.text import whole_number
from tandem.people.models import Space, SpaceKind
from tandem.reports.queries import report_course as reads
from tandem.reports.queries.project_reports import Line, Step, state_of
from tandem.web import charts, doors, downloads, standing
from tandem.web.portfolio import continuing, money
from tandem.web.portfolio import report_words as words
from tandem.web.templating import url

_ROWS = 50
_DIFFERENCES = 40
_SORTS = ("slip", "growth", "name")


@login_required
@standing.page
def page(request: HttpRequest) -> HttpResponse:
    space, everything, found = _chosen(request)
    sort = request.GET.get("sort", "") if request.GET.get("sort", "") in _SORTS else "slip"
    found = _sorted(found, sort)
    heads, by_year = reads.columns(found)
    number = max(whole_number(request.GET.get("page", ""), 4) or 1, 1)
    shown = found[(number - 1) * _ROWS : number * _ROWS]
    single = reads.once(found)
    slips = [line.course.slip for line in single if line.course.slip is not None]
    groups = reads.groups(found)
    context = {
        "space": space, "places": places(request), "filters": _filters(request, everything), "q": request.GET.get("q", ""), "said": words, "money": money,
        "everything": everything, "found": found, "figures": _figures(found, slips, groups), "groups": groups, "heads": heads,
        "short_heads": [head if by_year else head[2:7] for head in heads], "rows": [_row(line, heads, by_year) for line in shown],
        "scatter": _scatter(single), "moved": reads.movement(found, heads, by_year), "differences": _differences(found), "difference_count": sum(len(line.course.differences) for line in found), "sort": sort,
        "sorts": [(name, label, with_changes(request, sort=name)) for name, label in (("slip", _("Slip")), ("growth", _("Cost growth")), ("name", _("Name")))],
        "next": with_changes(request, page=number + 1) if number * _ROWS < len(found) else "", "previous": with_changes(request, page=number - 1) if number > 1 else "",
        "is_narrowed": len(found) < len(everything), "query": request.GET.urlencode(), "limits": (30, 180), "twice": _reported_twice(found),
        "go_on": continuing.of(request, space, found),
    }  # fmt: skip
    return render(request, "portfolio/report_course.html", context)


@login_required
@require_POST
def proposals(request: HttpRequest, key: str) -> HttpResponse:
    """The projects that are shown ask for a place in the next choice."""
    space, _everything, found = _chosen(request, key)
    assert space is not None
    said = continuing.take(request, space, found)
    return doors.go_to(request, f"{reverse('project_reports_course')}?{request.GET.urlencode()}#go-on", said)


def _chosen(request: HttpRequest, key: str = "") -> tuple[Space | None, list[Line], list[Line]]:
    key = key or request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    everything = reads.lines(request.user, space)
    given = {name: request.GET.get(name, "") for name in ("department", "category", "phase", "source")}
    asked = reads.Chosen(**given, text=request.GET.get("q", "").strip())
    return space, everything, [line for line in everything if asked.holds(line)]


def _sorted(found: list[Line], sort: str) -> list[Line]:
    """Nothing known stands last."""
    if sort == "name":
        return sorted(found, key=lambda line: line.name.casefold())
    value = (lambda line: line.course.slip) if sort == "slip" else (lambda line: line.course.growth_share)
    return sorted(found, key=lambda line: (value(line) is None, -(value(line) or 0), line.name))


def places(request: HttpRequest) -> list[tuple[str, str]]:
    kinds = (SpaceKind.ORGANISATION, SpaceKind.PORTFOLIO, SpaceKind.PROGRAMME)
    rows = Space.objects.visible_to(request.user).filter(kind__in=kinds).values_list("key", "name")
    return [("", str(_("Everywhere"))), *((key, name) for key, name in rows)]


def _filters(request: HttpRequest, everything: list[Line]) -> list[dict[str, Any]]:
    labels = {"department": _("Department"), "category": _("Category"), "phase": _("Phase"), "source": _("Source")}
    found = []
    for name, label in labels.items():
        values = sorted({value.casefold(): value for line in everything if (value := getattr(line, name))}.values())
        if len(values) > 1:
            found.append({"name": name, "label": label, "values": values, "value": request.GET.get(name, "")})
    return found


def _reported_twice(found: list[Line]) -> int:
    """Projects that several sources report."""
    return sum(count > 1 for count in Counter(line.project_id for line in found).values())


def _figures(found: list[Line], slips: list[int], groups: list[reads.Group]) -> list[dict[str, Any]]:
    late = sum(slip > 0 for slip in slips)
    currencies = {one.currency for one in groups}
    growth = sum(one.growth for one in groups) if len(currencies) == 1 else None
    base = sum(one.base for one in groups)
    return [
        {"label": _("Projects"), "value": len({line.project_id for line in found})},
        {"label": _("Reports"), "value": sum(len(line.course.steps) for line in found)},
        {"label": _("Median slip"), "value": words.days(median(slips)) if slips else "–", "note": _("%(late)s of %(all)s later than first reported") % {"late": late, "all": len(slips)}},
        {"label": _("Cost growth"), "value": money.money(growth, next(iter(currencies)), signed=True) if growth is not None else "–",
         "note": words.share(float(growth / base)) if growth is not None and base else _("several currencies: see the departments") if len(currencies) > 1 else ""},
        {"label": _("The source says otherwise"), "value": len({line.project_id for line in found if line.course.differences}), "note": _("projects")},
    ]  # fmt: skip


def _row(line: Line, heads: list[str], by_year: bool) -> dict[str, Any]:
    steps, last = reads.strip(line, by_year), line.course.steps[-1]
    return {
        "line": line, "href": url("projects_detail", id=line.project_id), "state": state_of(last), "said": _said(last),
        "cells": Markup("").join(_cell(steps.get(head)) for head in heads),
    }  # fmt: skip


def _said(step: Step) -> Any:
    """The word for the shape at the end of the row."""
    if step.point.rating:
        return words.rating(step.point.rating)
    return words.days(step.slip) if step.slip is not None else _("no date")


def _cell(step: Step | None) -> Markup:
    """In Python: hundreds of them stand on the page, and a macro call costs ten times a function call."""
    if step is None:
        return Markup("<td></td>")
    point = step.point
    title = f"{point.on:%Y-%m-%d} · {words.days(step.slip)}" + (f" · {point.rating}/5" if point.rating else "")
    return Markup('<td class="s0"><a href="{}" data-peek title="{}" aria-label="{}"><i class="sh sh-{}" aria-hidden="true"></i></a></td>').format(
        url("project_reports_detail", id=point.id), title, title, state_of(step)
    )


def _scatter(found: list[Line]) -> dict[str, Any] | None:
    """Slip across, cost growth up; what lies outside of the middle 96 % stands at the edge, as said below the picture."""
    points = [(line, line.course.slip, line.course.growth_share) for line in found]
    known = [(line, slip, 100 * share) for line, slip, share in points if slip is not None and share is not None]
    if len(known) < 3:
        return None
    (left, right), (low, high) = (middle([one[at] for one in known]) for at in (1, 2))
    ticks = charts.nice(low, high, 5)
    plot = charts.plot(x=(left, right), y=(ticks[0], ticks[-1]), height=320, left=56, bottom=40, y_ticks=[(t, f"{charts.number(t)} %") for t in ticks])
    dots = [
        Markup('<a href="{}" data-peek tabindex="-1"><title>{}</title><circle class="ch-d f-{}" cx="{}" cy="{}" r="3"/></a>').format(
            url("projects_detail", id=line.project_id), f"{line.name}: {words.days(slip)}, {words.share(share / 100)}",
            state_of(line.course.steps[-1]), plot.x(slip), plot.y(share),
        )
        for line, slip, share in known
    ]  # fmt: skip
    return {
        "plot": plot, "dots": Markup("").join(dots), "count": len(known), "without": len(points) - len(known),
        "outside": sum(not (left <= slip <= right and ticks[0] <= share <= ticks[-1]) for _line, slip, share in known),
        "label": escape(_("Slip and cost growth of %(n)s projects") % {"n": len(known)}),
    }  # fmt: skip


def middle(values: list[float]) -> tuple[float, float]:
    ranked = sorted(values)
    cut = len(ranked) // 50
    low, high = min(ranked[cut], 0), max(ranked[-1 - cut], 0)
    return (low, high) if low < high else (low - 1, high + 1)


def _differences(found: list[Line]) -> list[dict[str, Any]]:
    rows = [
        {
            "line": line, "href": url("project_reports_detail", id=one.report_id), "what": words.difference(one.code), "on": one.on,
            "ours": words.days(int(one.ours)) if one.code.startswith("slip") else money.money(one.ours, line.currency, signed=True),
            "theirs": words.days(int(one.theirs)) if one.code.startswith("slip") else money.money(one.theirs, line.currency, signed=True),
        }
        for line in found for one in line.course.differences
    ]  # fmt: skip
    return rows[:_DIFFERENCES]


def with_changes(request: HttpRequest, **changes: Any) -> str:
    query = {name: value for name, value in request.GET.items() if value and name != "page"} | changes
    return f"?{urlencode(query)}"


def _heads() -> list[str]:
    return [
        _("Project"), _("Source"), _("Department"), _("Category"), _("Phase"), _("Reports"), _("First report"), _("Last report"),
        _("Counts from"), _("Planned finish"), _("Slip (days)"), _("Slip, stated"), _("Currency"), _("Counts from (cost)"), _("Cost"),
        _("Cost growth"), _("Cost growth, stated"), _("Rating of the source"), _("Differences"),
    ]  # fmt: skip


def _export(found: list[Line]) -> Iterator[list[Any]]:
    for line in found:
        course, last = line.course, line.course.last
        finish = next((s.point.finish for s in reversed(course.steps) if s.point.finish), None)
        budget = next((s.point.budget for s in reversed(course.steps) if s.point.budget is not None), None)
        yield [
            line.name, line.source, line.department, line.category, line.phase, len(course.steps), course.steps[0].point.on, last.on,
            course.base_finish, finish, course.slip, course.stated_slip, line.currency, _plain(course.base_budget), _plain(budget),
            _plain(course.growth), _plain(course.stated_growth), last.rating, len(course.differences),
        ]  # fmt: skip


def _plain(value: Any) -> float | None:
    return None if value is None else float(value)


@login_required
def export_csv(request: HttpRequest) -> HttpResponseBase:
    _space, _everything, found = _chosen(request)
    return downloads.csv("course-of-reports", _heads(), _export(_sorted(found, "name")))


@login_required
def export_xlsx(request: HttpRequest) -> HttpResponseBase:
    _space, _everything, found = _chosen(request)
    return downloads.xlsx("course-of-reports", _("Course of reports"), _heads(), _export(_sorted(found, "name")))


urls = [
    path("project-reports/course/", page, name="project_reports_course"),
    path("project-reports/course/<str:key>/proposals/", proposals, name="project_reports_course_proposals"),
    path("project-reports/course.csv", export_csv, name="project_reports_course_csv"),
    path("project-reports/course.xlsx", export_xlsx, name="project_reports_course_xlsx"),
]
