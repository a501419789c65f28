"""What the cards of a board show, and its lanes by filters: set for all who look at it."""

from typing import Any

from django.db import transaction

from tandem.kit.errors import Refused, Stale
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import Space
from tandem.work.models import BoardLayout, FieldDefinition
from tandem.work.models.board_layout import OWN, PARTS, USUAL

_DO = Permission.EDIT_PLAN
CHANGEABLE = ("on_cards", "lanes")
MOST_ON_CARDS, MOST_LANES, LONGEST = 12, 12, 500


def usual(space_id: int) -> list[str]:
    """What cards of the space show while nothing is set."""
    own = FieldDefinition.objects.filter(space=space_id, is_on_cards=True).active().in_order()
    return [*USUAL, *(OWN + word for word in own.values_list("word", flat=True)[:4])]


def create(*, actor: Any, space: Space, on_cards: list[str] | None = None, lanes: list[dict[str, str]] | None = None) -> BoardLayout:
    """One for a space; who finds that another has set it meanwhile is shown that one. What is not said stays as usual."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        Space.objects.select_for_update(no_key=True).get(pk=space.pk)
        there = BoardLayout.objects.filter(space=space).first()
        if there is not None:
            raise Stale(there)
        values = _checked(space.pk, on_cards=usual(space.pk) if on_cards is None else on_cards, lanes=lanes or [])
        return writing.create(BoardLayout, actor=actor, permission=_DO, verb="board_layout.created", space=space, **values)


def change(*, actor: Any, layout: BoardLayout, version: int | None, **values: Any) -> BoardLayout:
    """A field that was retired meanwhile may stay named: it is shown nowhere, and comes back with its field."""
    require(actor, _DO, layout.space_id)
    if set(values) - set(CHANGEABLE):
        raise Refused("field_unknown", fields=", ".join(sorted(set(values) - set(CHANGEABLE))))
    values = _checked(layout.space_id, known=layout.on_cards, **values)
    return writing.change(layout, actor=actor, permission=_DO, verb="board_layout.changed", version=version, **values)


def remove(*, actor: Any, layout: BoardLayout) -> None:
    """Cards show what is usual again, and there are no lanes by filters."""
    writing.remove(layout, actor=actor, permission=_DO, verb="board_layout.removed")


def _checked(space_id: int, known: list[str] | None = None, **values: Any) -> dict[str, Any]:
    if "on_cards" in values:
        own = FieldDefinition.objects.filter(space=space_id).active().values_list("word", flat=True)
        open_to = {*PARTS, *(OWN + word for word in own), *(known or [])}
        wanted = list(dict.fromkeys(values["on_cards"]))
        if unknown := [one for one in wanted if one not in open_to]:
            raise Refused("field_unknown", field="on_cards", fields=", ".join(map(str, unknown))[:200])
        if len(wanted) > MOST_ON_CARDS:
            raise Refused("cards_too_full", field="on_cards", most=MOST_ON_CARDS)
        values["on_cards"] = wanted
    if "lanes" in values:
        values["lanes"] = _lanes(values["lanes"])
    return values


def _lanes(given: Any) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for one in given if isinstance(given, list) else [None]:
        if not isinstance(one, dict) or set(one) != {"name", "query"} or not all(isinstance(v, str) for v in one.values()):
            raise Refused("lane_unreadable", field="lanes")
        name, query = " ".join(one["name"].split())[:100], one["query"].strip()
        if not name or not query or len(query) > LONGEST:
            raise Refused("lane_unreadable", field="lanes")
        if any(name.casefold() == other["name"].casefold() for other in found):
            raise Refused("name_taken", field="lanes", name=name)
        found.append({"name": name, "query": query})
    if len(found) > MOST_LANES:
        raise Refused("lanes_too_many", field="lanes", most=MOST_LANES)
    return found
