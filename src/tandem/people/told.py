"""What of an event somebody is told: fields behind a permission of their own are left out for who does not hold it.

Events are read by whoever sees the space; amounts stand in none, but words about money do, and older events keep theirs."""

from typing import Any

from tandem.people.access import Permission, may

_P = Permission
BEHIND: tuple[tuple[str, Permission, frozenset[str] | None], ...] = (
    ("cost_line.", _P.SEE_COSTS, None),
    ("budget.entered", _P.SEE_COSTS, frozenset({"override_reason"})),
    ("rate.", _P.SEE_RATES, None),
)
"""How the verb begins → what one must hold to be told these fields of it, or (None) any of them."""


def shown(user: Any, verb: str, space_id: int | None, changes: dict[str, Any]) -> dict[str, Any]:
    """Of the changes of an event those that this person may know."""
    found = changes
    for beginning, permission, fields in BEHIND:
        if found and verb.startswith(beginning) and not (space_id is not None and may(user, permission, space_id)):
            found = {} if fields is None else {name: pair for name, pair in found.items() if name not in fields}
    return found
