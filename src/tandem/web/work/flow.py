"""Flow of a project: how long work takes, what gets old, what holds it up, and when it is done."""

import csv
import io
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.collaboration import words
from tandem.kit import http
from tandem.kit.dates import short_day
from tandem.kit.errors import Refused
from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.planning import words as planned
from tandem.planning.models import Forecast
from tandem.portfolio.models import Project
from tandem.reports.exports.sheets import harmless
from tandem.reports.queries import flow as reads
from tandem.reports.queries import flow_figures, flow_forecast
from tandem.reports.queries.flow_figures import FlowTimes, NotEnough
from tandem.web import doors
from tandem.web.templating import day
from tandem.web.work import filtering
from tandem.web.work import flow_pictures as pictures
from tandem.web.work import flow_words as said
from tandem.web.work.boards import chooser
from tandem.work.models import State

PERIODS = {"13w": 13, "26w": 26, "52w": 52, "all": 0}
USUAL = "26w"
MOST_CLUSTERS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    space: Space
    project: Project
    period: str
    reading: reads.Reading
    problem: str


@login_required
def chosen(request: HttpRequest) -> HttpResponse:
    return chooser(request, "flow", _("Flow"), _("How long work takes in each project, what gets old, and what holds it up."))


@login_required
def flow(request: HttpRequest, key: str) -> HttpResponse:
    asked = _asked(request, key)
    request.live_topics = [f"space:{asked.space.pk}"]  # type: ignore[attr-defined]
    text = "" if asked.problem else request.GET.get("q", "")
    context: dict[str, Any] = {
        "space": asked.space, "project": asked.project, "q": request.GET.get("q", ""), "problem": asked.problem,
        "period_links": [
            {"label": _("%(n)s weeks") % {"n": n} if n else _("All"), "href": filtering.changed(request, period=name), "current": name == asked.period}
            for name, n in PERIODS.items()
        ],
        "chips": filtering.chips(request, text), "terms": filtering.terms(), "help": filtering.guide(), "with_": lambda **k: filtering.changed(request, **k),
        "keep": {name: value for name, value in (("period", request.GET.get("period", "")), ("queue", ",".join(map(str, sorted(asked.reading.queues))))) if value},
        "export": reverse("flow_export", kwargs={"key": key}) + filtering.changed(request), "ended": asked.project.as_of,
        "queues": asked.reading.queues, "has_done": any(s.is_done for s in asked.reading.states),
        "longer": filtering.changed(request, period="all") if asked.period != "all" else "",
        "about": _forecast(request, asked), "computed": said.computed(asked.reading), "clock": said.clock(asked.reading.clock), "in_working_days": asked.reading.clock.in_working_days,
        "clock_is_own": asked.reading.clock.is_own or asked.reading.clock.in_working_days, "clock_at": reverse("board_settings", kwargs={"key": key}) + "#clock",
    }  # fmt: skip
    figures = flow_figures.figures(asked.reading)
    return render(request, "work/flow.html", context | ({"figures": None} if figures is None else _shown(asked.reading, figures)))


def _asked(request: HttpRequest, key: str) -> Asked:
    space = doors.find(Space.objects, request.user, key=key)
    project = doors.find(Project.objects.select_related("space"), request.user, space=space)
    period = request.GET.get("period", "")
    period = period if period in PERIODS else USUAL
    now = reads.now_of(project)
    since = reads.midnight(now - timedelta(weeks=PERIODS[period])) if PERIODS[period] else None
    given = ",".join(request.GET.getlist("queue")).split(",")[:50]
    chosen = [number for value in given if (number := whole_number(value)) is not None]
    queues = chosen if "queue" in request.GET else None
    text, problem = request.GET.get("q", ""), ""
    try:
        reading = reads.read(request.user, space.pk, now=now, since=since, text=text, queues=queues)
    except Refused as refused:
        problem = words.refusal(refused.code, refused.params)
        reading = reads.read(request.user, space.pk, now=now, since=since, queues=queues)
    return Asked(space, project, period, reading, problem)


def _shown(reading: reads.Reading, figures: flow_figures.Figures) -> dict[str, Any]:
    ageing, weeks = pictures.ageing(reading, figures), pictures.throughput(reading, figures)
    late = ageing["late"] if ageing else None
    times = figures.times
    return {
        "figures": figures, "verdict": said.verdict(reading, figures, late), "strip": said.strip(reading, figures, weeks and weeks["mean"], late),
        "diagram": pictures.diagram(reading, figures), "scatter": pictures.scatter(figures), "ageing": ageing, "weeks": weeks,
        "expected": said.expected(figures.expectation), "agreement": said.agreement(figures.consistency),
        "bottleneck": said.bottleneck(reading, figures.bottleneck), "queue_rows": said.queues(reading, figures.bottleneck),
        "times": times if isinstance(times, FlowTimes) else None, "too_little": said.too_little(times),
        "states": [(reading.state(one.state), one) for one in times.states] if isinstance(times, FlowTimes) else [],
        "steps": [s for s in reading.states if s.category == State.Category.IN_PROGRESS],
        "clusters": figures.clusters[:MOST_CLUSTERS], "more_clusters": max(0, len(figures.clusters) - MOST_CLUSTERS), "notes": said.notes(reading, figures), "in_days": pictures.days,
    }  # fmt: skip


def _forecast(request: HttpRequest, asked: Asked) -> dict[str, Any]:
    """When everything open is done, by the project's current forecast; how much by a day that was asked for."""
    row = Forecast.objects.visible_to(request.user).of(asked.project).filter(is_current=True).first()
    detail = row.detail if row else {}
    past = detail.get("backtest") or {}
    text = ""
    if "held" in past:
        text = _("P80 held in %(held)s of %(total)s past cases") % {"held": sum(past["held"]), "total": len(past["held"])}
    elif past:
        text = _("Too short a history to check past forecasts against it.")
    return {
        "row": row, "why": planned.refusal(row.refusal) if row and row.refusal else _("Not computed yet: that takes a moment after a change."),
        "held": past.get("held", []), "accuracy": text, "warnings": [planned.warning(w) for w in detail.get("warnings") or []],
        "rests_on": _rests_on(row), **_amount(request, asked, row),
    }  # fmt: skip


def _rests_on(row: Any) -> str:
    detail = row.detail if row else {}
    if "from" not in detail:
        return ""
    known = {
        "pace": planned.rate(detail["mean"]), "weeks": max(1, round(detail["working_days"] / 5)), "low": planned.figure(detail["low"]),
        "high": planned.figure(detail["high"]),
    }  # fmt: skip
    left = ngettext("%(n)s item left", "%(n)s items left", row.remaining or 0) % {"n": row.remaining or 0}
    return f"{left} · " + _("the team finishes %(pace)s/wk (%(weeks)s wk, %(low)s–%(high)s)") % known


def _amount(request: HttpRequest, asked: Asked, row: Any) -> dict[str, Any]:
    """By the day in the address, else by the end of the quarter as the forecast has it."""
    given = request.GET.get("by", "")
    try:
        by = date.fromisoformat(given) if given else None
    except ValueError:
        return {"by": given, "amount": "", "by_problem": _("This is no date like 2027-03-31.")}
    if by is None:
        known = (row.detail.get("amount") if row else None) or {}
        text = _by(short_day(date.fromisoformat(known["by"])), known["p50"], known["p80"], known["p95"], row.remaining or 0) if known else ""
        return {"by": "", "amount": text, "by_problem": ""}
    found = flow_forecast.amount_by(asked.project, by)
    if isinstance(found, NotEnough):
        return {"by": given, "amount": "", "by_problem": said.too_little(found)}
    if found is None:
        return {"by": given, "amount": "", "by_problem": _("Nothing is open, or the day has passed.")}
    return {"by": given, "amount": _by(short_day(by), found.p50, found.p80, found.p95, found.left), "by_problem": ""}


def _by(by: str, p50: int, p80: int, p95: int, left: int) -> str:
    return ngettext(
        "By %(by)s: %(p50)s item (P50), %(p80)s (P80), %(p95)s (P95) of %(left)s left",
        "By %(by)s: %(p50)s items (P50), %(p80)s (P80), %(p95)s (P95) of %(left)s left", p50,
    ) % {"by": by, "p50": p50, "p80": p80, "p95": p95, "left": left}  # fmt: skip


@login_required
def export(request: HttpRequest, key: str) -> HttpResponse:
    """The items behind the pictures, one a line; a cell that a spreadsheet would run is made text."""
    asked = _asked(request, key)
    out = io.StringIO()
    writer = csv.writer(out)
    heads = (_("Key"), _("Title"), _("Type"), _("State"), _("Arrived"), _("Started"), _("Finished"), *_heads_in_days(asked.reading))
    writer.writerow([*heads, *(s.name for s in asked.reading.states)])
    for row in flow_figures.items(asked.reading):
        when = [day(moment) for moment in (row.arrived, row.started, row.finished)]
        amounts = [f"{n:.3f}" if n is not None else "" for n in (row.days, row.blocked, *row.in_states)]
        writer.writerow(harmless(c) for c in (row.line.key, row.line.title, row.line.type, row.state, *when, *amounts))
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = http.attachment_header(f"flow-{key}.csv")
    return response


def _heads_in_days(reading: reads.Reading) -> tuple[str, str]:
    if reading.clock.in_working_days:
        return _("Working days in progress"), _("Blocked working days")
    return _("Days in progress"), _("Blocked days")


urls = [
    path("flow/", chosen, name="flows"),
    path("flow/<slug:key>/", flow, name="flow"),
    path("flow/<slug:key>/export.csv", export, name="flow_export"),
]
