"""Cost centres month by month as bars that lead to their lines, and the budgets that have reached a limit."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tandem.kit import clock
from tandem.kit.dates import months_on
from tandem.people.models import Space
from tandem.portfolio import currencies
from tandem.reports.queries import cost_centres as reads
from tandem.reports.queries.money import Money
from tandem.web import charts
from tandem.web.portfolio import money

MONTHS, AHEAD = 24, 12
NONE = "-"
"Asks for lines without a cost centre; what begins with it is asked for with it written twice."


def asked_for(name: str) -> str:
    """How a list of lines is asked for those of a cost centre."""
    return NONE + name if not name or name.startswith(NONE) else name


def named(asked: str) -> str:
    """The cost centre that was asked for so."""
    return asked[len(NONE) :] if asked == NONE or asked.startswith(2 * NONE) else asked


def picture(request: HttpRequest, space_ids: frozenset[int], found: Money, key: str) -> dict[str, Any] | None:
    """Two years that have costs, up to a year ahead, on one scale; nothing while nobody named a cost centre."""
    rows = reads.centres(request.user, space_ids, found)
    if not any(one.name for one in rows):
        return None
    known = {month for one in rows for month in one.months}
    # a line far ahead does not push those of today out of the picture; where there are only such, it begins with them
    last = min(max(known), max(months_on(clock.today(), AHEAD), months_on(min(known), MONTHS - 1)))
    first = max(min(known), months_on(last, 1 - MONTHS))
    months = [months_on(first, n) for n in range((last.year - first.year) * 12 + last.month - first.month + 1)]
    top = max([one.months.get(month, Decimal(0)) for one in rows for month in months] + [Decimal(1)])
    first_month = currencies.counting().first_month
    years = [_year(one, found.currency) for one in reads.years(rows, first_month)]
    return {"years": years, "heads": _heads(), "rows": [_row(one, months, float(top), found.currency, key) for one in rows], "first": charts.short_month(first, with_year=True), "last": charts.short_month(last, with_year=True), "is_cut": any(not first <= month <= last for month in known)}


def _heads() -> list[dict[str, Any]]:
    quarters = [{"text": _("Quarter %(n)s") % {"n": n}, "n": True} for n in range(1, 5)]
    return [{"text": _("Cost centre"), "n": False}, {"text": _("Fiscal year"), "n": True}, *quarters, {"text": _("Total"), "n": True}]


def _year(one: reads.Year, currency: str) -> list[str]:
    return [_name(one.centre), str(one.year), *(money.money(worth, currency) if worth else "–" for worth in one.quarters), money.money(one.total, currency)]


def _name(one: reads.Centre) -> str:
    return _("other cost centres") if one.is_rest else one.name or _("no cost centre")


def _row(one: reads.Centre, months: list[date], top: float, currency: str, key: str) -> dict[str, Any]:
    name = _name(one)
    n = len(months)
    step = max(1, -(-n // 8))
    ticks = [(k + 0.5, charts.short_month(month, with_year=month.month == 1 or k == 0)) for k, month in enumerate(months) if k % step == 0]
    plot = charts.plot(x=(0, n), y=(0, top), width=640, height=74, left=6, right=10, top=4, bottom=22, x_ticks=ticks, y_ticks=())
    bars = [
        {"box": plot.box(k + 0.12, k + 0.88, 0, float(worth)), "title": f"{name}, {charts.short_month(month, with_year=True)}: {money.money(worth, currency)}", "href": "" if one.is_rest else lines_of(one.name, key, month)}
        for k, month in enumerate(months) if (worth := one.months.get(month)) and worth > 0
    ]  # fmt: skip
    return {"name": name, "total": money.money(one.total, currency), "href": "" if one.is_rest else lines_of(one.name, key), "plot": plot, "bars": bars}


def lines_of(name: str, key: str, month: date | None = None) -> str:
    asked = {**({"in": key} if key else {}), **({"month": f"{month:%Y-%m}"} if month else {}), "centre": asked_for(name)}
    return f"{reverse('cost_lines')}?{urlencode(asked)}"


def limits(request: HttpRequest, found: Money) -> list[dict[str, Any]]:
    """In words, each with the page of its project."""
    rows = reads.limits(found)[:20]
    spaces: Mapping[int, Space] = Space.objects.visible_to(request.user).in_bulk([one.space_id for one in rows])
    lines = []
    for one in rows:
        said = {"bound": money.money(one.bound, found.currency), "budget": money.money(one.budget, found.currency), "share": charts.percent(float(one.bound / one.budget)) if one.budget > 0 else "–", "labour": money.money(one.labour, found.currency)}
        text = _("%(bound)s of %(budget)s is committed or spent (%(share)s), %(labour)s of it is labour as logged.") if one.labour else _("%(bound)s of %(budget)s is committed or spent (%(share)s).")
        if one.space_id in spaces:
            lines.append({"name": spaces[one.space_id].name, "href": f"{reverse('money')}?{urlencode({'in': spaces[one.space_id].key})}", "text": text % said, "state": "off" if one.limit >= 100 else "risk"})
    return lines
