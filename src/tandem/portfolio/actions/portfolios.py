"""Opening, changing and closing portfolios."""

from typing import Any

from django.db import transaction

from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.actions import spaces
from tandem.people.models import Space, SpaceKind
from tandem.portfolio.models import Portfolio

_DO = Permission.EDIT_PORTFOLIO


def create(
    *, actor: Any, parent: Space, name: str, key: str = "", is_confidential: bool = False, **values: Any
) -> Portfolio:
    """A portfolio with its own space under `parent`."""
    with transaction.atomic():
        space = spaces.open_space(
            actor=actor,
            parent=parent,
            kind=SpaceKind.PORTFOLIO,
            name=name,
            key=key,
            is_confidential=is_confidential,
        )
        return writing.create(
            Portfolio, actor=actor, permission=_DO, verb="portfolio.created", space=space, name=name, **values
        )


def change(*, actor: Any, portfolio: Portfolio, version: int | None, **values: Any) -> Portfolio:
    """The space carries the same name."""
    with transaction.atomic():
        row = writing.change(
            portfolio, actor=actor, permission=_DO, verb="portfolio.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row
