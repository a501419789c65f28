"""The roadmap's picture: the axis with its columns, and where each date of a row lies on it."""

import itertools
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tandem.kit.dates import months_on, quarter_start
from tandem.reports.queries.roadmap_rows import Roadmap, Row
from tandem.web.charts import quarter_name

MONTHS, QUARTERS = "month", "quarter"
_LONGEST = {MONTHS: 14, QUARTERS: 14}
_SHORTEST = {MONTHS: 8, QUARTERS: 6}


@dataclass(frozen=True)
class Axis:
    """Columns from `begin` up to, not including, `end`; positions are percent of the whole."""

    scale: str
    begin: date
    end: date
    today: date
    columns: list[dict[str, Any]]
    heads: list[dict[str, Any]]
    keys: list[list[str]]

    def at(self, day: date | None) -> float | None:
        """None for what lies outside: a mark at the edge would say a date that is not there."""
        if day is None or not self.begin <= day < self.end:
            return None
        return (day - self.begin).days / (self.end - self.begin).days * 100

    def span(self, first: date | None, last: date | None) -> tuple[float, float] | None:
        """The visible part of a stretch of time."""
        if first is None or last is None or last < self.begin or first >= self.end or last < first:
            return None
        total = (self.end - self.begin).days
        inside = (max(first, self.begin) - self.begin).days, (min(last, self.end) - self.begin).days
        return inside[0] / total * 100, inside[1] / total * 100


def month_name(month: int) -> str:
    names = (
        pgettext("month", "Jan"), pgettext("month", "Feb"), pgettext("month", "Mar"), pgettext("month", "Apr"),
        pgettext("month", "May"), pgettext("month", "Jun"), pgettext("month", "Jul"), pgettext("month", "Aug"),
        pgettext("month", "Sep"), pgettext("month", "Oct"), pgettext("month", "Nov"), pgettext("month", "Dec"),
    )  # fmt: skip
    return str(names[month - 1])


def month_and_year(day: date) -> str:
    return _("%(month)s %(year)s") % {"month": month_name(day.month), "year": day.year}


def axis_of(roadmap: Roadmap, scale: str, *, with_past: bool = False) -> Axis:
    """From a month before today to the last date that is shown, within what is readable. With the past it begins at
    the oldest delivery, at most a year back."""
    step = 1 if scale == MONTHS else 3
    first = months_on(roadmap.today, -step)
    if with_past:
        oldest = min((row.done_on for row in roadmap.rows if row.done_on), default=first)
        first = min(first, max(oldest.replace(day=1), months_on(roadmap.today, -12)))
    last = max((day for row in roadmap.rows for day in _dates(row)), default=roadmap.today)
    return axis_from(first if scale == MONTHS else quarter_start(first), last, roadmap.today, scale, _LONGEST[scale] + (10 if with_past else 0))


def months_until(last: date, today: date) -> Axis:
    """As `axis_of` by month, where the last date is known."""
    return axis_from(months_on(today, -1), last, today, MONTHS, _LONGEST[MONTHS])


def axis_from(begin: date, last: date, today: date, scale: str, longest: int) -> Axis:
    """Whole columns from `begin` to a week after `last`, at most `longest` of them."""
    step = 1 if scale == MONTHS else 3
    count = _SHORTEST[scale]
    while months_on(begin, count * step) <= last + timedelta(days=7) and count < longest:
        count += 1
    starts = [months_on(begin, n * step) for n in range(count + 1)]
    columns, keys = [], []
    for first, following in itertools.pairwise(starts):
        opens = first.month % 3 == 1 if scale == MONTHS else first.month == 1
        label = month_name(first.month) if scale == MONTHS else f"Q{(first.month - 1) // 3 + 1}"
        columns.append({"label": label, "days": (following - first).days, "quarter": opens})
        keys.append([months_on(first, n).strftime("%Y-%m") for n in range(step)])
    total = (starts[-1] - begin).days
    heads = [
        {"label": _head(first, scale), "x": (first - begin).days / total * 100, "year": "" if n and first.month > 1 else first.year}
        for n, first in enumerate(starts[:-1]) if n == 0 or columns[n]["quarter"]
    ]  # fmt: skip
    return Axis(scale, begin, starts[-1], today, columns, heads, keys)


def lane(row: Row, axis: Axis) -> dict[str, Any]:
    """What the lane macro draws: promise on top, forecast in the middle, baseline below."""
    forecast = row.forecast
    detail = forecast.detail if forecast else {}
    began = row.began or (row.said.given_on if row.said else None)
    nothing = dict.fromkeys(("p50", "p80", "p95", "work", "plan", "actual"))
    drawn: dict[str, Any] = nothing | {
        "window": axis.span(row.window.first, row.window.last) if row.window else None,
        "state": row.status,
        "promise": axis.at(row.said.date) if row.said else None,
        "old": [x for said in row.before if (x := axis.at(said.date)) is not None],
        "base": axis.span(began, row.first_promised),
        "today": axis.at(axis.today),
    }
    if row.actual:
        return drawn | {"actual": axis.at(row.actual), "work": axis.span(began, row.actual)}
    if forecast is None or forecast.p50 is None or forecast.p80 is None:
        if row.plan_finish:
            drawn["plan"] = axis.span(date.fromisoformat(detail["plan"]["start"]), row.plan_finish)
        return drawn
    shown = axis.span(forecast.p50, forecast.p80)
    drawn["work"] = axis.span(began, forecast.p50)
    if shown:
        tail = axis.span(forecast.p80, forecast.p95 or forecast.p80)
        drawn |= {"p50": shown[0], "p80": shown[1], "p95": tail[1] if tail else None}
    return drawn


def loads(roadmap: Roadmap, axis: Axis) -> list[float | None]:
    """Demand against capacity per column; nothing for the time before today."""
    roadmap.crowding()
    found: list[float | None] = []
    for months in axis.keys:
        demand = sum(roadmap.demand.get(m, 0.0) for m in months)
        capacity = sum(roadmap.capacity.get(m, 0.0) for m in months)
        found.append(demand / capacity * 100 if capacity else None)
    return found


def histogram(row: Row) -> dict[str, Any] | None:
    """Bars of the trials, where the promise cuts them, and the band from P50 to P80; positions 0 to 1."""
    forecast = row.forecast
    bins = forecast.detail.get("bins") if forecast else None
    if not bins or forecast is None:
        return None
    first, last = date.fromisoformat(bins[0][0]), date.fromisoformat(bins[-1][1])
    width = max((last - first).days + 1, 1)

    def at(day: date | None) -> float | None:
        return None if day is None else min(max(((day - first).days + 1) / width, 0.0), 1.0)

    marks = [{"x": x, "label": label} for label, x in _apart(row, at)]
    p50, p80 = at(forecast.p50), at(forecast.p80)
    return {
        "counts": [count for _first, _last, count in bins],
        "promise": at(row.said.date) if row.said else None,
        "band": (p50, p80) if p50 is not None and p80 is not None else None,
        "marks": marks,
    }


def _apart(row: Row, at: Any) -> list[tuple[str, float]]:
    """Labels that have room: the promise first, then the percentiles that do not run into another."""
    forecast = row.forecast
    assert forecast is not None
    wanted = [(str(_("promise")), at(row.said.date) if row.said else None)]
    wanted += [("P80", at(forecast.p80)), ("P50", at(forecast.p50)), ("P95", at(forecast.p95))]
    kept: list[tuple[str, float]] = []
    for label, x in wanted:
        if x is not None and all(abs(x - other) > (0.12 if len(name + label) > 6 else 0.075) for name, other in kept):
            kept.append((label, x))
    return kept


def _dates(row: Row) -> list[date]:
    """Dates that the axis should reach; what is over needs no room."""
    if row.actual:
        return []
    forecast = row.forecast
    days = [row.said.date if row.said else None, forecast.p80 if forecast else None, row.plan_finish, row.window.last if row.window else None]
    return [day for day in days if day]


def _head(first: date, scale: str) -> str:
    if scale == QUARTERS:
        return str(first.year)
    return quarter_name(first)
