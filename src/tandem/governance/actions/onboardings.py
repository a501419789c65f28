"""The list of one person who joins or leaves: begun, ticked off, called to mind."""

from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import F

from tandem.collaboration.actions import notifications
from tandem.collaboration.actions.notifications import News
from tandem.governance.models import Onboarding, OnboardingStep, OnboardingTemplate
from tandem.governance.models.onboarding import Who
from tandem.history.record import record
from tandem.kit import clock
from tandem.kit.errors import Denied, Refused, Stale
from tandem.kit.types import Ref
from tandem.people import writing
from tandem.people.access import GRANTS, Permission, may, require
from tandem.people.models import Role, Space, User
from tandem.people.scoping import members_of, roles_of
from tandem.planning.calendars import Calendars
from tandem.resources.actions import periods
from tandem.resources.actions.employments import require_kept
from tandem.resources.models import Employment

_DO = Permission.MANAGE_RESOURCES
_STATE = Onboarding.State


def start(*, actor: Any, space: Space, template: OnboardingTemplate, person: User, on: date, buddy: User | None = None, manager: User | None = None) -> Onboarding:
    """By who manages resources where the person is kept; one list of a kind at a time in a space: a list elsewhere neither stands in the way nor is told of.
    Days are working days by the calendar of their term then, else by that of the space; a step of a buddy or manager whom nobody named falls to whoever begins the list."""
    require(actor, _DO, space.pk)
    with transaction.atomic():
        periods.hold(person)
        require_kept(actor, person)
        if not person.is_active or person.is_placeholder:
            raise Refused("onboarding_person", field="person")
        _others(person, buddy, manager)
        _alone(space.pk, person, template.kind)
        row = writing.create(
            Onboarding, actor=actor, permission=_DO, verb="onboarding.started", space=space, template=template, kind=template.kind, person=person, on=on, buddy=buddy, manager=manager
        )
        days = _Days(space, person, on)
        OnboardingStep.objects.bulk_create(
            OnboardingStep(
                space=space, onboarding=row, place=place, text=step["text"], who=step["who"], doer=_doer(row, step["who"], actor), role=step["who"] if step["who"] in Role.values else "",
                due_on=days.after(step["after"]),
            )
            for place, step in enumerate(template.steps, 1)
        )  # fmt: skip
    return row


def change(*, actor: Any, onboarding: Onboarding, version: int | None, **values: Any) -> Onboarding:
    """Another buddy or manager takes over what is open of theirs; where neither is named any more, who has the steps keeps them."""
    require(actor, _DO, onboarding.space_id)
    _open(onboarding)
    _others(onboarding.person, *(values[name] for name in ("buddy", "manager") if name in values and values[name] != getattr(onboarding, name)))
    before = {who: _named(onboarding, who) for who in (Who.BUDDY, Who.MANAGER)}
    with transaction.atomic():
        row: Onboarding = writing.change(onboarding, actor=actor, permission=_DO, verb="onboarding.changed", version=version, **values)
        for who, old in before.items():
            new = _named(row, who)
            if new is not None and new != old:
                row.steps.filter(who=who, done_on=None).update(doer=new, version=F("version") + 1)
    return row


def stop(*, actor: Any, onboarding: Onboarding, version: int | None = None) -> Onboarding:
    """Nobody is reminded of it any more; what was done stays on record."""
    require(actor, _DO, onboarding.space_id)
    _open(onboarding)
    with transaction.atomic():
        onboarding.write(expected=version, state=_STATE.STOPPED)
        record("onboarding.stopped", onboarding, actor=actor)
    return onboarding


def tick(*, actor: Any, step: OnboardingStep, version: int | None = None, is_done: bool = True) -> OnboardingStep:
    """By who does it, by the manager, or by who manages resources there; the last tick finishes the list, and a tick taken back opens it again."""
    with transaction.atomic():
        if not is_done:
            periods.hold(step.onboarding.person)
        row = Onboarding.objects.select_for_update(of=("self",)).get(pk=step.onboarding_id)
        step = OnboardingStep.objects.get(pk=step.pk)
        if not may_tick(actor, row, step):
            raise Denied(_DO)
        if row.state == _STATE.STOPPED:
            raise Refused("onboarding_ended")
        if version is not None and step.version != version:
            raise Stale(step)
        if (step.done_on is not None) == is_done:
            return step
        if not is_done and row.state == _STATE.FINISHED:
            _alone(row.space_id, row.person, row.kind)
        step.write(expected=None, done_on=clock.today() if is_done else None, done_by=actor if is_done else None)
        record("onboarding.step_done" if is_done else "onboarding.step_reopened", row, actor=actor, changes={"step": [None, step.place]}, text={"step": [None, step.text]})
        if is_done and not row.steps.filter(done_on=None).exists():
            row.write(expected=None, state=_STATE.FINISHED, finished_on=clock.today())
            record("onboarding.finished", row, actor=actor)
        elif not is_done and row.state == _STATE.FINISHED:
            row.write(expected=None, state=_STATE.OPEN, finished_on=None)
    return step


def may_tick(user: Any, row: Onboarding, step: OnboardingStep) -> bool:
    if not user.is_active:
        return False
    return user.pk in (step.doer_id, row.manager_id) or (step.role in roles_of(user).get(row.space_id, ()) if step.role else False) or may(user, _DO, row.space_id)


def remind() -> int:
    """Whose step is due hears of it once for its day; where nobody of them can be reached any more, the manager, else who manages resources there.
    May run as often as it likes."""
    rows = list(OnboardingStep.objects.due(clock.today()).select_related("onboarding__person"))
    wanted, stood_in = _doers(rows), _stand_ins(rows)
    seen = notifications.spaces_seen_by(set().union(*wanted.values(), *stood_in.values()) if wanted else set())
    news = [
        News(
            pk, "due", Ref(Onboarding._meta.label_lower, one.onboarding_id), one.space_id if one.space_id in seen[pk] else min(seen[pk]), f"onboarding:{one.pk}:{one.due_on}",
            facts={"onboarding_step": one.text, "who": one.onboarding.person.name, "due_on": one.due_on.isoformat()},
        )
        for one in rows for pk in sorted(_reached(wanted[one.pk], seen) or _reached(stood_in[one.pk], seen))
    ]  # fmt: skip
    return notifications.tell(news)


def _reached(people: set[int], seen: dict[int, frozenset[int]]) -> set[int]:
    return {pk for pk in people if seen.get(pk)}


def _doers(rows: list[OnboardingStep]) -> dict[int, set[int]]:
    """Those of a role are asked for once for each space and role."""
    of_role = {key: set(members_of(key[0]).filter(role=key[1]).values_list("user_id", flat=True)) for key in {(one.space_id, one.role) for one in rows if one.role}}
    return {one.pk: of_role[one.space_id, one.role] if one.role else {one.doer_id} if one.doer_id else set() for one in rows}


def _stand_ins(rows: list[OnboardingStep]) -> dict[int, set[int]]:
    holders = [role for role, held in GRANTS.items() if _DO in held]
    of_space = {pk: set(members_of(pk).filter(role__in=holders).values_list("user_id", flat=True)) for pk in {one.space_id for one in rows}}
    active = set(User.objects.active().filter(pk__in={one.onboarding.manager_id for one in rows}).values_list("pk", flat=True))
    return {one.pk: {manager} if (manager := one.onboarding.manager_id) and manager in active else of_space[one.space_id] for one in rows}


def _doer(row: Onboarding, who: str, actor: Any) -> User | None:
    if who in Role.values:
        return None
    return (row.person if who == Who.PERSON else _named(row, who)) or actor


def _named(row: Onboarding, who: str) -> User | None:
    """Whose the steps of the buddy or the manager are by what the list says."""
    return row.manager if who == Who.MANAGER else row.buddy or row.manager


def _alone(space_id: int, person: User, kind: str) -> None:
    # house: reads — by who manages resources here
    if Onboarding.objects.open().in_spaces([space_id]).filter(person=person, kind=kind).exists():
        raise Refused("onboarding_twice", field="person", name=person.name)


def _others(person: User, *helpers: User | None) -> None:
    if any(one is not None and (one.pk == person.pk or not one.is_active or one.is_placeholder) for one in helpers):
        raise Refused("onboarding_helper", field="buddy")


def _open(row: Onboarding) -> None:
    if row.state != _STATE.OPEN:
        raise Refused("onboarding_ended")


class _Days:
    """Working days around the day, by the calendar of the person's term."""

    def __init__(self, space: Space, person: User, on: date) -> None:
        # house: reads — by who manages resources, of whom they begin a list
        term = Employment.objects.during(on, on).filter(person=person).select_related("calendar").first()
        where = term.calendar.space_id if term and term.calendar else term.space_id if term else space.pk
        calendars = Calendars([where], on)
        self.on = on
        own = term.calendar_id if term else None
        self.calendar = calendars.of_row(own) if own is not None and own in calendars.rows else calendars.of_space(where)

    def after(self, count: int) -> date:
        """0 is the day itself, whether one works on it or not."""
        span, step = range(1, abs(count) * 3 + 40), 1 if count > 0 else -1
        days = [date.fromordinal(self.on.toordinal() + step * n) for n in span]
        first, last = min(days), max(days)
        open_days = self.calendar.working_days(first, last)
        found = [day for day in days if open_days[(day - first).days]]
        return found[abs(count) - 1] if count and len(found) >= abs(count) else self.on
