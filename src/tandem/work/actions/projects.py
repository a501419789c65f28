"""A project that can be worked in from its first minute."""

from typing import Any

from django.db import transaction

from tandem.people.models import Space
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.work.actions import inheritance, link_kinds, shared_workflows, workflows


def open_project(
    *, actor: Any, parent: Space, name: str, with_workflow: bool = True, **values: Any
) -> Project:
    """A project with its space and, unless an import brings its own, the workflow of a space above, else the default one."""
    with transaction.atomic():
        project = projects.create(actor=actor, parent=parent, name=name, **values)
        inheritance.inherit(project.space)  # moves from above may ask for fields from above
        source = shared_workflows.nearest(project.space_id) if with_workflow else None
        if source is not None:
            shared_workflows.follow(actor=actor, space=project.space, source=source)
        elif with_workflow:
            workflows.give_default(actor=actor, space=project.space)
        link_kinds.inherit(project.space)
    return project


def open_projects(*, actor: Any, parent: Space, rows: list[dict[str, Any]]) -> list[Project]:
    """Many at once, each with the default workflow: what an import of a portfolio opens."""
    with transaction.atomic():
        made = projects.create_many(actor=actor, parent=parent, rows=rows)
        workflows.give_default_to_many(actor=actor, spaces=[project.space for project in made])
        if inheritance.is_anything_above(parent):
            for project in made:
                inheritance.inherit(project.space)
        if link_kinds.is_anything_above(parent):
            for project in made:
                link_kinds.inherit(project.space)
    return made
