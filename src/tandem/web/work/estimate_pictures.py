"""The pictures of the page of estimates: each item as estimate × actual, the ratios in classes, the bias by quarters."""

from collections.abc import Sequence
from math import ceil, floor, log10
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.reports.queries.estimate_figures import Group, Learnt
from tandem.reports.queries.estimates import Finished
from tandem.web import charts

MOST_DOTS, MOST_LINES, SIDE = 600, 4, 52
_EDGES = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 3.0)
_TONES = ("ch-ink", "ch-sel", "ch-ink2", "ch-done")


def scatter(items: Sequence[Finished], learnt: Learnt | None) -> dict[str, Any]:
    """On logarithmic axes a ratio is a straight line: as estimated, the median and the P80."""
    shown = items[:MOST_DOTS]
    low = min(0.5, *(min(one.case.estimate, one.case.actual) for one in shown))
    high = max(2.0, *(max(one.case.estimate, one.case.actual) for one in shown))
    a, b = floor(log10(low) * 2) / 2, ceil(log10(high) * 2) / 2
    marks = [(log10(n), _hours(n)) for n in (0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 40, 80, 160, 400, 1000, 4000) if a - 1e-9 <= log10(n) <= b + 1e-9]
    plot = charts.plot(x=(a, b), y=(a, b), height=320, left=62, right=24, x_ticks=marks, y_ticks=marks)
    lines = [_ratio_line(plot, a, b, 1.0, _("as estimated"), "ch-ink2", False)]
    if learnt:
        lines += [_ratio_line(plot, a, b, learnt.middle, _("median"), "ch-ink", False), _ratio_line(plot, a, b, learnt.bound, "P80", "ch-sel", True)]
    dots = [
        {"x": plot.x(log10(one.case.estimate)), "y": plot.y(log10(one.case.actual)), "href": reverse("work_item", kwargs={"key": one.key}),
         "state": "off" if learnt and one.case.ratio > learnt.bound else "on",
         "title": _("%(key)s %(title)s: %(estimate)s estimated, %(actual)s taken") % {"key": one.key, "title": one.title, "estimate": _hours(one.case.estimate), "actual": _hours(one.case.actual)}}
        for one in shown
    ]  # fmt: skip
    legend = [{"kind": "dash" if one["dash"] else "line", "cls": one["cls"], "text": one["text"]} for one in lines]
    if learnt:
        legend.append({"kind": "dot", "state": "off", "text": _("above the P80")})
    return {"plot": plot, "dots": dots, "lines": lines, "legend": legend, "hidden": len(items) - len(shown)}


def _ratio_line(plot: charts.Plot, a: float, b: float, ratio: float, text: str, cls: str, dash: bool) -> dict[str, Any]:
    """Where the actual is so many times the estimate, cut at the edges of the picture."""
    shift = log10(ratio)
    first, last = max(a, a - shift), min(b, b - shift)
    return {"d": plot.line([(first, first + shift), (last, last + shift)]) if first < last else "", "text": text, "cls": cls, "dash": dash}


def _hours(value: float) -> str:
    return _("%(n)s h") % {"n": f"{value:.3g}" if value < 100 else f"{value:,.0f}"}


def ratios(items: Sequence[Finished]) -> dict[str, Any]:
    """How many took how many times their estimate."""
    counts = [0] * (len(_EDGES) + 1)
    for one in items:
        counts[sum(one.case.ratio > edge for edge in _EDGES)] += 1
    names = [f"≤ {_EDGES[0]:g}", *(f"≤ {edge:g}" for edge in _EDGES[1:]), f"> {_EDGES[-1]:g}"]
    plot = charts.plot(x=(0, len(counts)), y=(0, max(counts)), height=180, x_ticks=[(n + 0.5, name) for n, name in enumerate(names)])
    bars = [{"box": plot.box(n + 0.1, n + 0.9, 0, count), "over": n > _EDGES.index(1.0), "title": f"{names[n]}×: {count}"} for n, count in enumerate(counts)]
    return {"plot": plot, "bars": bars, "rows": [[f"{name}×", count] for name, count in zip(names, counts, strict=True)]}


def courses(groups: Sequence[Group]) -> dict[str, Any] | None:
    """The median of each quarter, of the largest groups; a quarter with too few items has no point."""
    shown = [one for one in groups if sum(middle is not None for _q, _n, middle in one.quarters) >= 1][:MOST_LINES]
    points = [(first, middle) for one in shown for first, _n, middle in one.quarters if middle is not None]
    if not points:
        return None
    quarters = sorted({first for one in shown for first, _n, _m in one.quarters})
    place = {first: n for n, first in enumerate(quarters)}
    step = max(1, ceil(len(quarters) / 6))
    ticks = [(n, charts.quarter_name(first)) for first, n in place.items() if n % step == 0]
    plot = charts.plot(x=(-0.3, len(quarters) - 0.7), y=(0, max(2.0, *(middle for _f, middle in points))), height=220, right=20, x_ticks=ticks)
    lines = []
    for tone, one in zip(_TONES, shown, strict=False):
        own = [(place[first], middle, count) for first, count, middle in one.quarters if middle is not None]
        marks = [{"x": plot.x(at), "y": plot.y(middle), "title": f"{one.name} · {charts.quarter_name(quarters[at])}: {middle:.2f}× ({count})"} for at, middle, count in own]
        lines.append({"d": plot.line([(at, middle) for at, middle, _n in own]), "cls": tone, "dots": marks, "text": one.name})
    rows = [
        [charts.quarter_name(first), *(next((f"{middle:.2f}× ({count})" if middle is not None else f"– ({count})" for q, count, middle in one.quarters if q == first), "–") for one in shown)]
        for first in quarters
    ]  # fmt: skip
    heads = [{"text": _("Quarter")}, *({"text": one.name, "n": True} for one in shown)]
    return {"plot": plot, "lines": lines, "legend": [{"kind": "line", "cls": one["cls"], "text": one["text"]} for one in lines], "heads": heads, "rows": rows, "hidden": max(0, len(groups) - len(shown))}
