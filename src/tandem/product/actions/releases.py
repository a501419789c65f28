"""Planning releases."""

from typing import Any

from tandem.kit import clock
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.product.actions import windows
from tandem.product.models import Product, Release

_DO = Permission.EDIT_PRODUCT


def create(*, actor: Any, product: Product, name: str, **values: Any) -> Release:
    """One name once per product."""
    if Release.objects.filter(product=product, name=name).exists():
        raise Refused("name_taken", field="name", name=name)
    values = windows.settled(values, end="planned_on")
    return writing.create(
        Release,
        actor=actor,
        permission=_DO,
        verb="release.created",
        space=product.space,
        product=product,
        name=name,
        **values,
    )


def change(*, actor: Any, release: Release, version: int | None, **values: Any) -> Release:
    """Releasing dates it."""
    values = windows.settled(values, release, end="planned_on")
    if values.get("state") == Release.State.RELEASED and release.released_on is None:
        values.setdefault("released_on", clock.today())
    return writing.change(
        release, actor=actor, permission=_DO, verb="release.changed", version=version, **values
    )


def remove(*, actor: Any, release: Release, version: int | None = None) -> None:
    writing.remove(release, actor=actor, permission=_DO, verb="release.removed", version=version)
