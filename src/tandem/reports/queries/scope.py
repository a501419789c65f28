"""From one project to the whole organisation: a space with everything below it, as far as the asker sees."""

from typing import Any

from django.db.models import Q

from tandem.people.models import Space


def below(user: Any, *roots: int) -> frozenset[int]:
    """These spaces and what stands below them; what one may not see is left out, what lies beneath it is not."""
    parents = dict(
        Space.objects.values_list("id", "parent_id")
    )  # house: reads — the shape of the tree, no names
    found = set(roots) & set(parents)
    waiting = set(parents) - found
    while step := {pk for pk in waiting if parents[pk] in found}:
        found |= step
        waiting -= step
    return frozenset(found & user.visible_space_ids())


def named(user: Any, text: str) -> frozenset[int]:
    rows = Space.objects.visible_to(user).filter(Q(key__iexact=text) | Q(name__iexact=text))
    return below(user, *rows.values_list("id", flat=True))
