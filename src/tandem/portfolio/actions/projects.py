"""Opening, changing and closing projects."""

from typing import Any

from django.db import transaction

from tandem.history.record import record_many
from tandem.people import writing
from tandem.people.access import Permission, require
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


def create_many(*, actor: Any, parent: Space, rows: list[dict[str, Any]]) -> list[Project]:
    """What an import opens at once: a project with its own space for each row of values, an event for each."""
    with transaction.atomic():
        opened = spaces.open_many(actor=actor, parent=parent, kind=SpaceKind.PROJECT, names=[row["name"] for row in rows])
        for space in opened[:1]:  # all stand under one parent: what holds for one holds for all
            require(actor, _DO, space.pk)
        made = [Project(space=space, **row) for space, row in zip(opened, rows, strict=True)]
        Project.objects.bulk_create(made, batch_size=500)
        said = [(one, {f: [None, v] for f, v in row.items() if v not in ("", None)}, {}) for one, row in zip(made, rows, strict=True)]
        record_many("project.created", said, actor=actor)
    return made


def change(*, actor: Any, project: Project, version: int | None, **values: Any) -> Project:
    """The space carries the same name."""
    with transaction.atomic():
        row = writing.change(
            project, actor=actor, permission=_DO, verb="project.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row
