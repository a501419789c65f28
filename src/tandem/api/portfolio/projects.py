"""Projects. A new one comes with the default workflow, so that it can be worked in at once."""

from tandem.api.portfolio.owned import routes_of
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.work.actions.projects import open_project

NOUN, router = routes_of(
    "projects",
    Project,
    "project",
    open_project,
    projects.change,
    fields="description owner state starts_on as_of",
    also="state starts_on as_of",
    filters="state",
)
