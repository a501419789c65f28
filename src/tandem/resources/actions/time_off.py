"""Time off: asked for, approved or declined by the manager, withdrawn. Events tell when, never why."""

from datetime import date
from typing import Any

from django.db import transaction

from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused
from tandem.people.access import Permission, may, require
from tandem.people.models import Space, User
from tandem.resources.actions import notices, periods
from tandem.resources.models import Employment, TimeOff

_DO = Permission.MANAGE_RESOURCES
_S = TimeOff.State
LONGEST = 732


def home_of(person: User) -> Space:
    """Where the person is kept: the space of their last term, else the organisation."""
    last = Employment.objects.filter(person=person).select_related("space").order_by("-starts_on").first()
    return last.space if last else Space.objects.get(parent=None)


def manages(user: Any, row: TimeOff) -> bool:
    """Their manager on its first day, or who manages resources where they are kept; nobody for themselves."""
    if user.pk == row.person_id or not user.is_active:
        return False
    terms = Employment.objects.during(row.starts_on, row.starts_on).filter(person=row.person_id)
    return may(user, _DO, row.space_id) or terms.answering(user, row.created_at, row.ends_on).exists()


def may_ask(user: Any, person: User, starts_on: date, ends_on: date) -> bool:
    """For oneself, or as who decides about it."""
    row = TimeOff(space=home_of(person), person=person, starts_on=starts_on, ends_on=ends_on, created_at=clock.now())
    return user.is_active and (user.pk == person.pk or manages(user, row))


def ask(*, actor: Any, person: User, starts_on: date, ends_on: date, **values: Any) -> TimeOff:
    """Anybody for themselves; what a manager writes down for somebody is approved with it. Never twice on one day."""
    space = home_of(person)
    row = TimeOff(space=space, person=person, starts_on=starts_on, ends_on=ends_on, asked_by=actor, created_at=clock.now(), **values)
    is_manager = manages(actor, row)
    if actor.pk != person.pk and not is_manager:
        require(actor, _DO, space.pk)
    if not actor.is_active:
        raise Denied(_DO)
    periods.in_order(starts_on, ends_on)
    if (ends_on - starts_on).days >= LONGEST:
        raise Refused("time_off_too_long", field="ends_on", most=LONGEST)
    with transaction.atomic():
        periods.hold(person)
        taken = TimeOff.objects.filter(person=person, state__in=(_S.ASKED, _S.APPROVED))
        periods.alone(taken, starts_on, ends_on, "away_already")
        if is_manager:
            row.state, row.decided_by = _S.APPROVED, actor
        row.full_clean(validate_unique=False, validate_constraints=False)
        row.save(force_insert=True)
        record("time_off.asked", row, actor=actor, changes={"person": [None, person], **_told(row, None)})
        (notices.answered if is_manager else notices.waits)(row)
    return row


def decide(*, actor: Any, time_off: TimeOff, version: int | None, is_approved: bool, answer: str = "") -> TimeOff:
    """Once, and never one's own. Who declines says why."""
    if not manages(actor, time_off):
        raise Denied(_DO)
    if time_off.state != _S.ASKED:
        raise Refused("time_off_decided")
    if not is_approved and not answer.strip():
        raise Refused("answer_missing", field="answer")
    with transaction.atomic():
        before = time_off.state
        time_off.write(expected=_looked_at(time_off, version), state=_S.APPROVED if is_approved else _S.DECLINED, decided_by=actor, answer=answer.strip()[:300])
        record("time_off.decided", time_off, actor=actor, changes={"state": [before, time_off.state]})
        notices.answered(time_off)
    return time_off


def withdraw(*, actor: Any, time_off: TimeOff, version: int | None = None) -> TimeOff:
    """By the person or by who may decide; what was declined stays so."""
    if actor.pk != time_off.person_id and not manages(actor, time_off):
        raise Denied(_DO)
    if time_off.state not in (_S.ASKED, _S.APPROVED):
        raise Refused("time_off_decided")
    with transaction.atomic():
        before = time_off.state
        time_off.write(expected=_looked_at(time_off, version), state=_S.WITHDRAWN)
        record("time_off.withdrawn", time_off, actor=actor, changes=_told(time_off, before))
    return time_off


def _looked_at(row: TimeOff, version: int | None) -> int:
    """Without a version that of the row whose state was looked at: of a yes and a withdrawal at once only one counts."""
    return row.version if version is None else version


def _told(row: TimeOff, before: str | None) -> dict[str, Any]:
    return {"starts_on": [None, row.starts_on], "ends_on": [None, row.ends_on], "state": [before, row.state]}
