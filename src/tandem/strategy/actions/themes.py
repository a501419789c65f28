"""Strategic themes: what objectives are about."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.strategy.models import Theme

_DO = Permission.EDIT_STRATEGY


def create(*, actor: Any, space: Space, **values: Any) -> Theme:
    return writing.create(Theme, actor=actor, permission=_DO, verb="theme.created", space=space, **values)


def change(*, actor: Any, theme: Theme, version: int | None, **values: Any) -> Theme:
    return writing.change(theme, actor=actor, permission=_DO, verb="theme.changed", version=version, **values)


def remove(*, actor: Any, theme: Theme, version: int | None = None) -> None:
    """Only a theme that no objective has."""
    require(actor, _DO, theme.space_id)
    if theme.objectives.exists():
        raise Refused("has_parts")
    writing.remove(theme, actor=actor, permission=_DO, verb="theme.removed", version=version)
