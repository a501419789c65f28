"""When a plan ends, as a range: P50 and P80 of one network, the trials behind them, and what moves the end most."""

from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from tandem.kit.dates import short_day
from tandem.people.access import Permission, may
from tandem.people.models import Space
from tandem.planning.actions import plan_ranges as actions
from tandem.portfolio.models import Project
from tandem.reports.queries import plan_range_words as words
from tandem.reports.queries import plan_ranges as reads
from tandem.web import charts, doors
from tandem.web.collaboration.jobs import phase_words
from tandem.web.governance import change_links
from tandem.web.templating import day

_CASES = 40


@login_required
@require_GET
def page(request: HttpRequest, key: str) -> HttpResponse:
    space = _space(request, key)
    shown = reads.newest(request.user, space)
    job = actions.running(request.user, space)
    row = shown.range if shown else None
    context: dict[str, Any] = {
        "space": space, "project": Project.objects.visible_to(request.user).filter(space=space).first(), "row": row, "job": job, "phase_words": phase_words, "here": request.get_full_path(),
        "may_ask": may(request.user, Permission.EDIT_WORK, space.pk), "refusal": words.refusal(row.refusal) if row and row.refusal else "",
    }  # fmt: skip
    if shown and row and row.p80:
        context |= {
            "sentence": _sentence(row), "strip": _strip(row), "trials": _trials(row), "drivers": [_driver(one) for one in shown.drivers], "tornado": _tornado(shown.drivers, row.detail),
            "counted": [(_name(one), _href(one), one) for one in shown.counted], "rests_on": words.rests_on(row.detail), "course": _course(shown.course), "risks": [_risk(one) for one in shown.risks], **_tried(request.user, space),
        }  # fmt: skip
    return render(request, "planning/plan_range.html", context)


@login_required
@require_POST
def computations(request: HttpRequest, key: str) -> HttpResponse:
    space = _space(request, key)
    actions.ask(actor=request.user, space=space, title=_("Range of the plan: %(name)s") % {"name": space.name})
    return doors.go_to(request, reverse("plan_range", kwargs={"key": key}))


def _space(request: HttpRequest, key: str) -> Space:
    return doors.find(Space.objects.filter(kind__in=actions.KINDS), request.user, key=key)


def _sentence(row: Any) -> str:
    said = _("In half of the trials everything is done by %(p50)s, in eight of ten by %(p80)s.") % {"p50": day(row.p50), "p80": day(row.p80)}
    chance = row.detail.get("chance")
    if chance is None:
        return said
    planned = day(date.fromisoformat(row.detail["planned_end"]))
    return _("%(first)s %(second)s") % {"first": said, "second": _("The planned end, %(planned)s, is kept in %(percent)s %% of them.") % {"planned": planned, "percent": round(100 * chance)}}


def _strip(row: Any) -> list[dict[str, Any]]:
    low, high = row.detail["p80_between"]
    found = [
        {"label": "P50", "value": day(row.p50), "note": _("half of the trials")},
        {"label": "P80", "value": day(row.p80), "note": _("known to %(low)s – %(high)s") % {"low": _short(low), "high": _short(high)}},
        {"label": "P95", "value": day(row.p95), "note": _("nearly all")},
        {"label": _("Open items"), "value": row.detail["items"], "note": _("%(n)s of them as tasks") % {"n": row.detail["tasks"]}},
    ]  # fmt: skip
    if "chance" in row.detail:
        found.append({"label": _("Planned end kept"), "value": f"{round(100 * row.detail['chance'])} %", "note": _short(row.detail["planned_end"])})
    return found


def _short(text: Any) -> str:
    return short_day(date.fromisoformat(text)) if text else "–"


def _trials(row: Any) -> dict[str, Any]:
    """How many trials end when, with the P50, the P80 and the planned end."""
    bins = [(date.fromisoformat(first), date.fromisoformat(last), count) for first, last, count in row.detail["bins"]]
    planned = date.fromisoformat(row.detail["planned_end"]) if row.detail.get("planned_end") else None
    first, last = bins[0][0], max(bins[-1][1], row.p80) + timedelta(days=1)
    if planned and first - timedelta(days=120) <= planned <= last + timedelta(days=120):
        first, last = min(first, planned), max(last, planned)
    else:
        planned = None
    plot = charts.plot(x=(first, last), y=(0, max(count for *_days, count in bins)), height=200, left=44)
    bars = [
        {"box": plot.box(begin, end + timedelta(days=1), 0, count), "on": planned is None or end <= planned,
         "title": _("%(first)s – %(last)s: %(n)s trials") % {"first": short_day(begin), "last": short_day(end), "n": count}}
        for begin, end, count in bins
    ]  # fmt: skip
    return {"plot": plot, "bars": bars, "planned": planned, "rows": [[f"{begin.isoformat()} – {end.isoformat()}", count] for begin, end, count in bins]}


def _tornado(drivers: list[reads.Driver], detail: Any) -> list[dict[str, Any]]:
    """Bars of the mean end, in per cent of the widest span: from its best tenth to its worst."""
    if not drivers:
        return []
    first, last = min(one.short for one in drivers), max(one.long for one in drivers)
    span = max((last - first).days, 1)
    mean = date.fromisoformat(detail["mean"])
    return [
        {"x": 100 * (one.short - first).days / span, "w": max(100 * (one.long - one.short).days / span, 0.8), "mean": 100 * (mean - first).days / span}
        for one in drivers
    ]


def _driver(one: reads.Driver) -> dict[str, Any]:
    return {"name": _name(one), "href": _href(one), "short": one.short, "long": one.long, "days": one.days, "criticality": round(100 * one.criticality)}


def _risk(one: reads.Struck) -> dict[str, Any]:
    """Named as far as the reader sees it."""
    days = (one.with_it - one.without).days if one.with_it and one.without else None
    return {
        "name": one.risk.title if one.risk else _("a risk that you cannot see"), "href": reverse("risks_detail", kwargs={"id": one.risk.pk}) if one.risk else "",
        "share": f"{100 * one.happened:.0f} %", "with": one.with_it, "without": one.without, "days": days,
    }  # fmt: skip


def _tried(user: Any, space: Space) -> dict[str, Any]:
    found = reads.tried(user, space)
    linked = change_links.linked(user, [one.row.baseline.name for one in found.cases[:_CASES]])
    words_of = {True: pgettext("range", "held"), False: pgettext("range", "missed"), None: pgettext("range", "not decided")}
    rows = [
        {"name": linked(one.row.baseline.name), "place": one.row.space.name, "key": one.row.space.key, "on": one.row.as_of, "items": one.row.items, "p50": one.row.p50, "p80": one.row.p80, "ended": one.row.ended_on,
         "word": words_of[one.held], "state": {True: "on", False: "off", None: "none"}[one.held]}
        for one in found.cases[:_CASES]
    ]  # fmt: skip
    return {"tried": words.tried(found), "cases": rows, "more_cases": max(len(found.cases) - _CASES, 0)}


def _name(one: Any) -> str:
    row: Any = one.row
    if row is None:
        return {"feature": _("a feature that you cannot see"), "project": _("a project that you cannot see"), "space": _("a project that you cannot see")}.get(one.kind, _("an item that you cannot see"))
    if one.kind == "item":
        return f"{row.key} {row.title}"
    if one.kind == "space":
        return _("%(name)s: risks to the whole project") % {"name": row.name}
    return str(row.title) if one.kind == "feature" else _("%(name)s: what belongs to no feature") % {"name": row.name}


def _href(one: Any) -> str:
    row: Any = one.row
    if row is None:
        return ""
    if one.kind == "item":
        return reverse("work_item", kwargs={"key": row.key})
    return reverse("features_detail" if one.kind == "feature" else "projects_detail", kwargs={"id": row.pk})


def _course(days: list[reads.Course]) -> dict[str, Any] | None:
    """How the range has moved, day by day."""
    if len(days) < 2:
        return None
    low, high = min(one.p50 for one in days), max(one.p80 for one in days)
    marks = charts.days_between(low, high + timedelta(days=1), 5)
    plot = charts.plot(x=(days[0].on, days[-1].on), y=(low, high + timedelta(days=1)), height=180, left=62, y_ticks=[(place, text) for place, text in marks])
    rows = [[one.on.isoformat(), one.p50.isoformat(), one.p80.isoformat()] for one in days]
    return {"plot": plot, "area": plot.area([(one.on, charts.place(one.p50), charts.place(one.p80)) for one in days]), "line": plot.steps([(one.on, one.p80) for one in days]), "rows": rows}


urls = [
    path("plan/ranges/<slug:key>/", page, name="plan_range"),
    path("plan/ranges/<slug:key>/computations/", computations, name="plan_range_computations"),
]
