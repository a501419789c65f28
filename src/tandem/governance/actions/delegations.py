"""Lending one's voice to somebody else for a time, and taking it back."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.collaboration.models import Notification
from tandem.governance import sides
from tandem.governance.models import ApprovalRule, Delegation
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.kit.types import Ref
from tandem.people.access import Permission, may, require
from tandem.people.models import Space, User

LONGEST = timedelta(days=366)
MOST = 20


def create(
    *, actor: Any, space: Space, delegate: User, starts_on: date, ends_on: date, kinds: list[str] | None = None, is_away_only: bool = False
) -> Delegation:
    """By whoever has a voice there: of their own voice only, to somebody with an account who sees the place. What somebody else lent
    them is not theirs to lend."""
    require(actor, Permission.VIEW, space.pk)
    if not any(may(actor, right, space.pk) for right in sides.RIGHTS.values()):
        raise Denied(Permission.SIGN_FOR_PMO)
    if not User.objects.visible_to(actor).filter(pk=delegate.pk).exists():
        raise Hidden
    kinds = sorted(set(kinds or []))
    if set(kinds) - set(ApprovalRule.Kind.values):
        raise Refused("approval_rule_kinds", field="kinds")
    if delegate.pk == actor.pk:
        raise Refused("delegate_self", field="delegate")
    if not delegate.is_active or delegate.is_placeholder or not may(delegate, Permission.VIEW, space.pk):
        raise Refused("delegate_elsewhere", field="delegate")
    if ends_on < starts_on or ends_on < clock.today():
        raise Refused("delegation_over", field="ends_on")
    if ends_on - starts_on > LONGEST:
        raise Refused("delegation_long", field="ends_on")
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=actor.pk)
        if Delegation.objects.standing().filter(giver=actor, ends_on__gte=clock.today()).count() >= MOST:
            raise Refused("delegations_many", most=MOST)
        values: dict[str, Any] = {"delegate": delegate, "starts_on": starts_on, "ends_on": ends_on, "kinds": kinds, "is_away_only": is_away_only}
        made = Delegation.objects.create(space=space, giver=actor, **values)
        record("delegation.made", made, actor=actor, changes={name: [None, value] for name, value in values.items() if value})
    return made


def withdraw(*, actor: Any, delegation: Delegation, version: int | None) -> Delegation:
    """By who lent the voice, or who manages access there. What was said with it and is not decided yet counts no more.
    Who lent it hears of it where somebody else takes it back."""
    require(actor, Permission.VIEW, delegation.space_id)
    if delegation.giver_id != actor.pk and not may(actor, Permission.MANAGE_ACCESS, delegation.space_id):
        raise Denied(Permission.MANAGE_ACCESS)
    with transaction.atomic():
        held = Delegation.objects.select_for_update(of=("self",)).get(pk=delegation.pk)
        if held.withdrawn_at is not None:
            raise Refused("delegation_gone")
        held.write(expected=version, withdrawn_at=clock.now())
        record("delegation.withdrawn", held, actor=actor, changes={"lent_to": [None, held.delegate_id]})
        if held.giver_id != actor.pk:
            about, facts = Ref(Delegation._meta.label_lower, held.pk), {"voice_back": actor.name, "lent_to": held.delegate.name}
            notifications.tell([News(held.giver_id, Notification.Kind.ASSIGNED, about, held.space_id, f"voice_back:{held.pk}", facts=facts)])
    return held
