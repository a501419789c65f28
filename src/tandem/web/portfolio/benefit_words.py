"""Benefits in words: amounts in their unit, the state with what it rests on, and the picture of the course."""

from decimal import Decimal
from math import floor
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.kit.dates import short_day
from tandem.web import charts
from tandem.web.portfolio import money
from tandem.web.strategy import values
from tandem.web.templating import day


def amount(row: Any, value: Decimal | float | None) -> str:
    if value is None:
        return "–"
    return money.money(value, row.currency) if row.is_money else values.amount(value, "number", row.unit_name)


def planned(row: Any) -> str:
    """`€240 k by 2027-12-31`; a measure from where to where."""
    plan = row.realised.plan
    if plan.whole is None:
        return "–"
    goal = amount(row, plan.whole) if row.is_money else f"{amount(row, plan.baseline)} → {amount(row, plan.whole)}"
    return _("%(goal)s by %(day)s") % {"goal": goal, "day": day(plan.steps[-1][0])} if plan.steps else goal


def standing(row: Any) -> Any:
    """The computed state, shape and word."""
    made = row.realised
    if made.state == "none":
        return values.shape("none", _("Not measured") if made.value is None else _("Nothing due yet"))
    return values.shape(made.state, _("Reached") if made.state == "done" else "")


def share(row: Any) -> str:
    return part(row.realised.share) if row.realised.share is not None else ""


def part(share: float | None) -> str:
    """Rounded down: nothing is in full, or on track, a little before it is."""
    return charts.percent(None if share is None else floor(100 * share + 1e-9) / 100)


def derivation(row: Any) -> list[str]:
    """How the share comes about, in figures that stand on the page."""
    made = row.realised
    if row.is_kpi_hidden:
        return [_("It is measured by a KPI that you cannot see.")]
    if made.value is None or made.on is None:
        return [_("Nothing was measured yet, so there is no share and no state.")]
    found = [_share_line(row, made)]
    if made.to_plan is None:
        found.append(_("By %(day)s nothing was due, so there is no state.") % {"day": day(made.on)})
    else:
        found.append(_("Of what was planned by %(day)s (%(planned)s) that is %(share)s: from 90 %% on track, from 70 %% at risk, less is off track.") % {
            "day": day(made.on), "planned": amount(row, made.planned), "share": part(made.to_plan)})  # fmt: skip
    return found


def _share_line(row: Any, made: Any) -> str:
    figures = {"on": day(made.on), "value": amount(row, made.value), "whole": amount(row, made.plan.whole), "share": part(made.share), "base": amount(row, made.plan.baseline)}
    if row.is_money:
        return _("By %(on)s %(value)s were measured of %(whole)s planned in all: %(share)s.") % figures
    return _("From %(base)s the value went to %(value)s on %(on)s, on the way to %(whole)s: %(share)s of the way.") % figures


def next_due(row: Any) -> str:
    made = row.realised
    if made.due_on is None:
        return ""
    text = _("Overdue since %(day)s") if made.is_overdue else _("Next on %(day)s")
    return str(text % {"day": day(made.due_on)})


def picture(row: Any) -> dict[str, Any] | None:
    """The plan as steps, what was measured as a line with its dots; nothing where there are no days to draw."""
    plan, points = row.realised.plan, row.points[-400:]
    steps = list(plan.steps)
    days = [on for on, _value in [*steps, *points]] + ([plan.begins] if plan.begins else [])
    if not days or len(set(days)) + bool(points) < 2:
        return None
    first, last = min(days), max([*days, clock.today()] if points else days)
    numbers = [float(v) for v in [plan.baseline, *(value for _on, value in steps), *(value for _on, value in points)]]
    ticks = charts.nice(min(numbers), max(numbers), 4)
    text = (lambda n: money.money(n, row.currency)) if row.is_money else charts.number
    plot = charts.plot(x=(first, last), y=(ticks[0], ticks[-1]), height=230, left=74, right=20, top=20, y_ticks=[(n, text(n)) for n in ticks])
    line = [(on, float(value)) for on, value in points]
    return {
        "plot": plot, "plan": plot.steps([(first, float(plan.baseline)), *((on, float(value)) for on, value in steps), *([(last, float(steps[-1][1]))] if steps else [])]),
        "line": plot.line(line) if len(line) > 1 else "", "today": clock.today() if first <= clock.today() <= last else None,
        "dots": [
            {"x": plot.x(on), "y": plot.y(value), "state": row.realised.state if n == len(line) - 1 else "none", "title": f"{short_day(on)}: {amount(row, value)}",
             "href": reverse("kpis_detail", kwargs={"id": row.kpi_id}) if row.kpi_id else f"#m-{on:%Y-%m-%d}"}
            for n, (on, value) in enumerate(line)
        ],
        "label": _("%(title)s: planned %(planned)s, measured %(measured)s") % {"title": row.title, "planned": planned(row), "measured": amount(row, row.realised.value)},
    }  # fmt: skip
