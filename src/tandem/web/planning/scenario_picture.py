"""The efficient frontier: the best value for each sum of money; each point leads to its set."""

from typing import Any

from django.utils.translation import gettext as _

from tandem.reports.queries.scenarios import View
from tandem.web import charts
from tandem.web.portfolio import money


def frontier(view: View) -> dict[str, Any] | None:
    rows = [(n, row) for n, row in enumerate(view.solution.frontier) if row["value"] is not None] if view.solution else []
    if len(rows) < 2:
        return None
    currency = view.inputs.currency
    across, up = charts.nice(0, max(max(r["budget"] for _n, r in rows), 1), 6), charts.nice(min(0, *(r["npv"] for _n, r in rows)), max(1, *(r["npv"] for _n, r in rows)), 5)
    plot = charts.plot(
        x=(across[0], across[-1]), y=(up[0], up[-1]), height=260, left=74, right=20,
        x_ticks=[(n, money.money(n, currency)) for n in across], y_ticks=[(n, money.money(n, currency)) for n in up],
    )  # fmt: skip
    marks = [
        {
            "x": plot.x(row["budget"]), "y": plot.y(row["npv"]), "state": "done" if n == view.point else "on" if row["part"] == 1 else "none",
            "r": 6 if n == view.point or (row["part"] == 1 and view.point is None) else 4, "href": f"?point={n}#frontier", "n": n, "title": _text(row, currency),
        }
        for n, row in rows
    ]  # fmt: skip
    return {
        "plot": plot, "marks": marks, "line": plot.line([(row["budget"], row["npv"]) for _n, row in rows]),
        "label": _("Net present value of the best set for %(n)s sums of money") % {"n": len(rows)},
        "table": [
            [{"text": charts.percent(row["part"], 1), "href": f"?point={n}#frontier"}, money.money(row["budget"], currency), money.money(row["cost"], currency), money.money(row["npv"], currency), len(row["starts"])]
            for n, row in rows
        ],
        "missing": len(view.solution.frontier) - len(rows) if view.solution else 0,
    }  # fmt: skip


def _text(row: dict[str, Any], currency: str) -> str:
    return _("%(budget)s of money: %(npv)s, %(n)s chosen") % {
        "budget": money.money(row["budget"], currency), "npv": money.money(row["npv"], currency), "n": len(row["starts"]),
    }  # fmt: skip
