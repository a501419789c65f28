"""Every permission and who holds it: one table. `may` asks, `require` insists."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from tandem.kit.errors import Denied, Hidden
from tandem.people.models import Role, Space
from tandem.people.scoping import members_of, roles_of, spaces_and_with, spaces_with


class Permission(StrEnum):
    VIEW = "view"
    COMMENT = "comment"
    EDIT_WORK = "edit_work"
    EDIT_PLAN = "edit_plan"
    EDIT_PRODUCT = "edit_product"
    GIVE_PROMISE = "give_promise"
    EDIT_STRATEGY = "edit_strategy"
    EDIT_CHARTER = "edit_charter"
    SIGN_FOR_PMO = "sign_for_pmo"
    SIGN_FOR_PRODUCT = "sign_for_product"
    EDIT_PORTFOLIO = "edit_portfolio"
    IMPORT = "import"
    APPLY_FIRST = "apply_first"
    SEE_COSTS = "see_costs"
    SHARE = "share"
    AUTOMATE = "automate"
    MANAGE_ACCESS = "manage_access"
    MANAGE_PEOPLE = "manage_people"
    MANAGE_RESOURCES = "manage_resources"
    SEE_RATES = "see_rates"
    READ_AUDIT = "read_audit"


P = Permission
_READ = {P.VIEW}
_TALK = _READ | {P.COMMENT}
_WORK = _TALK | {P.EDIT_WORK}

GRANTS: dict[str, set[Permission]] = {
    Role.ADMINISTRATOR: set(Permission),
    Role.PMO_LEAD: set(Permission) - {P.MANAGE_PEOPLE},
    Role.PORTFOLIO_MANAGER: _WORK
    | {P.EDIT_PLAN, P.EDIT_PORTFOLIO, P.EDIT_STRATEGY, P.EDIT_CHARTER, P.SIGN_FOR_PMO, P.APPLY_FIRST, P.SEE_COSTS, P.IMPORT, P.SHARE, P.AUTOMATE, P.MANAGE_ACCESS,
       P.MANAGE_RESOURCES, P.SEE_RATES},
    Role.PROJECT_MANAGER: _WORK | {P.EDIT_PLAN, P.EDIT_CHARTER, P.SIGN_FOR_PMO, P.SEE_COSTS, P.IMPORT, P.SHARE, P.AUTOMATE, P.MANAGE_ACCESS},
    Role.PRODUCT_MANAGER: _WORK
    | {P.EDIT_PRODUCT, P.GIVE_PROMISE, P.EDIT_STRATEGY, P.EDIT_CHARTER, P.SIGN_FOR_PRODUCT, P.IMPORT, P.SHARE, P.AUTOMATE, P.MANAGE_ACCESS},
    Role.MEMBER: _WORK,
    Role.EXECUTIVE: _TALK | {P.EDIT_STRATEGY, P.SEE_COSTS},
    Role.STAKEHOLDER: _TALK,
    Role.AUDITOR: _READ | {P.SEE_COSTS, P.READ_AUDIT},
}


_HOLDERS = {permission: frozenset(role for role, held in GRANTS.items() if permission in held) for permission in Permission}


def may(user: Any, permission: Permission, space_id: int) -> bool:
    if not user.is_active:
        return False
    return any(permission in GRANTS[role] for role in roles_of(user).get(space_id, ()))


def others_may(user: Any, permission: Permission, space_id: int) -> bool:
    """Whether anybody else holds the permission there: what two should look at is not asked of who is the only one."""
    return bool(members_of(space_id).filter(role__in=_HOLDERS[permission]).exclude(user=user.pk).exists())


def may_give(user: Any, role: str, space_id: int) -> bool:
    """Whether the person holds in this space everything that the role holds: nobody raises another, or oneself, above
    oneself, nor takes from another what stands higher."""
    held = set().union(*(GRANTS[own] for own in roles_of(user).get(space_id, ())))
    return bool(user.is_active) and role in GRANTS and GRANTS[role] <= held


def manages_people(user: Any) -> bool:
    """Whether accounts are this person's business: a right in the organisation's own space."""
    root = Space.objects.visible_to(user).root()
    return root is not None and may(user, Permission.MANAGE_PEOPLE, root.pk)


def emails_shown(asker: Any) -> Callable[[int], bool]:
    """Whose e-mail address the asker is shown: their own, and everybody's to whoever manages people."""
    is_shown_all = manages_people(asker)
    return lambda person_id: is_shown_all or person_id == asker.pk


def require(user: Any, permission: Permission, space_id: int) -> None:
    """Invisible is `Hidden` (404), visible but not allowed is `Denied` (403)."""
    if not may(user, Permission.VIEW, space_id):
        raise Hidden
    if not may(user, permission, space_id):
        raise Denied(permission)


def spaces_where(user: Any, permission: Permission) -> frozenset[int]:
    """The spaces in which the person holds the permission."""
    return spaces_with(user, _HOLDERS[permission])


def sight_and_where(user: Any, permission: Permission) -> tuple[frozenset[int], frozenset[int]]:
    """The spaces that the person sees, and those in which they hold the permission."""
    return spaces_and_with(user, _HOLDERS[permission]) if user.is_active else (frozenset(), frozenset())


def may_somewhere(user: Any, permission: Permission) -> bool:
    """Whether there is any such space: what a menu offers."""
    return bool(spaces_where(user, permission))
