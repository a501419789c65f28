"""Opening, changing and closing portfolios."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused
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
    _check(values)
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
    _check(values)
    with transaction.atomic():
        row = writing.change(
            portfolio, actor=actor, permission=_DO, verb="portfolio.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row


def _check(values: dict[str, Any]) -> None:
    if not 0 <= values.get("discount_rate", 0) <= 100:
        raise Refused("rate_out_of_range", field="discount_rate")
