"""People, time off and holidays from a table, written through their actions: the same again changes nothing, what differs is corrected.

All lines or none: what a rule refuses is told with its line."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from tandem.exchange.formats.people_table import Line
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, may, require
from tandem.people.actions import users
from tandem.people.models import Space, User
from tandem.resources.actions import departments, employments, job_roles, person_roles, rates, time_off
from tandem.resources.models import Department, Employment, JobRole, PersonRole, Rate, TimeOff
from tandem.work.actions import calendars
from tandem.work.actions.sheets import Problem, RowsRefused
from tandem.work.models import WorkingCalendar

NEW, CHANGED, SAME = "new", "changed", "same"
_DO = Permission.MANAGE_RESOURCES
_FULL_WEEK = Decimal(40)
Outcomes = dict[int, str]


def take_people(*, actor: Any, space: Space, lines: Sequence[Line]) -> Outcomes:
    """By who manages resources in the space. A person is found by e-mail or by a name that is theirs alone; who is not found
    becomes a placeholder. Rates are taken from who may also see them; from others their columns are refused."""
    require(actor, _DO, space.pk)
    if any({"cost", "bill"} & line.values.keys() for line in lines) and not may(actor, Permission.SEE_RATES, space.pk):
        raise Denied(Permission.SEE_RATES)
    known = _Known(actor, space)
    return _each(lines, lambda line: _person(known, line.values))


def take_time_off(*, actor: Any, lines: Sequence[Line], person: User | None = None) -> Outcomes:
    """As if each were asked for by the actor: approved where they decide, else it waits. Without a name it is of `person`."""
    known = _Known(actor, None)
    return _each(lines, lambda line: _away(known, line.values, person))


def take_holidays(*, actor: Any, calendar: WorkingCalendar, lines: Sequence[Line]) -> Outcomes:
    """Days off of a working calendar."""
    require(actor, Permission.EDIT_PLAN, calendar.space_id)
    return _each(lines, lambda line: _holiday(actor, calendar, line.values))


def _each(lines: Sequence[Line], do: Callable[[Line], str]) -> Outcomes:
    found: Outcomes = {}
    problems: list[Problem] = []
    with transaction.atomic():
        for line in lines:
            try:
                with transaction.atomic():
                    found[line.place] = do(line)
            except Refused as problem:
                problems.append(Problem(line.place, problem.code, problem.field or "", problem.params))
            except (Denied, Hidden):
                problems.append(Problem(line.place, "line_not_yours"))
        if problems:
            raise RowsRefused(problems)
    return found


class _Known:
    """Who and what a table may name, read once."""

    def __init__(self, actor: Any, space: Space | None) -> None:
        self.actor, self.space = actor, space
        self.people: dict[str, list[User]] = {}
        for user in User.objects.visible_to(actor).filter(is_active=True).order_by("pk"):
            self.meet(user)
        if space is None:
            return
        self.departments = {row.name.casefold(): row for row in Department.objects.filter(space=space)}
        self.roles = {row.name.casefold(): row for row in JobRole.objects.visible_to(actor)}
        self.calendars = {row.name.casefold(): row for row in WorkingCalendar.objects.visible_to(actor)}

    def meet(self, user: User) -> None:
        for word in {user.name.casefold(), user.email.casefold()}:
            self.people.setdefault(word, []).append(user)

    def person(self, name: str, email: str = "") -> User | None:
        found = self.people.get(email.casefold(), []) if email else []
        found = found or self.people.get(name.casefold(), [])
        if len(found) > 1:
            raise Refused("name_of_several", field="name", name=name or email)
        return found[0] if found else None

    def somebody(self, name: str, email: str = "") -> User:
        found = self.person(name, email)
        if found is None:
            raise Refused("name_unknown_here", field="name", name=name or email)
        return found


def _person(known: _Known, values: dict[str, Any]) -> str:
    if not values.get("name"):
        raise Refused("title_empty", field="name")
    person, done = known.person(values["name"], values.get("email", "")), set()
    if person is None:
        # who claims the address later would bring the term along: only who keeps the whole organisation writes it down
        email = values.get("email", "") if may(known.actor, _DO, Space.objects.values_list("pk", flat=True).get(parent=None)) else ""
        person = users.placeholder(actor=known.actor, name=values["name"][:150], email=email)
        known.meet(person)
        done.add(NEW)
    done.add(_term(known, person, values))
    starts_on = values.get("starts_on") or clock.today()
    if name := values.get("job_role"):
        done.add(_role(known, person, name, starts_on))
    if "cost" in values:
        done.add(_rate(known, person, values, starts_on))
    return NEW if NEW in done else CHANGED if CHANGED in done else SAME


def _term(known: _Known, person: User, values: dict[str, Any]) -> str:
    """The term that begins that day is corrected; a later one ends the open one the day before."""
    assert known.space is not None
    given: dict[str, Any] = {name: values[name] for name in ("ends_on", "kind") if name in values}
    if "percent" in values or "hours" in values:
        share = Decimal(values["percent"]) if "percent" in values else 100 * Decimal(values["hours"]) / _FULL_WEEK
        share = share * 100 if "percent" in values and share <= 1 else share
        given["percent"] = int(share.to_integral_value())
    if name := values.get("department"):
        given["department"] = known.departments.get(name.casefold()) or _department(known, name)
    if name := values.get("manager"):
        given["manager"] = known.somebody(name)
    if name := values.get("calendar"):
        if name.casefold() not in known.calendars:
            raise Refused("name_unknown_here", field="calendar", name=name)
        given["calendar"] = known.calendars[name.casefold()]
    starts_on = values.get("starts_on")
    terms = list(Employment.objects.filter(person=person).order_by("starts_on"))
    now = next((row for row in terms if row.starts_on == starts_on), None) if starts_on else (terms[-1] if terms else None)
    if now is not None:
        differing = {name: value for name, value in given.items() if getattr(now, name) != value}
        if differing:
            employments.change(actor=known.actor, employment=now, version=None, **differing)
        return CHANGED if differing else SAME
    if starts_on is None:
        starts_on = clock.today()
    last = terms[-1] if terms else None
    if last is not None and last.ends_on is None and last.starts_on < starts_on:
        employments.change(actor=known.actor, employment=last, version=None, ends_on=starts_on - timedelta(1))
    kept = {name: getattr(last, name) for name in ("department", "manager", "calendar", "kind")} if last else {}
    employments.create(actor=known.actor, space=known.space, person=person, starts_on=starts_on, **{**kept, **given})
    return NEW if last is None else CHANGED


def _department(known: _Known, name: str) -> Department:
    assert known.space is not None
    row = departments.create(actor=known.actor, space=known.space, name=name[:100])
    known.departments[name.casefold()] = row
    return row


def _role(known: _Known, person: User, name: str, starts_on: date) -> str:
    role = known.roles.get(name.casefold())
    if role is None:
        assert known.space is not None
        role = job_roles.create(actor=known.actor, space=known.space, name=name[:100])
        known.roles[name.casefold()] = role
    today = max(starts_on, clock.today())
    held = PersonRole.objects.filter(person=person).during(starts_on, today)
    if held.filter(job_role=role).exists():
        return SAME
    has_main = held.filter(is_primary=True).exists()
    person_roles.create(actor=known.actor, person=person, job_role=role, space=known.space, starts_on=starts_on, is_primary=not has_main)
    return CHANGED


def _rate(known: _Known, person: User, values: dict[str, Any], starts_on: date) -> str:
    assert known.space is not None
    cost, bill = Decimal(values["cost"]), Decimal(values["bill"]) if "bill" in values else None
    currency = values.get("currency", "").upper()
    rows = Rate.objects.visible_to(known.actor).in_force().filter(space=known.space, person=person, valid_from=starts_on)
    if rows.filter(cost=cost, bill=bill, currency=currency).exists():
        return SAME
    rates.create(actor=known.actor, space=known.space, person=person, valid_from=starts_on, cost=cost, bill=bill, currency=currency)
    return CHANGED


def _away(known: _Known, values: dict[str, Any], person: User | None) -> str:
    if values.get("name") or values.get("email") or person is None:
        person = known.somebody(values.get("name", ""), values.get("email", ""))
    first = values["starts_on"]
    last = values.get("ends_on") or first
    given = {name: values[name] for name in ("kind", "note") if name in values}
    stand = TimeOff.objects.visible_to(known.actor).filter(person=person, state__in=(TimeOff.State.ASKED, TimeOff.State.APPROVED))
    before = stand.during(first, last).order_by("starts_on").first()
    if before is not None and (before.starts_on, before.ends_on) == (first, last) and all(getattr(before, name) == value for name, value in given.items()):
        return SAME
    if before is not None and before.starts_on == first:
        time_off.withdraw(actor=known.actor, time_off=before)
        given = {"kind": before.kind, "note": before.note, **given}
    time_off.ask(actor=known.actor, person=person, starts_on=first, ends_on=last, **given)
    return NEW if before is None else CHANGED


def _holiday(actor: Any, calendar: WorkingCalendar, values: dict[str, Any]) -> str:
    first = values["starts_on"]
    last = values.get("ends_on") or first
    name = values.get("name") or values.get("summary", "")
    before = calendar.exceptions.filter(starts_on=first, ends_on=last).first()
    if before is not None and before.name == name:
        return SAME
    if before is not None:
        calendars.restore_days(actor=actor, calendar=calendar, exception=before)
        calendar.refresh_from_db()
    calendars.except_days(actor=actor, calendar=calendar, starts_on=first, ends_on=last, hours=[], name=name[:200])
    calendar.refresh_from_db()
    return NEW if before is None else CHANGED
