"""The pictures of proposals: value against cost with the effort as the size, and the course of one business case."""

from math import sqrt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.web import charts
from tandem.web.portfolio import money

MOST = 500
_SHAPES = {"project": "done", "selected": "done", "assessed": "on"}
_SMALL, _LARGE = 3.5, 15.0


def bubbles(rows: list[Any]) -> dict[str, Any] | None:
    """Each proposal with a case, the large ones behind; too few to compare below two."""
    shown = [row for row in rows if not row.case.is_empty]
    if len(shown) < 2:
        return None
    costs, values = [row.case.cost for row in shown], [row.case.npv for row in shown]
    low, high = min(*values, 0), max(*values, 1)
    across, up = charts.nice(0, max(*costs, 1), 6), charts.nice(low, high, 5)
    currency = shown[0].currency
    plot = charts.plot(
        x=(across[0], across[-1]), y=(up[0], up[-1]), height=300, left=74, right=20,
        x_ticks=[(n, money.money(n, currency)) for n in across], y_ticks=[(n, money.money(n, currency)) for n in up],
    )  # fmt: skip
    most = max(float(row.case.effort) for row in shown) or 1.0
    marks = [
        {
            "x": plot.x(row.case.cost), "y": plot.y(row.case.npv), "state": _SHAPES.get(row.state, "none"),
            "r": round(max(_SMALL, _LARGE * sqrt(float(row.case.effort) / most)), 1), "href": _url(row),
            "title": f"{row.title}: {money.money(row.case.npv, row.currency)} · {money.money(row.case.cost, row.currency)} · {money.days(row.case.effort)}",
        }
        for row in sorted(shown, key=lambda row: -row.case.effort)
    ]  # fmt: skip
    missing = len(rows) - len(shown)
    return {
        "plot": plot, "marks": marks, "label": _("Value against cost of %(n)s proposals; the size is the effort") % {"n": len(shown)},
        "zero": up[0] < 0,
        "missing": ngettext("%(n)s without a business case is not in the picture.", "%(n)s without a business case are not in the picture.", missing) % {"n": missing} if missing else "",
    }  # fmt: skip


def course(row: Any) -> dict[str, Any] | None:
    """What has been spent and come back in all, by quarter."""
    points = row.case.course
    if len(points) < 2:
        return None
    ticks = charts.nice(min(*points, 0), max(*points, 0), 4)
    plot = charts.plot(
        x=(0, len(points)), y=(ticks[0], ticks[-1]), height=190, left=74, right=20,
        x_ticks=[(n, str(n)) for n in range(1, len(points) + 1) if len(points) <= 16 or n % 4 == 0],
        y_ticks=[(n, money.money(n, row.currency)) for n in ticks],
    )  # fmt: skip
    return {
        "plot": plot, "line": plot.line([(0, 0), *((n, value) for n, value in enumerate(points, 1))]),
        "payback": row.case.payback,
        "label": _("Spent and come back in all, by quarter: %(end)s at the end") % {"end": money.money(points[-1], row.currency)},
    }  # fmt: skip


def _url(row: Any) -> str:
    return reverse("proposals_detail", kwargs={"id": row.pk})
