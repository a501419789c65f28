"""What of an event somebody is told: fields behind a permission of their own are left out for who does not hold it, and events
of the weeks of people, and of who joins and leaves, are no event for others.

Events are read by whoever sees the space; amounts stand in none, but words about money do, and older events keep theirs."""

from typing import Any

from django.db.models import Q

from tandem.people.access import Permission, may, sight_and_where

_P = Permission
BEHIND: tuple[tuple[str, Permission, frozenset[str] | None], ...] = (
    ("cost_line.", _P.SEE_COSTS, None),
    ("budget.entered", _P.SEE_COSTS, frozenset({"override_reason"})),
    ("rate.", _P.SEE_RATES, None),
    ("invoice_basis.", _P.SEE_RATES, None),
    ("intake_form.", _P.SHARE, frozenset({"routes"})),
)
"""How the verb begins → what one must hold to be told these fields of it, or (None) any of them."""

PRIVATE, _BY = ("time_sheet.", "onboarding."), _P.MANAGE_RESOURCES
"""Verbs that begin so are told to who did it and to who manages resources there; with the row itself also to who sees the row."""


def events_for(user: Any, row: Any = None) -> Q:
    """Which events this person may read; `row`: one that they have been found to see, whose events are read."""
    seen, managed = sight_and_where(user, _BY)
    private = Q()
    for beginning in PRIVATE:
        private |= Q(verb__startswith=beginning)
    told = ~private | Q(actor=user.pk) | Q(space_id__among=managed)
    if row is not None:
        told |= Q(subject_kind=row._meta.label_lower, subject_id=row.pk)
    return Q(space_id__among=seen) & told


def shown(user: Any, verb: str, space_id: int | None, changes: dict[str, Any]) -> dict[str, Any]:
    """Of the changes of an event those that this person may know."""
    found = changes
    for beginning, permission, fields in BEHIND:
        if found and verb.startswith(beginning) and not (space_id is not None and may(user, permission, space_id)):
            found = {} if fields is None else {name: pair for name, pair in found.items() if name not in fields}
    return found
