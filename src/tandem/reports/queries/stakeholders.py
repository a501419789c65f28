"""Stakeholders with the promises to them, and as marks on the grid of interest and influence."""

from collections import defaultdict
from typing import Any

from tandem.collaboration.models import Stakeholder, StakeholderNote
from tandem.product.models import Promise

MOST_ON_GRID = 200


def notes(user: Any, row: Stakeholder, most: int = 100) -> list[StakeholderNote]:
    return list(StakeholderNote.objects.visible_to(user).filter(stakeholder=row).select_related("author")[:most])


def promises(user: Any, row: Stakeholder, most: int = 30) -> list[Promise]:
    """Those that the reader sees and that were given to a receiver of this name."""
    rows = Promise.objects.visible_to(user).current().filter(to_whom__iexact=row.name).select_related("feature", "release")
    return list(rows.order_by("kept_on", "date")[:most])


def grid(rows: Any) -> dict[tuple[int, int], list[Stakeholder]]:
    """(Interest, influence) → who stands there."""
    found: dict[tuple[int, int], list[Stakeholder]] = defaultdict(list)
    for row in rows.order_by("name", "id")[:MOST_ON_GRID]:
        found[row.interest, row.influence].append(row)
    return found
