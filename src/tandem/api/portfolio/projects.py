"""Projects. A new one comes with a workflow, so that it can be worked in at once."""

from typing import Any

from tandem.api import generic
from tandem.api.portfolio.owned import routes_of
from tandem.api.shapes import Body, Reference, body
from tandem.people.models import Space
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.work.actions import shared_moves, shared_workflows
from tandem.work.actions.projects import open_project

NOUN, router = routes_of(
    "projects",
    Project,
    "project",
    open_project,
    projects.change,
    fields="description owner state starts_on priority earning as_of kind horizon",
    also="state starts_on priority earning as_of kind horizon",
    filters="state priority kind horizon",
)


def _follow(*, actor: Any, project: Project, version: int, source: Space) -> Project:
    """The states and types of a space above hold in the project from now on."""
    shared_workflows.follow(actor=actor, space=project.space, source=source)
    return project


def _leave(*, actor: Any, project: Project, version: int) -> Project:
    """They are the project's own from now on."""
    shared_workflows.leave(actor=actor, space=project.space)
    return project


def _follow_moves(*, actor: Any, project: Project, version: int) -> Project:
    """The moves of the space above that it follows hold here; its own are taken away."""
    shared_moves.follow(actor=actor, space=project.space)
    return project


def _own_moves(*, actor: Any, project: Project, version: int) -> Project:
    """They are the project's own from now on."""
    shared_moves.own(actor=actor, space=project.space)
    return project


generic.acts(router, NOUN, "followings", body("ProjectFollowing", Project, "", source_space_id=Reference(Space, "source")), _follow)
generic.acts(router, NOUN, "leavings", Body, _leave)
generic.acts(router, NOUN, "move-followings", Body, _follow_moves)
generic.acts(router, NOUN, "move-leavings", Body, _own_moves)
