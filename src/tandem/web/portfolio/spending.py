"""Money of a place: what was planned, committed, spent and is expected, by month, kind and project, against the budget."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from markupsafe import Markup

from tandem.kit import clock
from tandem.kit.dates import months_on, unit_end
from tandem.kit.errors import Denied
from tandem.people.access import Permission, may
from tandem.people.models import Space, SpaceKind
from tandem.portfolio import currencies
from tandem.portfolio.models import CostLine
from tandem.reports.queries import money as reads
from tandem.reports.queries.money import Amounts, Money
from tandem.web import charts, doors
from tandem.web.governance import change_links
from tandem.web.portfolio import cost_centres, labour, money
from tandem.web.portfolio.costs import spots

_LINES = {"planned": "ch-ink2", "committed": "ch-ink3", "actual": "ch-ink", "outlook": "ch-on"}
_FILLS = {"planned": "f-none", "committed": "f-3", "actual": "f-ink", "outlook": "f-on"}
_MOST_MONTHS = 60
_PAGES = {SpaceKind.PORTFOLIO: "portfolios_detail", SpaceKind.PROGRAMME: "programmes_detail", SpaceKind.PROJECT: "projects_detail"}


@login_required
def page(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.select_related("parent"), request.user, key=key) if key else None
    if space is not None and not may(request.user, Permission.SEE_COSTS, space.pk):
        raise Denied(Permission.SEE_COSTS)
    spaces = reads.places(request.user, space)
    found = reads.money(request.user, spaces, reads.currency_of(space))
    is_project = space is not None and space.kind == SpaceKind.PROJECT
    context = {
        "is_project": False, "may_plan": False, "may_budget": False, "budget": None, "ledger": [],
        "space": space, "places": [("", _("Everywhere")), *spots(request)], "found": found, "sentence": _sentence(found), "figures": _figures(found),
        "picture": _picture(found, key), "years": _years(found, key), "kinds": _kinds(found, key), "parts": [] if is_project else _parts(request, found, space),
        "labour": labour.in_a_sentence(found.labour, key), "rates": _rates(found), "centres": cost_centres.picture(request, spaces, found, key), "limits": cost_centres.limits(request, found), "unknown": _unknown(found), "names": _names(), "whose": _whose(space),
        "lines_url": f"{reverse('cost_lines')}?{urlencode({'in': key})}" if key else reverse("cost_lines"), **(_ledger(request, space) if is_project and space else {}),
    }  # fmt: skip
    return render(request, "portfolio/spending.html", context)


def _names() -> dict[str, str]:
    return {"planned": pgettext("amount", "Planned"), "committed": _("Committed"), "actual": _("Actual"), "outlook": _("Expected")}


def _whose(space: Space | None) -> str:
    owner = getattr(space, space.kind, None) if space and space.kind in _PAGES else None
    return reverse(_PAGES[SpaceKind(space.kind)], kwargs={"id": owner.pk}) if space and owner else ""


def _sentence(found: Money) -> str:
    total, budget = found.total, found.budget
    spent = money.money(total.actual, found.currency)
    if not budget:
        return _("%(spent)s was spent of %(planned)s planned; no budget was approved.") % {"spent": spent, "planned": money.money(total.planned, found.currency)}
    said = {"spent": spent, "budget": money.money(budget, found.currency), "share": charts.percent(float(total.actual / budget)), "end": money.money(total.outlook, found.currency)}
    over = total.outlook - budget
    if over > 0:
        said["over"] = money.money(over, found.currency)
        return _("%(spent)s of %(budget)s was spent (%(share)s); %(end)s is expected in all, %(over)s more than the budget.") % said
    return _("%(spent)s of %(budget)s was spent (%(share)s); %(end)s is expected in all, within the budget.") % said


def _figures(found: Money) -> list[dict[str, Any]]:
    total, budget, names = found.total, found.budget, _names()
    left = None if budget is None else budget - total.bound
    figures: list[dict[str, Any]] = [{"label": _("Budget"), "value": money.money(budget, found.currency), "note": _("%(money)s left to commit") % {"money": money.money(left, found.currency)} if left is not None else ""}]
    figures += [{"label": names[name], "value": money.money(getattr(total, name), found.currency)} for name in reads.MEASURES]
    if budget is not None:
        state = "off" if total.outlook > budget else "on"
        figures[-1] |= {"state": state, "note": _("%(money)s over the budget") % {"money": money.money(total.outlook - budget, found.currency)} if state == "off" else _("within the budget")}
    return figures


def _course(found: Money) -> list[tuple[date, Amounts]]:
    """Month by month without a gap; at most five years, the earlier ones in the first."""
    by = found.by("month")
    if not by:
        return []
    first, last = min(by), max(by)
    months = [months_on(first, n) for n in range((last.year - first.year) * 12 + last.month - first.month + 1)]
    return [(one, by.get(one, Amounts())) for one in months]


def _picture(found: Money, key: str) -> dict[str, Any] | None:
    """Added up month by month; actual ends with the last month in which something came or that has gone by."""
    course = _course(found)
    if len(course) < 2:
        return None
    running, rows = Amounts(), []
    for month, amounts in course:
        running.add(amounts)
        rows.append((month, {name: float(getattr(running, name)) for name in reads.MEASURES}, amounts))
    shown, today = rows[-_MOST_MONTHS:], clock.today()
    came = max([month for month, _sums, amounts in rows if amounts.actual] or [date.min])
    until = max(came, months_on(today, -1))
    budget = float(found.budget) if found.budget is not None else None
    top = max([*shown[-1][1].values(), budget or 0])
    ticks = charts.nice(0, 1.1 * (top or 1), 4)
    ends = unit_end(shown[0][0], "month"), unit_end(shown[-1][0], "month")
    right = 84 if budget is not None else 16
    plot = charts.plot(x=ends, y=(0, ticks[-1]), height=280, left=64, right=right, top=16, y_ticks=[(t, money.money(Decimal(t), found.currency)) for t in ticks])
    lines = []
    for name in reads.MEASURES:
        points = [(unit_end(month, "month"), sums[name]) for month, sums, _amounts in shown if name != "actual" or month <= until]
        marks = [_mark(plot, found, name, month, sums[name], amounts, key) for month, sums, amounts in shown if getattr(amounts, name)]
        lines.append({"d": plot.line(points), "cls": _LINES[name], "dash": name in ("planned", "committed"), "marks": Markup("").join(marks)})
    label = _("Planned, committed, actual and expected costs, added up by month from %(first)s to %(last)s") % {"first": charts.short_month(shown[0][0], with_year=True), "last": charts.short_month(shown[-1][0], with_year=True)}
    return {"plot": plot, "lines": lines, "label": label, "budget": budget, "budget_text": _("Budget"), "today": today if ends[0] <= today <= ends[1] else None, "is_over": budget is not None and shown[-1][1]["outlook"] > budget}


def _mark(plot: charts.Plot, found: Money, name: str, month: date, reached: float, amounts: Amounts, key: str) -> Markup:
    title = f"{_names()[name]}, {charts.short_month(month, with_year=True)}: {money.money(getattr(amounts, name), found.currency)} · {money.money(reached, found.currency)}"
    return Markup('<a href="{}" tabindex="-1"><title>{}</title><circle class="ch-d {}" cx="{}" cy="{}" r="3"/></a>').format(
        lines_of(key, month=f"{month:%Y-%m}"), title, _FILLS[name], plot.x(unit_end(month, "month")), plot.y(reached)
    )


def lines_of(key: str, **asked: str) -> str:
    return f"{reverse('cost_lines')}?{urlencode({**({'in': key} if key else {}), **asked})}"


def _row(label: str, amounts: Amounts, found: Money, href: str = "") -> dict[str, Any]:
    return {"label": label, "href": href, "cells": [money.money(getattr(amounts, name), found.currency) if getattr(amounts, name) else "–" for name in reads.MEASURES]}


def _years(found: Money, key: str) -> list[dict[str, Any]]:
    """Fiscal years with their months; a month leads to its lines."""
    first_month = currencies.counting().first_month
    by_year: dict[int, list[tuple[date, Amounts]]] = defaultdict(list)
    for month, amounts in sorted(found.by("month").items()):
        by_year[reads.fiscal_year(month, first_month)].append((month, amounts))
    years = []
    for year, rows in sorted(by_year.items()):
        total = Amounts()
        for _month, amounts in rows:
            total.add(amounts)
        label = str(year) if first_month == 1 else _("Fiscal year %(year)s") % {"year": year}
        years.append({**_row(label, total, found), "months": [_row(charts.short_month(month, with_year=True), amounts, found, lines_of(key, month=f"{month:%Y-%m}")) for month, amounts in rows]})
    return years


def _kinds(found: Money, key: str) -> list[dict[str, Any]]:
    kinds, treatments = found.by("kind"), found.by("treatment")
    rows = [_row(str(label), kinds[value], found, lines_of(key, kind=value)) for value, label in CostLine.Kind.choices if value in kinds]
    if reads.COMPUTED in treatments:
        rows.append(_row(_("Labour as logged, neither capital nor operating"), treatments[reads.COMPUTED], found, labour.url_of(key)))
    if reads.RESERVED in treatments:
        rows.append(_row(_("Equipment and material as needed, neither capital nor operating"), treatments[reads.RESERVED], found, reverse("equipment")))
    return rows + [_row(str(label), treatments[value], found, lines_of(key, treatment=value)) for value, label in CostLine.Treatment.choices if value in treatments]


def _parts(request: HttpRequest, found: Money, space: Space | None) -> list[dict[str, Any]]:
    """The direct parts of the place with everything below them; the sums of these rows are those of the place."""
    rows = {row.pk: row for row in Space.objects.visible_to(request.user).only("id", "parent_id", "name", "key", "kind")}
    root = space.pk if space else next((pk for pk, row in rows.items() if row.parent_id is None), None)

    def part(pk: int) -> int:
        at = pk
        while rows[at].parent_id != root and rows[at].parent_id in rows and at != root:
            at = rows[at].parent_id
        return at

    sums: dict[int, Amounts] = defaultdict(Amounts)
    budgets: dict[int, Decimal] = defaultdict(Decimal)
    for one in found.groups:
        sums[part(one.space_id)].add(one.amounts)
    for space_id, budget in found.budgets.items():
        budgets[part(space_id)] += budget
    keys = sorted(sums.keys() | budgets.keys(), key=lambda pk: (-sums[pk].outlook, rows[pk].name))
    return [
        {**_row(rows[pk].name, sums[pk], found, f"{reverse('money')}?in={rows[pk].key}"), "kind": rows[pk].get_kind_display(), "budget": money.money(budgets[pk], found.currency) if budgets.get(pk) else "–",
         "state": "" if not budgets.get(pk) else "off" if sums[pk].outlook > budgets[pk] else "on"}
        for pk in keys
    ]  # fmt: skip


def _ledger(request: HttpRequest, space: Space) -> dict[str, Any]:
    budget, entries = reads.ledger(request.user, space.pk)
    note_of = change_links.linked(request.user, [one.note for one in entries])
    rows = [
        {"number": one.number, "at": one.created_at, "kind": one.get_kind_display(), "amount": money.cents(one.amount, budget.currency), "after": money.cents(one.after, budget.currency),
         "note": note_of(one.note), "override": one.override, "who": one.written_by.name, "other": _other(request, one)}
        for one in entries if budget is not None
    ]  # fmt: skip
    return {
        "is_project": True, "budget": budget, "ledger": rows, "may_budget": may(request.user, Permission.EDIT_PORTFOLIO, space.pk),
        "may_plan": may(request.user, Permission.EDIT_PLAN, space.pk), "new_line": f"{reverse('cost_lines_new')}?{urlencode({'home': space.pk})}",
    }  # fmt: skip


def _other(request: HttpRequest, entry: Any) -> str:
    if entry.other is None:
        return ""
    project = entry.other.budget.project
    return project.name if project.space_id in request.user.visible_space_ids() else _("a project that you cannot see")  # type: ignore[attr-defined]


def _rates(found: Money) -> list[str]:
    used = sorted(found.rates.used) if found.rates else []
    return [_("%(currency)s 1 = %(base)s %(rate)s from %(on)s") % {"currency": currency, "base": found.rates.base, "rate": f"{rate.normalize():f}", "on": on.isoformat()} for currency, on, rate in used if found.rates]


def _unknown(found: Money) -> str:
    if not found.unknown:
        return ""
    count = sum(found.unknown.values())
    text = ngettext("%(n)s amount in %(currencies)s is left out: no exchange rate is known for its day.", "%(n)s amounts in %(currencies)s are left out: no exchange rate is known for their days.", count)
    return text % {"n": count, "currencies": ", ".join(sorted(found.unknown))}


urls = [path("money/", page, name="money")]
