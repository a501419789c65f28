"""Earned value of a project, with its S-curve and what each figure rests on; and side by side over many projects."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from markupsafe import Markup

from tandem.kit.dates import short_day
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Project
from tandem.reports.queries import earned_value as reads
from tandem.reports.queries.earned_value import HOURS, MONEY, POINTS, Standing
from tandem.reports.queries.money import currency_of
from tandem.reports.queries.scope import below
from tandem.web import charts, doors
from tandem.web.portfolio import money
from tandem.web.portfolio.report_course import places
from tandem.web.templating import day, url

UNITS = {MONEY: gettext_lazy("Money"), HOURS: gettext_lazy("Hours"), POINTS: gettext_lazy("Points")}
FORMS = ("typical", "atypical", "both", "bottom_up")
WHY = {
    "actual_unknown": gettext_lazy("what it cost is not recorded"), "nothing_planned": gettext_lazy("nothing was planned by today"), "nothing_spent": gettext_lazy("nothing was spent yet"),
    "nothing_earned": gettext_lazy("nothing is done yet"), "nothing_left_of_budget": gettext_lazy("nothing is left of the budget"), "estimate_reached": gettext_lazy("the estimate is reached already"),
    "work_is_done": gettext_lazy("the work is done"), "no_new_estimate": gettext_lazy("not every open item says what is left"), "no_time_passed": gettext_lazy("it has not begun"), "planned_end_passed": gettext_lazy("the planned end has passed"),
}  # fmt: skip
_WEIGHED = {
    HOURS: gettext_lazy("The done share of the work is weighed by hours estimated."), POINTS: gettext_lazy("The done share of the work is weighed by points."),
    reads.ITEMS: gettext_lazy("The done share of the work is that of the work items, each counting the same: too few have estimates to weigh by them."),
}  # fmt: skip
_SHOWN = 200


@login_required
def page(request: HttpRequest, key: str) -> HttpResponse:
    space = doors.find(Space.objects.filter(kind=SpaceKind.PROJECT), request.user, key=key)
    row = doors.find(Project.objects.all(), request.user, space=space)
    units = reads.units_of(request.user, space.pk)
    asked = request.GET.get("unit", "")
    unit = asked if asked in units else units[0] if units else HOURS
    one = reads.project(request.user, space, unit)
    context = {
        "row": row, "space": space, "one": one, "unit": UNITS[unit], "is_money": unit == MONEY, "units": [{"label": UNITS[u], "href": f"?{urlencode({'unit': u})}", "current": u == unit} for u in units] if len(units) > 1 else [],
        "left": _left(one), "why_none": _why_none(one, units), "items_url": f"{reverse('work_items')}?{urlencode({'space': space.pk})}",
        **(_figures(one, space.key) if one.found else {}),
    }  # fmt: skip
    return render(request, "portfolio/earned_value.html", context)


@login_required
def listing(request: HttpRequest) -> HttpResponse:
    """Every running project that the asker sees, in one unit, and their whole."""
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    rows = Project.objects.visible_to(request.user).running().select_related("space").order_by("name", "id")
    if space is not None:
        rows = rows.filter(space_id__among=below(request.user, space.pk))
    projects = list(rows[: _SHOWN + 1])
    more, projects = len(projects) > _SHOWN, projects[:_SHOWN]
    ids = [one.space_id for one in projects]
    units = (MONEY, HOURS, POINTS) if reads.has_costs(request.user, ids) else (HOURS, POINTS)
    unit = request.GET.get("unit", "")
    unit = unit if unit in units else reads.usual_unit(request.user, ids)
    currency = currency_of(space) if unit == MONEY else ""
    found = reads.standings(request.user, ids, unit, currency)
    unknown = sorted({one for standing in found.values() for one in standing.left.unknown})
    context = {
        "space": space, "places": places(request), "unit": unit, "more": _SHOWN if more else 0, "rows": [_row(project, found[project.space_id]) for project in projects],
        "whole": _line(reads.whole(found.values()), unit, currency), "unknown": ", ".join(unknown), "counted": sum(one.found is not None for one in found.values()), "total": len(projects),
        "units": [{"label": UNITS[u], "href": f"?{urlencode({'unit': u, **({'in': key} if key else {})})}", "current": u == unit} for u in units],
    }  # fmt: skip
    return render(request, "portfolio/earned_values.html", context)


def said(value: float | None, one_unit: str, currency: str = "", *, signed: bool = False) -> str:
    if value is None:
        return "–"
    amount = reads.in_units(float(value), one_unit)
    if one_unit == MONEY:
        return money.money(amount, currency, signed=signed)
    sign = "+" if signed and amount > 0 else ""
    figure = sign + charts.number(round(amount, 1))
    return _("%(n)s h") % {"n": figure} if one_unit == HOURS else _("%(n)s points") % {"n": figure}


def _index(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _state(value: float | None) -> str:
    """Of an index: from 0.95 on track, from 0.85 at risk."""
    return "" if value is None else "on" if value >= 0.95 else "risk" if value >= 0.85 else "off"


def _line(found: Any, unit: str, currency: str) -> dict[str, Any] | None:
    if found is None:
        return None
    figures = found.figures
    return {
        "bac": said(figures.budget, unit, currency), "pv": said(figures.planned, unit, currency), "ev": said(figures.earned, unit, currency), "ac": said(figures.actual, unit, currency),
        "spi": _index(found.spi), "cpi": _index(found.cpi), "eac": said(found.eac.typical, unit, currency), "spi_state": _state(found.spi), "cpi_state": _state(found.cpi),
    }  # fmt: skip


def _row(project: Project, one: Standing) -> dict[str, Any]:
    href = f"{reverse('earned_value', kwargs={'key': project.space.key})}?{urlencode({'unit': one.unit})}"
    return {"name": project.name, "href": href, "line": _line(one.found, one.unit, one.currency), "finish": day(one.finish) if one.finish else "–", "why": "" if one.found else _nothing(one)}


def _nothing(one: Standing) -> str:
    if one.too_many:
        return _("more than %(n)s items are asked for at once; narrow the list, or look at parts") % {"n": charts.number(reads.MOST)}
    if one.earning == Project.Earning.MILESTONES and one.pieces and not one.steps:
        return _("value is earned with milestones, and none has a planned day")
    if one.left.unplanned:
        return ngettext("%(n)s item with a size has no planned day", "%(n)s items with a size have no planned day", one.left.unplanned) % {"n": one.left.unplanned}
    return _("no planned cost that you may see") if one.unit == MONEY and one.pieces else _("no item has a size in this unit")


def _why_none(one: Standing, units: list[str]) -> str:
    if one.found:
        return ""
    if not units:
        return _("Nothing can be derived: no work item has an estimate in hours or points.")
    return _("Nothing can be derived: %(why)s.") % {"why": _nothing(one)}


def _figures(one: Standing, key: str) -> dict[str, Any]:
    found, figures, currency = one.found, one.figures, one.currency
    assert found is not None
    assert figures is not None
    assert one.schedule is not None

    def tell(value: Any, *, signed: bool = False) -> str:
        return said(value, one.unit, currency, signed=signed)

    def why(name: str) -> str:
        code = found.missing.get(name) or one.schedule.missing.get(name, "")
        return str(WHY.get(code, "")) if code else ""

    names = {"typical": _("Typical: as dear as so far"), "atypical": _("Atypical: the rest as planned"), "both": _("Both cost and schedule press"), "bottom_up": _("Bottom-up: what is said to be left")}
    how = {"typical": "BAC / CPI", "atypical": "AC + (BAC − EV)", "both": "AC + (BAC − EV) / (CPI × SPI)", "bottom_up": _("AC + what is left")}
    estimates = [
        {"name": names[form], "how": how[form], "eac": tell(getattr(found.eac, form)), "etc": tell(getattr(found.etc, form)), "vac": tell(getattr(found.vac, form), signed=True), "why": why(f"eac.{form}")}
        for form in FORMS
    ]
    measures = [
        ("SV", _("schedule variance"), "EV − PV", tell(found.sv, signed=True), ""), ("SPI", _("schedule performance index"), "EV / PV", _index(found.spi), why("spi")),
        ("CV", _("cost variance"), "EV − AC", tell(found.cv, signed=True), why("cv")), ("CPI", _("cost performance index"), "EV / AC", _index(found.cpi), why("cpi")),
        ("TCPI", _("to-complete index, to the budget"), "(BAC − EV) / (BAC − AC)", _index(found.tcpi_budget), why("tcpi_budget")),
        ("TCPI", _("to-complete index, to the typical estimate"), "(BAC − EV) / (EAC − AC)", _index(found.tcpi_estimate), why("tcpi_estimate")),
        ("ES", _("earned schedule, in weeks"), _("when what is earned was to be earned"), charts.number(round(one.schedule.es, 1)), ""),
        ("SV(t)", _("schedule variance, in weeks"), "ES − AT", charts.number(round(one.schedule.sv, 1)), ""),
        ("SPI(t)", _("schedule performance index, in time"), "ES / AT", _index(one.schedule.spi), "" if one.schedule.spi is not None else str(WHY[one.schedule.missing["spi"]])),
        ("IEAC(t)", _("expected end by the earned schedule"), _("planned duration / SPI(t)"), day(one.finish) if one.finish else "–", "" if one.finish else why("ieac")),
    ]  # fmt: skip
    strip = [
        {"label": _("Planned (PV)"), "value": tell(figures.planned), "note": _("of %(budget)s") % {"budget": tell(figures.budget)}},
        {"label": _("Earned (EV)"), "value": tell(figures.earned), "note": charts.percent(figures.earned / figures.budget)},
        {"label": _("Actual (AC)"), "value": tell(figures.actual), "note": why("cv")},
        {"label": "SPI", "value": _index(found.spi), "state": _state(found.spi), "note": tell(found.sv, signed=True) if found.spi is not None else why("spi")},
        {"label": "CPI", "value": _index(found.cpi), "state": _state(found.cpi), "note": tell(found.cv, signed=True) if found.cpi is not None else why("cpi")},
    ]
    return {"figures": strip, "estimates": estimates, "measures": measures, "sentence": _sentence(one, tell), "steps": _steps(one, tell), "picture": _picture(one, key, tell), "course": _course(one, tell)}


def _steps(one: Standing, tell: Any) -> list[dict[str, Any]]:
    """The milestones with their part of the budget, where it is earned with them."""
    named, whole = {row.id: row.title for row in one.milestones}, sum(step.size for step in one.steps)
    assert one.figures is not None
    budget = float(one.figures.budget)
    return [
        {
            "title": named[step.id], "id": step.id, "share": f"{100 * step.size / whole:.0f} %", "value": tell(budget * step.size / whole), "planned": day(step.finish),
            "reached": day(step.done_on) if step.done_on else "–", "is_late": step.done_on is None and step.finish < one.on,
        }
        for step in one.steps
    ] if one.earning == Project.Earning.MILESTONES else []  # fmt: skip


def _sentence(one: Standing, tell: Any) -> str:
    found, figures = one.found, one.figures
    assert found is not None
    assert figures is not None
    text = _("By %(on)s %(planned)s were planned and %(earned)s are earned") % {"on": day(one.on), "planned": tell(figures.planned), "earned": tell(figures.earned)}
    if figures.actual is not None:
        text += _(", for %(actual)s") % {"actual": tell(figures.actual)}
    if found.eac.typical is not None:
        text += _("; going on like this it takes %(eac)s in all instead of %(budget)s") % {"eac": tell(found.eac.typical), "budget": tell(figures.budget)}
    return text + pgettext("sentence", ".")


def _course(one: Standing, tell: Any) -> list[list[str]]:
    rows = []
    for at in one.course:
        known = at.earned is not None
        rows.append([day(at.on), tell(at.planned), tell(at.earned) if known else "", tell(at.actual) if known and at.actual is not None else "",
                     _index(at.earned / at.planned) if known and at.planned else "", _index(at.earned / at.actual) if known and at.actual else ""])  # fmt: skip
    return rows


def _picture(one: Standing, key: str, tell: Any) -> dict[str, Any] | None:
    """The S-curve; what lies ahead: the typical estimate towards the earned schedule's end, and the range of the forecast."""
    found, figures = one.found, one.figures
    if found is None or figures is None or one.began is None or one.ends is None or len(one.course) < 2:
        return None
    limit = date.fromordinal(min(one.ends.toordinal() + 3 * max((one.ends - one.began).days, 30), date.max.toordinal() - 1))
    ahead = [at for at in (one.p50, one.p80, one.finish) if at is not None and at <= limit]
    last = max([one.course[-1].on, *ahead])
    eac = found.eac.typical if found.eac.typical is not None and found.eac.typical <= 3 * figures.budget else None
    top = reads.in_units(max(figures.budget, eac or 0, figures.actual or 0), one.unit)
    ticks = charts.nice(0, 1.1 * top, 4)
    plot = charts.plot(
        x=(one.began, last), y=(0, ticks[-1]), height=300, left=64, right=60, top=18,
        y_ticks=[(t, money.money(t, one.currency) if one.unit == MONEY else charts.number(t)) for t in ticks],
    )  # fmt: skip

    def points(name: str) -> list[tuple[Any, Any]]:
        return [(one.began, 0), *((at.on, reads.in_units(getattr(at, name), one.unit)) for at in one.course if getattr(at, name) is not None)]

    aim = one.finish if one.finish and one.finish <= limit else one.p80
    onward = [(one.on, reads.in_units(figures.actual, one.unit)), (aim, reads.in_units(eac, one.unit))] if eac and figures.actual is not None and aim and aim > one.on else []
    bac = reads.in_units(figures.budget, one.unit)
    band = plot.box(one.p50, one.p80, bac * 0.94, bac) if one.p50 and one.p80 and one.p80 <= limit else None
    items = reverse("work_items") + "?" + urlencode({"space": one.space_id})
    marks = [
        Markup('<a href="{}" tabindex="-1"><title>{}</title><circle class="ch-d {}" cx="{}" cy="{}" r="3.5"/></a>').format(
            href, f"{name} {short_day(one.on)}: {tell(value)}", fill, plot.x(one.on), plot.y(reads.in_units(value, one.unit))
        )
        for name, value, fill, href in (("PV", figures.planned, "f-none", url("plan", key=key)), ("EV", figures.earned, "f-on", items), ("AC", figures.actual, "f-ink", items))
        if value is not None
    ]
    label = _("Planned, earned and actual value from %(first)s to %(last)s: %(planned)s, %(earned)s and %(actual)s today") % {
        "first": day(one.began), "last": day(last), "planned": tell(figures.planned), "earned": tell(figures.earned), "actual": tell(figures.actual),
    }  # fmt: skip
    return {"plot": plot, "pv": plot.line(points("planned")), "ev": plot.line(points("earned")), "ac": plot.line(points("actual")) if figures.actual is not None else "", "onward": plot.line(onward),
            "bac": bac, "today": one.on, "band": band, "band_text": _("Forecast P50–P80: %(p50)s – %(p80)s") % {"p50": short_day(one.p50), "p80": short_day(one.p80)} if band else "", "marks": Markup("").join(marks), "label": label}  # fmt: skip


def _left(one: Standing) -> list[str]:
    """What is missing, in sentences."""
    left, found = one.left, []
    if one.earning == Project.Earning.FINISHED:
        found.append(_("An item earns its value when it is done, and nothing before."))
    if one.earning == Project.Earning.MILESTONES and one.steps:
        found.append(_("The milestones carry the whole budget: planned on their days, earned when they are reached."))
    if left.steps:
        found.append(ngettext("%(n)s milestone without a planned day or without points beside others is left out.", "%(n)s milestones without a planned day or without points beside others are left out.", left.steps) % {"n": left.steps})
    kept = left.given_up_planned + sum(row.is_given_up for row in one.milestones)
    if kept:
        found.append(ngettext("%(n)s item that was closed without a result stays planned and earns nothing, until a new baseline is taken.", "%(n)s items that were closed without a result stay planned and earn nothing, until a new baseline is taken.", kept) % {"n": kept})
    if left.given_up:
        found.append(ngettext("%(n)s item that was closed without a result is left out.", "%(n)s items that were closed without a result are left out.", left.given_up) % {"n": left.given_up})
    if left.unsized:
        found.append(ngettext("%(n)s item without an estimate is left out.", "%(n)s items without an estimate are left out.", left.unsized) % {"n": left.unsized})
    if left.unsized_open and not one.steps:
        found.append(ngettext("%(n)s of them is still open: what is earned reads better than it is.", "%(n)s of them are still open: what is earned reads better than it is.", left.unsized_open) % {"n": left.unsized_open})
    if one.unit == MONEY and one.pieces and not one.steps:
        found.append(str(_WEIGHED[one.work_unit]))
    if left.unplanned and one.pieces:
        found.append(ngettext("%(n)s item without a planned day is left out.", "%(n)s items without a planned day are left out.", left.unplanned) % {"n": left.unplanned})
    if left.done_unlogged and one.found and one.found.figures.actual is not None:
        found.append(ngettext("On %(n)s finished item no time was logged: what it cost is more than shown.", "On %(n)s finished items no time was logged: what they cost is more than shown.", left.done_unlogged) % {"n": left.done_unlogged})
    if left.undated_minutes:
        found.append(_("%(hours)s came with an import without a day and count from today on.") % {"hours": said(left.undated_minutes, HOURS)})
    if left.unknown:
        found.append(_("Costs in %(currencies)s are left out: no exchange rate is known.") % {"currencies": ", ".join(sorted(left.unknown))})
    if left.labour:
        found.append(_("Labour is planned here, but no time is logged: what it has cost is not part of the actual cost."))
    if left.unpriced_minutes:
        found.append(_("%(hours)s of logged time have no rate and cost nothing here.") % {"hours": said(left.unpriced_minutes, HOURS)})
    if left.untold_minutes:
        found.append(_("What %(hours)s of logged time have cost is not told to you and not part of the actual cost.") % {"hours": said(left.untold_minutes, HOURS)})
    return found


urls = [path("earned-value/", listing, name="earned_values"), path("earned-value/<slug:key>/", page, name="earned_value")]
