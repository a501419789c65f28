"""What items stand on: states, types, sprints, and of a plan its calendars and resources."""

from typing import Any

from tandem.exchange.formats import states
from tandem.exchange.records import (
    CalendarRecord,
    ProjectRecord,
    ResourceRecord,
    SprintRecord,
    StateRecord,
    TypeRecord,
)
from tandem.exchange.taking_over import equipment
from tandem.exchange.taking_over.context import Person, Taking
from tandem.exchange.taking_over.ledger import Entry, digest
from tandem.exchange.taking_over.people import address, match
from tandem.kit import clock
from tandem.people.access import Permission
from tandem.people.actions import users
from tandem.people.models import User
from tandem.resources.models import Equipment
from tandem.work.actions import imports, workflows
from tandem.work.models import CalendarException, Sprint, State, WorkingCalendar, WorkItemType

_NAME = 100
_WAY = ("to_do", "in_progress", "done")


def short(name: str) -> str:
    return name if len(name) <= _NAME else name[: _NAME - 1] + "…"


def take_states(taking: Taking, records: list[StateRecord]) -> None:
    """A state that the space has already keeps its category: people have decided it."""
    ordered = sorted(records, key=lambda r: (0 if has_columns(taking) else _WAY.index(r.category), r.rank))
    wanted = [(short(r.name), r.category) for r in ordered]
    over = {short(r.name) for r in records if r.category == "done" and (r.is_given_up or states.is_given_up(r.name))}
    found = workflows.ensure_states(actor=taking.actor, space=taking.space, states=wanted, given_up=over, permission=Permission.IMPORT)
    taking.states = {r.name: found[short(r.name)] for r in records}
    taking.columns = {r.name: r.rank for r in records} if has_columns(taking) else {}


def has_columns(taking: Taking) -> bool:
    """Whether the states of the source stand side by side as people see them; else a board reads from to do to done."""
    return taking.info.system == "trello"


def state_of(taking: Taking, name: str) -> State:
    """The state with the source's name, also when the source only mentions it in its history."""
    if name not in taking.states:
        if not name and taking.states:
            return next(iter(taking.states.values()))
        shown = short(name) or "?"
        made = workflows.ensure_states(
            actor=taking.actor, space=taking.space, states=[(shown, State.Category.TO_DO)], permission=Permission.IMPORT
        )
        taking.states[name] = made[shown]
    return taking.states[name]


def take_types(taking: Taking, records: list[TypeRecord]) -> None:
    wanted = [(short(r.name), r.level + 2) for r in records]
    found = workflows.ensure_types(actor=taking.actor, space=taking.space, types=wanted, permission=Permission.IMPORT)
    taking.types = {r.name: found[short(r.name)] for r in records}
    taking.milestone_types = {r.name for r in records if r.is_milestone}


def type_of(taking: Taking, name: str) -> WorkItemType:
    if name not in taking.types:
        shown = short(name) or "?"
        made = workflows.ensure_types(actor=taking.actor, space=taking.space, types=[(shown, 2)], permission=Permission.IMPORT)
        taking.types[name] = made[shown]
    return taking.types[name]


def take_sprints(taking: Taking, records: list[SprintRecord]) -> None:
    refs = taking.ledger.known("sprint", [r.source_id for r in records])
    present = Sprint.objects.in_bulk([ref.subject_id for ref in refs.values()])
    fresh: list[tuple[SprintRecord, Sprint]] = []
    kept, changed = [], []
    for record in records:
        values = _sprint_values(taking, record)
        mark, ref = digest(values), refs.get(record.source_id)
        sprint = present.get(ref.subject_id) if ref else None
        if ref is None or sprint is None:
            fresh.append((record, Sprint(space=taking.space, **values)))
        elif ref.digest == mark:
            taking.sprints[record.source_id] = sprint
            kept.append(ref)
        else:
            imports.rewrite_sprint(actor=taking.actor, sprint=sprint, values=values)
            taking.sprints[record.source_id] = sprint
            changed.append((ref, mark, {}))
    imports.add_sprints(actor=taking.actor, space=taking.space, sprints=[s for _, s in fresh])
    taking.sprints |= {r.source_id: s for r, s in fresh}
    taking.ledger.add("sprint", [Entry(r.source_id, s, digest(_sprint_values(taking, r))) for r, s in fresh])
    taking.ledger.keep("sprint", kept)
    taking.ledger.update("sprint", changed)


def _sprint_values(taking: Taking, record: SprintRecord) -> dict[str, Any]:
    start, finish = taking.moment(record.start), taking.moment(record.finish)
    said = record.state.strip().lower()
    if said not in Sprint.State.values:
        over = finish is not None and finish < clock.now()
        said = Sprint.State.CLOSED if over else Sprint.State.FUTURE
    return {"name": record.name[:200], "state": said, "starts_at": start, "ends_at": finish, "goal": record.goal}


def take_calendars(taking: Taking, records: list[CalendarRecord], project: ProjectRecord | None) -> None:
    """Base calendars first, so that the others find them."""
    refs = taking.ledger.known("calendar", [r.source_id for r in records])
    present = WorkingCalendar.objects.in_bulk([ref.subject_id for ref in refs.values()])
    for record in sorted(records, key=lambda r: r.base is not None):
        mark, ref = digest(record), refs.get(record.source_id)
        calendar = present.get(ref.subject_id) if ref else None
        if ref is not None and calendar is not None and ref.digest == mark:
            taking.ledger.keep("calendar", [ref])
        else:
            is_new = calendar is None
            calendar = calendar or WorkingCalendar()
            calendar.name = record.name[:200] or record.source_id
            calendar.base = taking.calendars.get(record.base or "")
            calendar.week = {str(day + 1): [list(hours) for hours in spans] for day, spans in record.weekdays.items()}
            imports.set_calendar(
                actor=taking.actor, space=taking.space, calendar=calendar, exceptions=_exceptions(record), is_new=is_new
            )
            if ref is None:
                taking.ledger.add("calendar", [Entry(record.source_id, calendar, mark)])
            else:
                ref.subject_id = calendar.pk
                taking.ledger.update("calendar", [(ref, mark, {})])
        taking.calendars[record.source_id] = calendar
    chosen = project and project.settings and taking.calendars.get(project.settings.calendar or "")
    if chosen:
        imports.make_default(actor=taking.actor, calendar=chosen)


def _exceptions(record: CalendarRecord) -> list[CalendarException]:
    return [
        CalendarException(name=e.name[:200], starts_on=e.first, ends_on=e.last, hours=[list(span) for span in e.intervals])
        for e in record.exceptions
    ]


def take_resources(taking: Taking, records: list[ResourceRecord]) -> None:
    """People of a plan become persons, materials material, and who bears the name of a piece of equipment here is that piece; cost
    resources stay names, whose costs come apart. Whose name nobody bears is a person unless somebody said that it is equipment."""
    refs = taking.ledger.known("resource", [r.source_id for r in records])
    machines = {key: ref.subject_id for key, ref in refs.items() if ref.subject_kind == Equipment._meta.label_lower}
    taking.equipment = equipment.find(taking, records, {key for key, ref in refs.items() if ref.subject_kind == "people.user"}, machines)
    work = [r for r in records if r.kind == "work" and r.source_id not in taking.equipment]
    present = User.objects.in_bulk([ref.subject_id for ref in refs.values() if ref.subject_kind == "people.user"])
    from tandem.exchange.records import PersonRecord

    fresh = [r for r in work if r.source_id not in refs]
    found = match([PersonRecord(source_id=r.source_id, name=r.name, email=address(r.email)) for r in fresh])
    missing = [r for r in fresh if r.source_id not in found]
    taking.guessed = list(dict.fromkeys(r.name for r in missing if r.name not in taking.said))
    made = users.placeholders(actor=taking.actor, people=_distinct(missing))
    found |= {r.source_id: user for r, user in zip(missing, made, strict=True)}
    added, kept, changed = [], [], []
    for record in records:
        ref = refs.get(record.source_id)
        is_person = record.kind == "work" and record.source_id not in taking.equipment
        user = (present.get(ref.subject_id) if ref else found.get(record.source_id)) if is_person else None
        calendar = taking.calendars.get(record.calendar or "")
        taking.resources[record.source_id] = Person(record.name, record.kind, user, calendar)
        data = {"name": record.name, "kind": record.kind, "units": record.max_units, "group": record.group}
        mark = digest(record)
        if record.fields.get("MaterialLabel"):
            data["unit"] = str(record.fields["MaterialLabel"])[:20]
        for name, key in (("CostCenter", "cost_centre"), ("AccrueAt", "accrues")):
            if record.fields.get(name):
                data[key] = str(record.fields[name])[:40]
        if record.kind == "material" and record.source_id not in taking.equipment:
            taking.tally.add(f"Resource {record.name}", "not_a_person", record.source_id)
        if ref is None:
            added.append(Entry(record.source_id, user or taking.equipment.get(record.source_id) or taking.space, mark, data))
        elif ref.digest == mark:
            kept.append(ref)
        else:
            changed.append((ref, mark, data))
    taking.ledger.add("resource", added)
    taking.ledger.keep("resource", kept)
    taking.ledger.update("resource", changed)


def _distinct(records: list[ResourceRecord]) -> list[tuple[str, str]]:
    """An address only for the first who has it."""
    seen: set[str] = set()
    people = []
    for record in records:
        email = address(record.email)
        people.append((record.name[:200], "" if email in seen else email))
        seen.add(email)
    return people
