"""Opening, changing and closing projects."""

from typing import Any

from django.db import transaction

from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.actions import spaces
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Project

_DO = Permission.EDIT_PLAN


def create(
    *, actor: Any, parent: Space, name: str, key: str = "", is_confidential: bool = False, **values: Any
) -> Project:
    """A project with its own space under `parent`."""
    with transaction.atomic():
        space = spaces.open_space(
            actor=actor,
            parent=parent,
            kind=SpaceKind.PROJECT,
            name=name,
            key=key,
            is_confidential=is_confidential,
        )
        project = writing.create(
            Project, actor=actor, permission=_DO, verb="project.created", space=space, name=name, **values
        )
    return project


def change(*, actor: Any, project: Project, version: int | None, **values: Any) -> Project:
    """The space carries the same name."""
    with transaction.atomic():
        row = writing.change(
            project, actor=actor, permission=_DO, verb="project.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row
