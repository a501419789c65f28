"""Opening and changing products."""

from typing import Any

from django.db import transaction

from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.actions import spaces
from tandem.people.models import Space, SpaceKind
from tandem.product.models import Product

_DO = Permission.EDIT_PRODUCT


def create(
    *, actor: Any, parent: Space, name: str, key: str = "", is_confidential: bool = False, **values: Any
) -> Product:
    """A product with its own space under `parent`."""
    with transaction.atomic():
        space = spaces.open_space(
            actor=actor,
            parent=parent,
            kind=SpaceKind.PRODUCT,
            name=name,
            key=key,
            is_confidential=is_confidential,
        )
        return writing.create(
            Product, actor=actor, permission=_DO, verb="product.created", space=space, name=name, **values
        )


def change(*, actor: Any, product: Product, version: int | None, **values: Any) -> Product:
    """The space carries the same name."""
    with transaction.atomic():
        row = writing.change(
            product, actor=actor, permission=_DO, verb="product.changed", version=version, **values
        )
        if "name" in values:
            Space.objects.filter(pk=row.space_id).update(name=row.name)
    return row
