"""Why a change cannot be carried out, as far as the person who asks may know it: a rule speaks with what it knows of money, bookings and
work that the person need not see."""

from typing import Any

from tandem.people.access import Permission, may
from tandem.planning.actions.plan_commitments import RIGHTS
from tandem.planning.models import PlanChange

Why = tuple[str, dict[str, Any]]
IMPOSSIBLE = "plan_change_impossible"
_C = PlanChange.Kind
SECRET = (_C.BOOK, _C.BOOKING, _C.UNBOOK, *PlanChange.OF_MONEY)
"Of these even whether they can be carried out is told to nobody who may not do them: tried often enough, it gives the figure."


def told(user: Any, change: PlanChange, code: str, params: dict[str, Any]) -> Why | None:
    """The rule with its parameters for who could do it by hand, or may see the costs; for others that it cannot be done, if anything."""
    if all(may(user, permission, change.space_id) for permission in RIGHTS[change.kind]):
        return code, params
    if change.kind in PlanChange.OF_MONEY and may(user, Permission.SEE_COSTS, change.space_id):
        return code, params
    if change.kind in SECRET and not _judges(user, change):
        return None
    return IMPOSSIBLE, {}


def _judges(user: Any, change: PlanChange) -> bool:
    """Whoever wrote it could write it again with another figure."""
    at = change.scenario.space_id
    return change.by_id != user.pk and (may(user, Permission.SIGN_FOR_PRODUCT, at) or may(user, Permission.SIGN_FOR_PMO, at))
