"""Opening, changing and closing programmes."""

from typing import Any

from django.db import transaction

from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.actions import spaces
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Programme

_DO = Permission.EDIT_PORTFOLIO


def create(
    *, actor: Any, parent: Space, name: str, key: str = "", is_confidential: bool = False, **values: Any
) -> Programme:
    """A programme with its own space under `parent`."""
    with transaction.atomic():
        space = spaces.open_space(
            actor=actor,
            parent=parent,
            kind=SpaceKind.PROGRAMME,
            name=name,
            key=key,
            is_confidential=is_confidential,
        )
        return writing.create(
            Programme, actor=actor, permission=_DO, verb="programme.created", space=space, name=name, **values
        )


def change(*, actor: Any, programme: Programme, version: int | None, **values: Any) -> Programme:
    """The space carries the same name."""
    with transaction.atomic():
        row = writing.change(
            programme, actor=actor, permission=_DO, verb="programme.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row
