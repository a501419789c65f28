"""The steps of an import whose file holds project reports: what a column can be, the preview with its doubts, the result."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tandem.exchange.formats.report_columns import REPORT_FIELDS
from tandem.exchange.models import Import
from tandem.exchange.project_reports import FORMATS, KIND
from tandem.people.models import Space
from tandem.portfolio.models import ProjectReport
from tandem.web.exchange import import_report


def holds_reports(imported: Import) -> bool:
    return imported.format in FORMATS or imported.report.get("kind") == KIND


def show(request: HttpRequest, imported: Import, context: dict[str, Any], *, is_done: bool) -> HttpResponse:
    report = imported.report
    lost, no_loss = import_report.left_out(report)
    context |= {
        "report": report, "sentence": _sentence(report, is_done=is_done), "figures": _figures(report["facts"]),
        "lost": lost, "no_loss": no_loss, "notes": import_report.notes(report), "ratings": _ratings(report["facts"]),
        "doubts": report.get("doubts", []), "same": imported.options.get("offers", {}).get("same", {}),
    }  # fmt: skip
    if is_done:
        context |= {"into": went_into(imported, request.user)}
    return render(request, "exchange/reports.html", context | {"is_done": is_done})


def went_into(imported: Import, user: Any) -> Space | None:
    """The space, while the reader may see it."""
    return imported.into if imported.into_id in user.visible_space_ids() else None


def _sentence(report: dict[str, Any], *, is_done: bool) -> str:
    facts, projects = report["facts"], report["projects"]
    n = facts["items"]
    if report["unchanged"] == n:
        return _("Nothing is new: %(name)s has all %(n)s reports as they are in the file.") % {"n": n, "name": report["into"]["name"]}
    text = (
        ngettext("%(n)s report of %(projects)s projects is in %(name)s", "%(n)s reports of %(projects)s projects are in %(name)s", n)
        if is_done else
        ngettext("%(n)s report of %(projects)s projects comes into %(name)s", "%(n)s reports of %(projects)s projects come into %(name)s", n)
    )  # fmt: skip
    first = text % {"n": n, "projects": facts["projects"], "name": report["into"]["name"]}
    return first + _(": %(found)s projects were known, %(opened)s are new.") % projects


def _figures(facts: dict[str, Any]) -> list[dict[str, Any]]:
    span = "" if facts["first_day"] == facts["last_day"] else _("to %(day)s") % {"day": facts["last_day"]}
    withheld = sum(facts["withheld"].values())
    note = ngettext("%(n)s value withheld", "%(n)s values withheld", withheld) % {"n": withheld} if withheld else ""
    return [
        {"label": _("Reports"), "value": facts["items"]},
        {"label": _("Projects"), "value": facts["projects"], "note": ngettext("%(n)s department", "%(n)s departments", len(facts["departments"])) % {"n": len(facts["departments"])}},
        {"label": _("Report dates"), "value": facts["days"], "note": f"{facts['first_day']} {span}".strip()},
        {"label": _("With a finish"), "value": facts["with_finish"]},
        {"label": _("With a cost"), "value": facts["with_cost"], "note": note},
    ]  # fmt: skip


def _ratings(facts: dict[str, Any]) -> dict[str, int]:
    return {str(ProjectReport.Rating(int(value)).label): count for value, count in sorted(facts["ratings"].items(), reverse=True)}


def answers(imported: Import) -> dict[str, Any]:
    """What the page of answers shows besides the columns."""
    options, report = imported.options, imported.report
    return {
        "holds_reports": True, "column_choices": column_choices(), "asks_zone": False,
        "source_name": options.get("name") or report.get("name", ""), "currency": options.get("currency", ""),
        "money_unit": options.get("money_unit", ""),
        "money_units": [("units", _("Units")), ("thousands", _("Thousands")), ("millions", _("Millions"))],
    }  # fmt: skip


def column_choices() -> list[tuple[str, str]]:
    words = {
        "project_name": _("Name of the project"), "project_id": _("Number of the project"), "as_of": _("As of"), "department": _("Department"),
        "category": _("Category"), "phase": _("Phase"), "description": _("Description"), "planned_start": _("Planned start"),
        "planned_finish": _("Planned finish"), "original_finish": _("Original finish"), "budget": _("Cost"), "original_budget": _("Original cost"),
        "spent": _("Spent"), "currency": _("Currency"), "rating": _("Rating of the source"), "said": _("Owner's word"), "commentary": _("Commentary"),
        "slip": _("Slip, stated"), "slip_step": _("Slip since the last report, stated"), "slip_early": _("Slip, stated: earlier is positive"),
        "growth": _("Cost growth, stated"), "growth_step": _("Cost growth since the last report, stated"), "growth_saved": _("Cost growth, stated: cheaper is positive"),
        "keep": _("Kept as the source has it"), "ignore": _("Leave it out"),
    }  # fmt: skip
    return [(name, words[name]) for name in sorted(REPORT_FIELDS, key=list(words).index)]
