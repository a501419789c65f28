"""Projects: the list with their forecast, and the way to plan, board and work items of each."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from tandem.people.access import Permission
from tandem.planning.models import Forecast
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.web import cells, generic
from tandem.web.generic import Column, Fact, Filter
from tandem.web.portfolio.owners import noun_for
from tandem.work.actions.projects import open_project


def create(*, actor: Any, home: Any, **values: Any) -> Project:
    return open_project(actor=actor, parent=home, **values)


def change(*, actor: Any, row: Project, version: int | None, **values: Any) -> Project:
    return projects.change(actor=actor, project=row, version=version, **values)


def detail(request: HttpRequest, row: Project) -> dict[str, Any]:
    forecast = Forecast.objects.visible_to(request.user).of(row).filter(is_current=True).first()
    return {"forecast": forecast}


noun = noun_for(
    slug="projects", model=Project, one=_("project"), many=_("Projects"), new=_("New project"),
    purpose=_("Temporary efforts with a plan, a team and an end."),
    permission=Permission.EDIT_PLAN, kinds=("organisation", "portfolio", "programme"), create=create, change=change,
    extra=("state", "starts_on", "as_of"), detail=detail, detail_template="portfolio/project.html",
    columns=(
        Column("state", _("State"), lambda r: r.get_state_display(), "state"),
        Column("starts", _("Starts"), lambda r: cells.date(r.starts_on), "starts_on"),
    ),
    facts=(Fact(_("State"), lambda r: r.get_state_display()), Fact(_("Starts"), lambda r: r.starts_on or "–"), Fact(_("History read as of"), lambda r: r.as_of or _("today"))),
    filters=(Filter("state", _("State"), lambda request: list(Project.State.choices)),),
)  # fmt: skip
urls = generic.urls(noun)
