"""Versions of the roadmap for audiences: made by whoever may share it."""

from typing import Any

from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.product.models import RoadmapEdition
from tandem.product.models.roadmap_edition import told_below

_DO = Permission.SHARE


def create(*, actor: Any, space: Space, **values: Any) -> RoadmapEdition:
    """Never of what is confidential: it would be empty, or tell what only a few may know."""
    require(actor, _DO, space.pk)
    if space.kind == "project":
        raise Refused("edition_without_products", field="space")
    if space.pk not in told_below(space.pk):
        raise Refused("edition_confidential", field="space")
    _check(None, values)
    return writing.create(RoadmapEdition, actor=actor, permission=_DO, verb="roadmap_edition.created", space=space, **values)


def change(*, actor: Any, roadmap_edition: RoadmapEdition, version: int | None, **values: Any) -> RoadmapEdition:
    """Links that show it show it as it is now."""
    require(actor, _DO, roadmap_edition.space_id)
    _check(roadmap_edition, values)
    return writing.change(
        roadmap_edition, actor=actor, permission=_DO, verb="roadmap_edition.changed", version=version, **values
    )


def remove(*, actor: Any, roadmap_edition: RoadmapEdition, version: int | None = None) -> None:
    """Its links die with it."""
    writing.remove(roadmap_edition, actor=actor, permission=_DO, verb="roadmap_edition.removed", version=version)


def _check(row: RoadmapEdition | None, values: dict[str, Any]) -> None:
    """A slip is the distance between two dates: it is told only beside both."""

    def one(name: str, default: bool) -> bool:
        return bool(values.get(name, getattr(row, name, default)))

    if one("shows_slip", False) and not (one("shows_promise", True) and one("shows_forecast", False)):
        raise Refused("edition_slip_alone", field="shows_slip")
