"""Fairness: how evenly load, overtime and work on days off lie on a team; each mark leads to the week or the load behind it."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.text import whole_number
from tandem.reports.queries import fairness as reads
from tandem.reports.queries.fairness import Fairness, Spread, Worked
from tandem.web import charts
from tandem.web.charts import Plot, day_and_month
from tandem.web.templating import day as day_text


@login_required
def page(request: HttpRequest) -> HttpResponse:
    """`team` and `weeks`; without a team the first of one's own."""
    known = reads.teams(request.user)
    wanted = whole_number(request.GET.get("team", ""), 18) or (known[0][0] if known else 0)
    weeks = whole_number(request.GET.get("weeks", ""), 2) or reads.WEEKS
    weeks = weeks if weeks in reads.CHOICES else reads.WEEKS
    context: dict[str, Any] = {"teams": sorted(known, key=lambda row: row[1]), "wanted": wanted, "weeks": weeks, "choices": reads.CHOICES, "found": None, "night": "", "enough": reads.ENOUGH}
    if wanted:
        found = reads.of(request.user, reads.team(request.user, wanted), weeks)
        context |= {
            "found": found, "heads": [(day_and_month(week), day_text(week)) for week in found.weeks], "lines": [_line(found, one) for one in found.told],
            "sentence": _sentence(found), "night": _night(found), "strips": [_strip(found, name) for name in _shown(found)] if found.told else [],
        }  # fmt: skip
    return render(request, "resources/fairness.html", context)


def _shown(found: Fairness) -> list[str]:
    """Nights only where somebody's calendar has hours there, or a timer knows the time of day: elsewhere a nought would be a guess."""
    some = {"shifts": any(sum(one.shifts) > 0.05 for one in found.told) or ("shifts" in found.spreads and found.spreads["shifts"].high > 0), "night": any(one.clocked for one in found.told)}
    return [name for name in reads.MEASURES if some.get(name, True)]


def _names() -> dict[str, str]:
    return {"logged": _("Logged against time"), "overtime": _("Overtime"), "off": _("On days off"), "shifts": _("Night hours of shifts"), "night": _("Logged at night"), "meetings": _("In meetings"), "ahead": _("Load of the next %(n)s weeks") % {"n": reads.AHEAD}}


def told(measure: str, value: float | None) -> str:
    if value is None:
        return "–"
    return charts.percent(value) if measure in reads.SHARES else _("%(n)s h") % {"n": charts.number(round(value, 1))}


def _sentence(found: Fairness) -> str:
    """What it comes to, first."""
    over = found.spreads.get("overtime")
    if over is None or over.total is None or over.count is None:
        return ""
    if over.total < 0.05:
        return _("Nobody logged more than the time that they have.")
    return ngettext(
        "%(hours)s h of overtime: half of it lies with %(halves)s of %(count)s person.", "%(hours)s h of overtime: half of it lies with %(halves)s of %(count)s people.", over.count
    ) % {"hours": charts.number(round(over.total, 1)), "halves": over.halves, "count": over.count}  # fmt: skip


def _night(found: Fairness) -> str:
    """Who has most of the hours at night, and of how much of the logged time nobody knows."""
    shifts = found.spreads.get("shifts")
    said = []
    if shifts is not None and shifts.total is not None and shifts.count is not None and shifts.total >= 0.05:
        said.append(ngettext(
            "%(hours)s h of shifts at night: half of it lies with %(halves)s of %(count)s person.", "%(hours)s h of shifts at night: half of it lies with %(halves)s of %(count)s people.", shifts.count
        ) % {"hours": charts.number(round(shifts.total, 1)), "halves": shifts.halves, "count": shifts.count})  # fmt: skip
    elif not any(sum(one.shifts) > 0.05 for one in found.told):
        said.append(_("No calendar of these people has hours between 22:00 and 6:00."))
    logged, clocked = sum(sum(one.logged) for one in found.told), sum(one.clocked for one in found.told)
    if logged > 0.05:
        said.append(_("Of %(clocked)s of %(logged)s logged hours a timer knows the time of day; of the others nobody does.") % {"clocked": charts.number(round(clocked, 1)), "logged": charts.number(round(logged, 1))})
    return " ".join(said)


def _record(found: Fairness, one: Worked, measure: str) -> str:
    """The week in which most of it lies, or the load ahead."""
    if measure == "ahead":
        return reverse("person_load", kwargs={"id": one.person_id})
    if measure == "meetings":
        return reverse("meeting_value")
    weeks = {"logged": one.logged, "overtime": one.overtime, "off": one.off, "shifts": one.shifts, "night": one.night}[measure]
    return _week(found, one, max(range(len(weeks)), key=weeks.__getitem__))


def _week(found: Fairness, one: Worked, n: int) -> str:
    return f"{reverse('person_time', kwargs={'id': one.person_id})}?week={day_text(found.weeks[n])}"


def _strip(found: Fairness, measure: str) -> dict[str, Any]:
    """One line: the middle half of the team as a band, the median as a line, a dot for each person who is told."""
    spread: Spread | None = found.spreads.get(measure)
    rows = [(one, value) for one in found.told if any(one.logged) and (value := one.of(measure)) is not None]
    top = max([value for _one, value in rows] + ([spread.high] if spread else []), default=0.0)
    plot = _plot(measure, top)
    dots = [
        {"x": plot.x(value), "y": plot.y(0.5), "title": f"{one.name}: {told(measure, value)}", "href": _record(found, one, measure), "state": "risk" if _stands_out(one, measure, value, spread) else "on"}
        for one, value in rows
    ]  # fmt: skip
    band = plot.box(spread.low, spread.high, 0.15, 0.85) if spread else None
    said = _("Middle half %(low)s to %(high)s, median %(middle)s") % {"low": told(measure, spread.low), "high": told(measure, spread.high), "middle": told(measure, spread.middle)} if spread else ""
    return {"name": _names()[measure], "plot": plot, "dots": dots, "band": band, "middle": spread.middle if spread else None, "said": said}


def _stands_out(one: Worked, measure: str, value: float, spread: Spread | None) -> bool:
    """Well above the middle half of the team: by more than it is wide, and by two hours or a tenth at least."""
    if spread is None:
        return False
    return value > spread.high + max(spread.high - spread.low, 0.1 if measure in reads.SHARES else 2.0)


def _plot(measure: str, top: float) -> Plot:
    if measure in reads.SHARES:
        end = max(1.2, top * 1.05)
        ticks = [(n, charts.percent(n)) for n in charts.nice(0, end, 5)]
    else:
        end = max(4.0, top * 1.05)
        ticks = [(n, _("%(n)s h") % {"n": charts.number(n)}) for n in charts.nice(0, end, 5)]
    return charts.plot(x=(0, max(end, ticks[-1][0])), y=(0, 1), width=640, height=62, left=10, right=30, top=4, bottom=22, x_ticks=ticks, y_ticks=())


def _line(found: Fairness, one: Worked) -> dict[str, Any]:
    cells = [_cell(found, one, n) for n in range(len(found.weeks))]
    return {
        "name": one.name, "since": one.since, "url": reverse("people_detail", kwargs={"id": one.person_id}), "cells": cells, "is_silent": not any(one.logged),
        "sums": [(told(name, one.of(name)), _record(found, one, name)) for name in _shown(found)],
    }  # fmt: skip


def _cell(found: Fairness, one: Worked, n: int) -> dict[str, Any]:
    """Ground by the share of the time that was logged; a dot where some of it lies on a day off."""
    time, done, off = one.time[n], one.logged[n], one.off[n]
    share = done / time if time > 0.05 else (float("inf") if done > 0.05 else 0.0)
    step = 0 if share < 0.01 else 1 if share <= 0.8 else 2 if share <= 1.02 else 3 if share <= 1.2 else 4
    text = "–" if done <= 0.05 else told("logged", share) if share != float("inf") else told("off", done)
    said = [_("%(done)s h logged of %(time)s h") % {"done": charts.number(round(done, 1)), "time": charts.number(round(time, 1))}]
    said += [_("on days off %(n)s h") % {"n": charts.number(round(off, 1))}] if off > 0.05 else []
    return {"text": text, "step": step, "url": _week(found, one, n), "said": " · ".join(said), "is_off": off > 0.05, "until": found.weeks[n] + timedelta(days=6)}


urls = [path("fairness/", page, name="fairness")]
