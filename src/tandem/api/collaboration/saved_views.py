"""Saved views: one's own and those shared with a space."""

from typing import Any

from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import body, words
from tandem.collaboration.actions import saved_views
from tandem.collaboration.models import SavedView

router = Router(tags=["collaboration"])

NOUN = Noun(
    path="saved-views",
    model=SavedView,
    word="view",
    shows="id space_id name owner_id audience page query version created_at",
    filters="space_id owner_id audience page",
)


def _create(*, actor: Any, query: str = "", **values: Any) -> SavedView:
    return saved_views.create(actor=actor, query=query, **values)


generic.reads(router, NOUN)
generic.creates(
    router,
    NOUN,
    body("SavedViewCreate", SavedView, "space name page audience", query=(words(2000), "")),
    _create,
)
generic.changes(
    router,
    NOUN,
    body("SavedViewChange", SavedView, "name audience query", partial=True),
    saved_views.change,
)
generic.removes(router, NOUN, saved_views.remove)
