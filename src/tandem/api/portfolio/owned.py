"""What portfolios, programmes, projects and products share: each is made together with its own space."""

from collections.abc import Callable
from typing import Any

from django.db.models import F, Model
from ninja import Router

from tandem.api import generic
from tandem.api.generic import Noun
from tandem.api.shapes import Reference, body, words
from tandem.people.models import Space

_SHOWS = "id space_id name description owner_id version created_at"


def routes_of(
    path: str,
    model: type[Model],
    word: str,
    create: Callable[..., Any],
    change: Callable[..., Any],
    fields: str = "description owner",
    also: str = "",
    filters: str = "",
) -> tuple[Noun, Router]:
    """`parent_space_id` says where the new one opens; without a key, one is made from the name."""
    router = Router(tags=["portfolio" if path != "products" else "product"])
    noun = Noun(
        path=path,
        model=model,
        word=word,
        shows=f"{_SHOWS} {also}",
        filters=f"owner_id space_id {filters}",
        computes={
            "key": (str, lambda user: F("space__key")),
            "parent_space_id": (int | None, lambda user: F("space__parent_id")),
            "is_confidential": (bool, lambda user: F("space__is_confidential")),
        },
    )
    name = model.__name__
    takes = body(
        f"{name}Create",
        model,
        f"name {fields}",
        parent_space_id=Reference(Space, "parent"),
        key=(words(10), ""),
        is_confidential=(bool, False),
    )
    generic.reads(router, noun)
    generic.creates(router, noun, takes, create)
    generic.changes(
        router,
        noun,
        body(f"{name}Change", model, f"name {fields}", partial=True),
        change,
    )
    return noun, router
