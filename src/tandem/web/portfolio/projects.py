"""Projects: the list with their forecast, and the way to plan, board and work items of each."""

from datetime import date
from typing import Any

from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission, may
from tandem.planning import words
from tandem.planning.models import Forecast
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter
from tandem.web.portfolio import benefit_panel, project_reports
from tandem.web.portfolio.owners import noun_for
from tandem.web.strategy import contributing
from tandem.web.templating import day
from tandem.work.actions.projects import open_project
from tandem.work.models import WorkItem


def create(*, actor: Any, home: Any, **values: Any) -> Project:
    return open_project(actor=actor, parent=home, **values)


def change(*, actor: Any, row: Project, version: int | None, **values: Any) -> Project:
    return projects.change(actor=actor, project=row, version=version, **values)


def detail(request: HttpRequest, row: Project) -> dict[str, Any]:
    forecast = Forecast.objects.visible_to(request.user).of(row).filter(is_current=True).first()
    refused = words.refusal(forecast.refusal) if forecast and forecast.refusal else ""
    if plan := (forecast.detail.get("plan") if forecast else None):
        refused = " · ".join((_("The plan ends %(day)s") % {"day": day(date.fromisoformat(plan["finish"]))}, refused))
    return {
        "forecast": forecast, "why_none": refused or _("Not computed yet: that takes a moment after a change."),
        "may_see_costs": may(request.user, Permission.SEE_COSTS, row.space_id),
        "serves": contributing.of(request, row), "is_open": row.state not in (Project.State.DONE, Project.State.CANCELLED),
        **project_reports.course_of(request, row), **benefit_panel.of(request, row),
    }  # fmt: skip


def look_up(request: HttpRequest, rows: list[Any]) -> None:
    """Each project's forecast, and how many of its items are open: two queries for a page of projects."""
    kind = Project._meta.label_lower
    forecasts = Forecast.objects.visible_to(request.user).filter(
        subject_kind=kind, subject_id__in=[row.pk for row in rows], is_current=True
    )
    found = {f.subject_id: f for f in forecasts.defer("detail")}
    items = WorkItem.objects.visible_to(request.user).open().filter(space_id__in=[row.space_id for row in rows])
    left = dict(items.order_by().values_list("space_id").annotate(Count("id")))
    for row in rows:
        row.forecast, row.left = found.get(row.pk), left.get(row.space_id, 0)


def _range(row: Any) -> Any:
    forecast = row.forecast
    if row.state == Project.State.DONE or forecast is None or not row.left:
        return ""
    if forecast.p50 is None:
        return words.refusal(forecast.refusal)
    return cells.dates(forecast.p50, forecast.p80)


noun = noun_for(
    slug="projects", model=Project, one=_("project"), many=_("Projects"), new=_("New project"),
    purpose=_("Temporary efforts with a plan, a team and an end."),
    permission=Permission.EDIT_PLAN, new_permission=Permission.EDIT_PORTFOLIO, kinds=("organisation", "portfolio", "programme"), create=create, change=change,
    extra=("state", "starts_on", "priority", "earning", "as_of", "kind", "horizon"), detail=detail, look_up=look_up, detail_template="portfolio/project.html",
    columns=(
        Column("state", _("State"), lambda r: r.get_state_display(), "state"),
        Column("starts", _("Starts"), lambda r: cells.date(r.starts_on), "starts_on"),
        Column("left", _("Open items"), lambda r: r.left, is_number=True),
        Column("forecast", _("All of it done, P50–P80"), _range),
    ),
    facts=(Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Starts"), lambda r: r.starts_on or "–"), Fact(_("Priority"), lambda r: r.get_priority_display() or "–"), Fact(_("Value is earned"), lambda r: r.get_earning_display()), Fact(_("Kind of investment"), lambda r: r.get_kind_display() or "–"), Fact(_("Horizon"), lambda r: r.get_horizon_display() or "–"), Fact(_("History read as of"), lambda r: r.as_of or _("today"))),
    filters=(
        Filter("state", _("State"), lambda request: list(Project.State.choices)),
        Filter("kind", _("Kind"), lambda request: list(Project.Kind.choices)),
        Filter("horizon", _("Horizon"), lambda request: list(Project.Horizon.choices)),
    ),
    how=(_("When all open items will be done, from the days on which this project really finished items; from too few there is no forecast. Half of the runs end by the first day (P50), eight of ten by the second (P80). The page of the project shows what it rests on."),),
)  # fmt: skip
urls = generic.urls(noun)
