"""Decisions that ask for somebody: questions that are late, answers to be looked at again."""

from datetime import date
from typing import Any

from django.db.models import Count, Q

from tandem.governance.models import Decision


def due(user: Any, on: date, most: int) -> list[Decision]:
    """Those that the person owns, the earliest first."""
    rows = Decision.objects.visible_to(user).owned_by(user).coming_due(on)
    return list(rows.select_related("space").order_by("due_on", "revisit_on", "id")[:most])


def counted(rows: Any, on: date) -> dict[str, int]:
    """How many are open, late, and to be looked at again."""
    late, again = Q(state=Decision.State.OPEN, due_on__lt=on), Q(state=Decision.State.DECIDED, revisit_on__lte=on)
    found: dict[str, int] = rows.order_by().aggregate(open=Count("id", filter=Q(state=Decision.State.OPEN)), late=Count("id", filter=late), again=Count("id", filter=again))
    return found
