"""Keeping a query under a name."""

from typing import Any

from django.db import transaction

from tandem.collaboration.models import SavedView
from tandem.kit.errors import Denied, Refused
from tandem.people import writing
from tandem.people.access import Permission
from tandem.people.models import Space

_NEEDED = {"private": Permission.VIEW, "team": Permission.COMMENT, "official": Permission.MANAGE_ACCESS}


def _needed(audience: str) -> Permission:
    if audience not in _NEEDED:
        raise Refused("invalid", field="audience")
    return _NEEDED[audience]


def create(
    *, actor: Any, space: Space, name: str, page: str, query: str, audience: str = "private"
) -> SavedView:
    """Private for oneself; an official view needs the right to manage the space."""
    return writing.create(
        SavedView,
        actor=actor,
        permission=_needed(audience),
        verb="saved_view.created",
        space=space,
        name=name,
        page=page,
        query=query,
        audience=audience,
        owner=actor,
    )


def change(*, actor: Any, view: SavedView, version: int | None, **values: Any) -> SavedView:
    """The owner, or for an official view whoever manages the space."""
    _may_touch(actor, view)
    needed = _needed(values.get("audience", view.audience))
    return writing.change(
        view, actor=actor, permission=needed, verb="saved_view.changed", version=version, **values
    )


def make_default(*, actor: Any, view: SavedView, is_default: bool = True) -> SavedView:
    """The page opens with this view for its owner; at most one of theirs does."""
    if view.owner_id != actor.pk:
        raise Denied(Permission.MANAGE_ACCESS)
    with transaction.atomic():
        others = SavedView.objects.filter(owner=actor, page=view.page, is_default=True).exclude(pk=view.pk)
        for other in others.select_for_update():
            change(actor=actor, view=other, version=None, is_default=False)
        return change(actor=actor, view=view, version=None, is_default=is_default)


def remove(*, actor: Any, view: SavedView) -> None:
    _may_touch(actor, view)
    writing.remove(view, actor=actor, permission=_needed(view.audience), verb="saved_view.removed")


def _may_touch(actor: Any, view: SavedView) -> None:
    if view.owner_id != actor.pk and view.audience != SavedView.Audience.OFFICIAL:
        raise Denied(Permission.MANAGE_ACCESS)
