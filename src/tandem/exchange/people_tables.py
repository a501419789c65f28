"""People, time off and holidays from a table, written through their actions: the same again changes nothing, what differs is corrected.

All lines or none: what a rule refuses is told with its line, and nothing of whom one may not manage."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import DataError, IntegrityError, transaction

from tandem.exchange import people_named
from tandem.exchange.formats.people_table import Line
from tandem.exchange.people_named import Named
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused
from tandem.people.access import Permission, may, require
from tandem.people.actions import users
from tandem.people.models import Space, User
from tandem.resources.actions import departments, employments, job_roles, person_roles, rates, time_off
from tandem.resources.models import Department, Employment, PersonRole, Rate, TimeOff
from tandem.work.actions import calendars
from tandem.work.actions.sheets import Problem, RowsRefused
from tandem.work.models import WorkingCalendar

NEW, CHANGED, SAME = "new", "changed", "same"
_DO = Permission.MANAGE_RESOURCES
_FULL_WEEK = Decimal(40)
_LONGEST_NAME, _LONGEST_WORD = 150, 100
Outcomes = dict[int, str]


def take_people(*, actor: Any, space: Space, lines: Sequence[Line]) -> Outcomes:
    """By who manages resources in the space. A person is found by e-mail, else by a name that is theirs alone; who is not
    found becomes a placeholder. Whoever is kept elsewhere is refused before anything about them is looked at. Rates are taken from who may also see them; from others their columns are refused."""
    require(actor, _DO, space.pk)
    if any({"cost", "bill"} & line.values.keys() for line in lines) and not may(actor, Permission.SEE_RATES, space.pk):
        raise Denied(Permission.SEE_RATES)
    known = Named(actor, space)
    return each(lines, lambda line: _person(known, line.values), known)


def take_time_off(*, actor: Any, lines: Sequence[Line], person: User | None = None) -> Outcomes:
    """As if each were asked for by the actor: approved where they decide, else it waits. Without a name it is of `person`. Whether an
    e-mail is known is told only to who may write it down for that person."""
    known = Named(actor, None)
    return each(lines, lambda line: _away(known, line.values, person), known)


def take_holidays(*, actor: Any, calendar: WorkingCalendar, lines: Sequence[Line]) -> Outcomes:
    """Days off of a working calendar."""
    require(actor, Permission.EDIT_PLAN, calendar.space_id)
    return each(lines, lambda line: _holiday(actor, calendar, line.values))


def each(lines: Sequence[Line], do: Callable[[Line], str], known: Named | None = None) -> Outcomes:
    """All of them, or none and why."""
    found: Outcomes = {}
    problems: list[Problem] = []
    with transaction.atomic():
        for line in lines:
            before = len(problems)
            try:
                with transaction.atomic():
                    found[line.place] = do(line)
            except Refused as problem:
                problems.append(Problem(line.place, problem.code, problem.field or "", problem.params))
            except (Denied, Hidden):
                problems.append(Problem(line.place, "line_not_yours"))
            except ValidationError as problem:
                problems.append(Problem(line.place, "row_invalid", "", {"why": _why(problem)}))
            except ObjectDoesNotExist:
                problems.append(Problem(line.place, "line_gone"))
            except DataError:
                problems.append(Problem(line.place, "line_unstorable"))
            if known is not None:
                (known.keep if len(problems) == before else known.forget)()
        if problems:
            raise RowsRefused(problems)
    return found


def _why(problem: ValidationError) -> str:
    if not hasattr(problem, "error_dict"):
        return " ".join(problem.messages)
    told = problem.message_dict.items()
    return " ".join(" ".join(said) if name == "__all__" else f"{name}: {' '.join(said)}" for name, said in told)


def _person(known: Named, values: dict[str, Any]) -> str:
    name, email = values.get("name", "")[:_LONGEST_NAME].strip(), people_named.address(values)
    if not name:
        raise Refused("title_empty", field="name")
    person, done = known.person(name, email), set()
    if person is None:
        person = _newcomer(known, name, email)
        done.add(NEW)
    try:
        employments.require_kept(known.actor, person)
    except Refused as problem:  # in the words of the line: whose an address is, is not told
        raise Refused(problem.code, field="name", name=name) from None
    people_named.active(person, name)
    done.add(_term(known, person, values))
    starts_on = values.get("starts_on") or clock.today()
    if role := values.get("job_role"):
        done.add(_role(known, person, role[:_LONGEST_WORD].strip(), starts_on))
    if "cost" in values:
        done.add(_rate(known, person, values, values.get("starts_on")))
    return NEW if NEW in done else CHANGED if CHANGED in done else SAME


def _newcomer(known: Named, name: str, email: str) -> User:
    """Who claims the address later would bring the term along: only who keeps the whole organisation writes it down."""
    is_claimed = bool(email) and may(known.actor, _DO, Space.objects.values_list("pk", flat=True).get(parent=None))
    try:
        person = users.placeholder(actor=known.actor, name=name, email=email if is_claimed else "")
    except IntegrityError:  # somebody got the address since the people were read
        raise Refused("email_taken", field="email", email=email) from None
    known.meet(person, email)
    return person


def _term(known: Named, person: User, values: dict[str, Any]) -> str:
    """The term that begins that day is corrected; a later one ends the open one the day before."""
    assert known.space is not None
    given: dict[str, Any] = {name: values[name] for name in ("ends_on", "kind") if name in values}
    if "percent" in values or "hours" in values:
        share = Decimal(values["percent"]) if "percent" in values else 100 * Decimal(values["hours"]) / _FULL_WEEK
        share = share * 100 if "percent" in values and share <= 1 else share
        given["percent"] = int(share.to_integral_value())
    if name := values.get("department", "")[:_LONGEST_WORD].strip():
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
        require(known.actor, _DO, now.space_id)  # before it is compared: “there already” would tell what it says
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


def _department(known: Named, name: str) -> Department:
    assert known.space is not None
    row = departments.create(actor=known.actor, space=known.space, name=name)
    known.remember(known.departments, name, row)
    return row


def _role(known: Named, person: User, name: str, starts_on: date) -> str:
    assert known.space is not None
    role = known.roles.get(name.casefold())
    if role is None:
        role = job_roles.create(actor=known.actor, space=known.space, name=name)
        known.remember(known.roles, name, role)
    today = max(starts_on, clock.today())
    held = PersonRole.objects.filter(person=person).during(starts_on, today)
    if held.filter(job_role=role).exists():
        return SAME
    has_main = held.filter(is_primary=True).exists()
    person_roles.create(actor=known.actor, person=person, job_role=role, space=known.space, starts_on=starts_on, is_primary=not has_main)
    return CHANGED


def _rate(known: Named, person: User, values: dict[str, Any], starts_on: date | None) -> str:
    """From the day that the line says; without one from today, unless the rate in force today says the same."""
    assert known.space is not None
    day = starts_on or clock.today()
    given = (Decimal(values["cost"]), Decimal(values["bill"]) if "bill" in values else None, values.get("currency", "").upper())
    rows = Rate.objects.visible_to(known.actor).in_force().filter(space=known.space, person=person)
    rows = rows.filter(valid_from=day) if starts_on else rows.filter(valid_from__lte=day)
    now = rows.order_by("-valid_from", "-pk").first()
    if now is not None and (now.cost, now.bill, now.currency) == given:
        return SAME
    cost, bill, currency = given
    rates.create(actor=known.actor, space=known.space, person=person, valid_from=day, cost=cost, bill=bill, currency=currency)
    return CHANGED


def _away(known: Named, values: dict[str, Any], person: User | None) -> str:
    first = values["starts_on"]
    last = values.get("ends_on") or first
    if values.get("name") or values.get("email") or person is None:
        person = _whose(known, values, first, last)
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


def _whose(known: Named, values: dict[str, Any], first: date, last: date) -> User:
    """By the address alone where there is one. Nobody learns from the answer whether it is known: that of somebody for whom
    one may not write gets the same one. Names are known to all colleagues anyway."""
    name, email = values.get("name", ""), people_named.address(values)
    is_by_address = bool(email) or "@" in name
    try:
        found = known.by_address(email) if email else known.by_name(name)
    except Refused:
        if not is_by_address:
            raise
        found = None
    if found is not None and time_off.may_ask(known.actor, found, first, last):
        return people_named.active(found, name or email)
    if is_by_address:
        raise Refused("nobody_of_yours", field="email", name=email or name)
    if found is None:
        raise Refused("name_unknown_here", field="name", name=name)
    raise Denied(_DO)


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
