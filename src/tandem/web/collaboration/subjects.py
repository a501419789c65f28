"""A record of any noun that can be watched, by its kind and number, for whoever sees it."""

from typing import Any

from django.apps import apps

from tandem.collaboration.models.watch import NOUNS, SPACE
from tandem.kit.errors import Hidden
from tandem.kit.types import MAX_BIGINT


def find(user: Any, kind: str, pk: int) -> Any:
    if kind not in (*NOUNS, SPACE) or not 0 < pk <= MAX_BIGINT:
        raise Hidden
    row = apps.get_model(kind)._default_manager.visible_to(user).filter(pk=pk).first()  # type: ignore[attr-defined]
    if row is None:
        raise Hidden
    return row
