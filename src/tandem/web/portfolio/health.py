"""Health of projects, computed, beside the owner's own word: a table and a picture, each mark leads to its record."""

from math import sqrt
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup, escape

from tandem.kit.text import whole_number
from tandem.people.models import Space
from tandem.reports.queries import health as reads
from tandem.web import charts, doors, standing
from tandem.web.portfolio import money
from tandem.web.portfolio import report_words as words
from tandem.web.portfolio.report_course import middle, places, with_changes
from tandem.web.strategy.values import shape
from tandem.web.templating import day, url

_ROWS = 50
_LARGEST = 18.0


@login_required
@standing.page
def page(request: HttpRequest) -> HttpResponse:
    key = request.GET.get("in", "")
    space = doors.find(Space.objects.all(), request.user, key=key) if key else None
    found = reads.healths(request.user, space)
    only = request.GET.get("only", "")
    shown = [one for one in found if _fits(one, only)]
    number = max(whole_number(request.GET.get("page", ""), 4) or 1, 1)
    context = {
        "space": space, "places": places(request), "found": found, "only": only, "rows": [_row(one) for one in shown[(number - 1) * _ROWS : number * _ROWS]],
        "next": with_changes(request, page=number + 1) if number * _ROWS < len(shown) else "",
        "previous": with_changes(request, page=number - 1) if number > 1 else "", "picture": _picture(shown), "sentence": _sentence(found), "choices": _choices(),
        "limits": (round(100 * reads.GROWN_RISK), round(100 * reads.GROWN_OFF), reads.LATE_RISK, reads.LATE_DAYS),
    }  # fmt: skip
    return render(request, "portfolio/health.html", context)


def _choices() -> list[tuple[str, str]]:
    return [("", _("All")), ("better", _("Said better than computed")), ("off", _("Off track")), ("risk", _("At risk")), ("on", _("On track"))]


def _fits(one: reads.Health, only: str) -> bool:
    return one.apart > 0 if only == "better" else one.computed == only if only in ("on", "risk", "off") else True


def _sentence(found: list[reads.Health]) -> str:
    off = sum(one.computed == "off" for one in found)
    better = sum(one.apart > 0 for one in found)
    text = ngettext("%(n)s of %(all)s projects is off track by what is computed", "%(n)s of %(all)s projects are off track by what is computed", off)
    first = text % {"n": off, "all": len(found)}
    if not better:
        return first + _("; no owner says better than that.")
    return first + ngettext("; %(n)s owner says better than that.", "; %(n)s owners say better than that.", better) % {"n": better}


def _row(one: reads.Health) -> dict[str, Any]:
    return {
        "name": one.project.name, "href": url("projects_detail", id=one.project.pk), "computed": _mark(one.computed),
        "schedule": _grade(one, one.schedule), "scope": _grade(one, one.scope), "cost": _grade(one, one.cost), "benefit": _grade(one, one.benefit),
        "risk": _grade(one, one.risk),
        "said": words.said(one.said), "said_on": one.said_on, "rating": words.rating(one.rating), "apart": _apart(one.apart),
        "report": url("project_reports_detail", id=one.report_id) if one.report_id else "",
    }  # fmt: skip


def _mark(state: str) -> Markup | str:
    return shape(state) if state != "none" else ""


def _grade(one: reads.Health, grade: reads.Grade) -> dict[str, Any]:
    return {"mark": _mark(grade.state), "basis": _basis(grade) if grade.basis else "", "href": _record(one, grade)}


def _record(one: reads.Health, grade: reads.Grade) -> str:
    """Where what the grade rests on stands."""
    if grade.basis == "benefit":
        return url("benefits_detail", id=grade.figures["id"])
    if grade.basis == "endangered":
        key = one.project.space.key
        if grade.figures["promises"] or grade.figures["conflicts"]:
            return f"{url('plan_conflicts')}?in={key}"
        return f"{url('risk_matrix')}?in={key}" if grade.figures["risks"] else url("board", key=key)
    if one.report_id and (grade.basis in ("slip", "grown") or grade.basis.endswith("_report")):
        return url("project_reports_detail", id=one.report_id)
    return url("plan", key=one.project.space.key) if grade.basis else ""


def _basis(grade: reads.Grade) -> str:
    f = grade.figures
    match grade.basis:
        case "slip":
            return _("%(slip)s since the first report, as of %(on)s") % {"slip": words.days(f["slip"]), "on": day(f["on"])}
        case "grown":
            return _("%(share)s since the first report, as of %(on)s") % {"share": words.share(f["share"]), "on": day(f["on"])}
        case "benefit":
            return _("“%(title)s”: %(share)s of the plan, as of %(on)s") % {"title": f["title"], "share": charts.percent(f["share"]), "on": day(f["on"])}
        case "endangered":
            return _endangered(f)
        case "added":
            return _("%(added)s items added to the %(size)s of “%(name)s”") % f
        case basis:
            expected = _("P80 %(day)s") if basis.startswith("p80") else _("the plan ends %(day)s")
            against = _("reported on %(on)s: %(day)s") if basis.endswith("_report") else _("baseline: %(day)s")
            said = against % {"on": day(f["on"]) if f["on"] else "", "day": day(f["promised"])}
            return f"{expected % {'day': day(f['expected'])}} · {said}"


def _endangered(figures: dict[str, int]) -> str:
    broken, conflicts, blocked, risks = (figures[name] for name in ("promises", "conflicts", "blocked", "risks"))
    parts = [
        ngettext("%(n)s promise that the plan does not keep", "%(n)s promises that the plan does not keep", broken) % {"n": broken} if broken else "",
        ngettext("%(n)s conflict of the plan", "%(n)s conflicts of the plan", conflicts) % {"n": conflicts} if conflicts else "",
        ngettext("%(n)s item is blocked", "%(n)s items are blocked", blocked) % {"n": blocked} if blocked else "",
        ngettext("%(n)s high risk", "%(n)s high risks", risks) % {"n": risks} if risks else "",
    ]
    return " · ".join(part for part in parts if part) or _("no conflict of the plan, nothing blocked, no high risk")


def _apart(steps: int) -> str:
    if steps > 0:
        return str(ngettext("%(n)s step better than computed", "%(n)s steps better than computed", steps) % {"n": steps})
    return str(ngettext("%(n)s step worse than computed", "%(n)s steps worse than computed", -steps) % {"n": -steps}) if steps < 0 else ""


def _picture(found: list[reads.Health]) -> dict[str, Any] | None:
    """Days late across, cost growth up, the area of a bubble its cost; nothing from fewer than two."""
    known = [one for one in found if one.days is not None and one.growth is not None]
    if len(known) < 2:
        return None
    late = [float(one.days or 0) for one in known]
    grown = [100 * (one.growth or 0) for one in known]
    (left, right), (low, high) = _roomy(*middle(late)), _roomy(*middle(grown))
    ticks = charts.nice(low, high, 5)
    plot = charts.plot(x=(left, right), y=(ticks[0], ticks[-1]), height=320, left=60, right=24, top=20, bottom=40, y_ticks=[(t, f"{charts.number(t)} %") for t in ticks])
    largest = max((one.budget or 0 for one in known), default=0)
    bubbles = "".join(_bubble(one, plot, largest) for one in sorted(known, key=lambda one: -(one.budget or 0)))
    return {
        "plot": plot, "bubbles": Markup(bubbles), "without": len(found) - len(known),  # noqa: S704  names are escaped below
        "outside": sum(not (left <= x <= right and ticks[0] <= y <= ticks[-1]) for x, y in zip(late, grown, strict=True)),
        "label": _("Days late, cost growth and cost of %(n)s projects") % {"n": len(known)},
    }  # fmt: skip


def _roomy(low: float, high: float) -> tuple[float, float]:
    """A bubble at the edge does not cover the axis."""
    margin = (high - low) / 12
    return low - margin, high + margin


def _bubble(one: reads.Health, plot: charts.Plot, largest: float) -> str:
    said = f"{one.project.name}: {words.days(one.days)}, {words.share(one.growth)}, {money.money(one.budget, one.currency)}"
    radius = round(max(3.0, _LARGEST * sqrt((one.budget or 0) / largest)), 1) if largest else 4
    return (
        f'<a href="{url("projects_detail", id=one.project.pk)}" data-peek tabindex="-1"><title>{escape(said)}</title>'
        f'<circle class="ch-d f-{one.computed} ch-o2" cx="{plot.x(float(one.days or 0))}" cy="{plot.y(100 * (one.growth or 0))}" r="{radius}"/></a>'
    )


urls = [path("projects/health/", page, name="projects_health")]
