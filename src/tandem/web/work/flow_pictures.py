"""The pictures of the flow page: what stands where. The macros of `components/charts.html` write them."""

from datetime import timedelta
from math import ceil
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.kit.dates import short_day
from tandem.reports.queries.flow import Line, Reading
from tandem.reports.queries.flow_figures import AgeingChart, Figures, Finished, FlowTimes
from tandem.web import charts
from tandem.web.templating import day
from tandem.work.models import State

MOST_DOTS, MOST_POINTS, MOST_ROWS = 1200, 160, 200
BESIDE = 52  # room for the names of the lines
_FILLS = {State.Category.TO_DO: "f-none", State.Category.IN_PROGRESS: "f-on", State.Category.DONE: "f-done"}


def days(value: float) -> str:
    """`0.4`, `3.2`, `14`: one digit below ten days."""
    return f"{value:.1f}" if value < 9.95 else f"{value:,.0f}"


def address(line: Line) -> str:
    return reverse("work_item", kwargs={"key": line.key})


def diagram(reading: Reading, figures: Figures) -> dict[str, Any]:
    """The cumulative flow: a band for each state, the last one below."""
    flow = figures.diagram
    step = max(1, ceil(len(flow.counts) / MOST_POINTS))
    rows = sorted({*range(0, len(flow.counts), step), len(flow.counts) - 1})
    dates = [flow.first + timedelta(days=row) for row in rows]
    order = list(range(len(flow.states)))[::-1]
    values = [[int(flow.counts[row][k]) for k in order] for row in rows]
    plot = charts.plot(x=(dates[0], max(dates[-1], dates[0] + timedelta(days=1))), y=(0, max(1, *(sum(v) for v in values))), height=270)
    tones: dict[str, int] = {}
    bands = []
    for place, spans in zip(order, charts.stacked(values), strict=True):
        state = reading.state(flow.states[place])
        tone = tones.get(state.category, 0)
        tones[state.category] = tone + 1
        bands.append({
            "d": plot.area((at, low, high) for at, (low, high) in zip(dates, spans, strict=True)),
            "cls": _FILLS[State.Category(state.category)], "tone": tone % 4 + 1, "kind": "area",
            "text": f"{state.name} {values[-1][order.index(place)]}", "title": state.name, "href": _table(reading, f'state:"{state.name}"'),
        })  # fmt: skip
    shown = rows[:: max(1, len(rows) // 30)]
    return {
        "plot": plot, "bands": bands, "legend": bands[::-1],
        "heads": [{"text": _("Date")}, *({"text": reading.state(s).name, "n": True} for s in flow.states)],
        "rows": [[day(flow.first + timedelta(days=row)), *(int(n) for n in flow.counts[row])] for row in shown],
    }  # fmt: skip


def scatter(figures: Figures) -> dict[str, Any] | None:
    """A dot for each finished item: on which day, after how many days. What lies far above the rest stands at the edge."""
    times = figures.times
    timed = [one for one in figures.finished if one.days is not None]
    if not timed:
        return None
    lines = _percentiles(times)
    longest = max(one.days or 0 for one in timed)
    top = lines["P95"] * 1.6 if lines and longest > 3 * lines["P95"] > 0 else longest
    last = max(figures.until, figures.since + timedelta(days=1))
    plot = charts.plot(x=(figures.since, last), y=(0, max(top, 1)), height=270, right=BESIDE)
    dots = [_dot(plot, one, lines) for one in timed[-MOST_DOTS:]]
    return {
        "plot": plot, "dots": dots, "lines": [(name, value) for name, value in lines.items() if name in ("P50", "P85", "P95")],
        "beyond": sum((one.days or 0) > plot.y.high for one in timed), "hidden": max(0, len(timed) - MOST_DOTS),
        "legend": [
            {"kind": "dot", "state": "on", "text": _("within P85")}, {"kind": "dot", "state": "risk", "text": _("P85 to P95")},
            {"kind": "dot", "state": "off", "text": _("above P95")},
        ] if lines else [],
        "heads": [{"text": _("Work item")}, {"text": _("Type")}, {"text": _("Finished")}, {"text": _("Days"), "n": True}],
        "rows": [
            [{"text": f"{one.line.key} {one.line.title}", "href": address(one.line)}, one.line.type, day(one.on), days(one.days or 0)]
            for one in timed[::-1][:MOST_ROWS]
        ],
        "more": _more(len(timed)),
    }  # fmt: skip


def _percentiles(times: Any) -> dict[str, float]:
    """`P50` … `P95` of the cycle time, empty with too little history."""
    if not isinstance(times, FlowTimes) or times.cycle is None or times.cycle.items < 8:
        return {}
    return {f"P{round(one.share * 100)}": one.value for one in times.cycle.percentiles}


def _dot(plot: charts.Plot, one: Finished, lines: dict[str, float]) -> dict[str, Any]:
    took = one.days or 0
    state = "on" if not lines or took <= lines["P85"] else "risk" if took <= lines["P95"] else "off"
    title = _("%(key)s %(title)s: %(days)s d, finished %(day)s") % {
        "key": one.line.key, "title": one.line.title, "days": days(took), "day": short_day(one.on),
    }  # fmt: skip
    return {"x": plot.x(one.on), "y": plot.y(took), "state": state, "title": title, "href": address(one.line)}


def ageing(reading: Reading, figures: Figures) -> dict[str, Any] | None:
    """A column for each state in progress, a dot for each item at its age, behind it the ages at which finished items left
    the state."""
    if not figures.in_progress:
        return None
    chart = figures.ageing if isinstance(figures.ageing, AgeingChart) else None
    held = {one.state for one in figures.in_progress}
    states = [s for s in reading.states if s.category == State.Category.IN_PROGRESS or str(s.pk) in held]
    place = {str(s.pk): n for n, s in enumerate(states)}
    oldest = max(one.age for one in figures.in_progress)
    top = max(oldest, chart.limit * 1.15 if chart else 0, 1)
    if chart and oldest > 4 * chart.limit > 0:
        top = 4 * chart.limit
    counts = {name: sum(one.state == name for one in figures.in_progress) for name in place}
    ticks: list[charts.Tick | tuple[charts.Value, str]] = [(n + 0.5, f"{_short(s.name)} {counts[str(s.pk)]}") for n, s in enumerate(states)]
    plot = charts.plot(x=(0, len(states)), y=(0, top), height=270, right=BESIDE, x_ticks=ticks)
    pace, known = _paces(plot, chart, place), {one.item: one for one in chart.items} if chart else {}
    limit = chart.limit if chart else None
    seen: dict[str, int] = {}
    dots, rows = [], []
    for one in figures.in_progress:
        n = seen[one.state] = seen.get(one.state, 0) + 1
        about = known.get(str(one.line.id))
        state = "block" if one.is_held else "off" if limit and one.age > limit else "risk" if limit and one.age > 0.7 * limit else "on"
        said = _("blocked") if one.is_held else ""
        title = _("%(key)s %(title)s: %(days)s d in progress") % {"key": one.line.key, "title": one.line.title, "days": days(one.age)}
        # beside each other, so that none covers another of the same age
        x = place[one.state] + 0.5 + ((n * 5) % 11 - 5) / 14
        dots.append({"x": plot.x(x), "y": plot.y(one.age), "state": state, "title": f"{title}, {said}" if said else title, "href": address(one.line)})
        chance = f"{about.chance:.0%}".replace("%", " %") if about and about.chance is not None and one.age <= (limit or 0) else "–"
        rows.append([
            {"text": f"{one.line.key} {one.line.title}", "href": address(one.line)}, reading.state(one.state).name, days(one.age), chance, said,
        ])  # fmt: skip
    return {
        "plot": plot, "dots": dots[:MOST_DOTS], "pace": pace, "limit": limit, "late": sum(one.age > limit for one in figures.in_progress) if limit else None,
        "legend": _ageing_legend(bool(limit), bool(pace)),
        "heads": [{"text": _("Work item")}, {"text": _("State")}, {"text": _("Days"), "n": True}, {"text": _("Chance to keep P85"), "n": True}, {"text": ""}],
        "rows": rows[:MOST_ROWS], "more": _more(len(rows)),
    }  # fmt: skip


def _paces(plot: charts.Plot, chart: AgeingChart | None, place: dict[str, int]) -> list[dict[str, Any]]:
    """For each state the ages up to which half, 85 % and 95 % of the finished items had left it."""
    found = []
    for pace in chart.paces if chart else ():
        n, low = place.get(pace.state), 0.0
        if n is None:
            continue
        for one, tone in zip((p for p in pace.percentiles if p.share != 0.7), (4, 3, 2), strict=False):
            title = _("%(percent)s %% of %(n)s finished items had left this state after %(days)s d") % {
                "percent": round(one.share * 100), "n": pace.items, "days": days(one.value),
            }  # fmt: skip
            found.append({"box": plot.box(n, n + 1, low, one.value), "tone": tone, "title": title})
            low = one.value
    return found


def _ageing_legend(has_limit: bool, has_pace: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [{"kind": "dot", "state": "on", "text": _("in progress")}]
    if has_limit:
        found += [
            {"kind": "dot", "state": "risk", "text": _("nearing the expectation")},
            {"kind": "dot", "state": "off", "text": _("older than expected")},
        ]
    found.append({"kind": "dot", "state": "block", "text": _("blocked")})
    if has_pace:
        found.append({"kind": "area", "cls": "f-none", "tone": 3, "text": _("age at which 50, 85 and 95 of 100 finished items had left the state")})
    return found


def throughput(reading: Reading, figures: Figures) -> dict[str, Any] | None:
    """A bar for each week, and the mean of the whole ones."""
    weeks = figures.weeks[-MOST_POINTS:]
    if not weeks:
        return None
    whole = [week.finished for week in weeks if week.is_whole]
    end = weeks[-1].monday + timedelta(days=7)
    plot = charts.plot(x=(weeks[0].monday, end), y=(0, max(4, *(week.finished for week in weeks), 0)), height=220, right=BESIDE)
    bars = []
    for week in weeks:
        last = week.monday + timedelta(days=6)
        said = ngettext("week from %(day)s: %(n)s item", "week from %(day)s: %(n)s items", week.finished) % {
            "day": short_day(week.monday), "n": week.finished,
        }  # fmt: skip
        begin, stop = charts.place(week.monday), charts.place(week.monday) + 7
        bars.append({
            "box": plot.box(begin + 0.5, stop - 0.5, 0, week.finished), "title": said if week.is_whole else _("%(week)s, not over yet") % {"week": said},
            "tone": 1 if week.is_whole else 3, "href": _table(reading, f"finished:{day(week.monday)}..{day(last)}"),
        })  # fmt: skip
    return {
        "plot": plot, "bars": bars, "mean": sum(whole) / len(whole) if whole else None, "least": min(whole, default=0), "most": max(whole, default=0),
        "weeks": len(whole), "heads": [{"text": _("Week from")}, {"text": _("Finished"), "n": True}],
        "rows": [[day(week.monday) + ("" if week.is_whole else " …"), week.finished] for week in weeks[::-1]],
    }  # fmt: skip


def _table(reading: Reading, text: str) -> str:
    return f"{reverse('work_items')}?{urlencode({'space': reading.space_id, 'q': text})}"


def _short(name: str) -> str:
    return name if len(name) <= 14 else f"{name[:13]}…"


def _more(count: int) -> str:
    if count <= MOST_ROWS:
        return ""
    return _("The latest %(n)s of %(all)s; the export holds all of them.") % {"n": MOST_ROWS, "all": f"{count:,}"}

