"""One change of a plan scenario: the very action that somebody would do live, and what stood there when it was written down."""

from collections.abc import Iterable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from tandem.kit.errors import Refused
from tandem.people.models import Space, User
from tandem.planning.actions import plan_commitments
from tandem.planning.models import PlanChange
from tandem.planning.schedule import moment
from tandem.portfolio.actions import projects
from tandem.portfolio.models import Project
from tandem.resources.actions import bookings, time_off
from tandem.resources.models import Booking, TimeOff
from tandem.work.actions import assignments, time_entries, work_items
from tandem.work.models import WorkItem

Kind = PlanChange.Kind
# `expected_minutes` is what is left of an item, and the estimate of a new one
_OF_ITEM = ("starts_on", "due_on", "expected_minutes", "priority", "assignees", "shares")
_OF_PROJECT = ("starts_on", "state", "priority")
_OF_NEW = ("title", "expected_minutes", "assignees")
_OF_BOOKING = ("starts_on", "ends_on", "percent", "is_hard")
_ALLOWED: dict[str, tuple[str, ...]] = {
    Kind.ITEM: _OF_ITEM, Kind.PROJECT: _OF_PROJECT, Kind.ADD: _OF_NEW, Kind.AWAY: ("starts_on", "ends_on"), Kind.DROP: (), Kind.BOOK: (*_OF_BOOKING, "person"),
    Kind.BOOKING: _OF_BOOKING, Kind.UNBOOK: (), **plan_commitments.ALLOWED,
}  # fmt: skip
_NEEDED: dict[str, set[str]] = {
    Kind.ADD: {"title"}, Kind.AWAY: {"starts_on", "ends_on"}, Kind.BOOK: {"person", "starts_on", "ends_on", "percent"}, **plan_commitments.NEEDED,
}  # fmt: skip


def carry_out(*, actor: Any, change: PlanChange, run: UUID, reason: str = "") -> None:
    """As the person, with all the rules that hold for them. `reason` is told where a rule asks for one."""
    values = dict(change.values)
    if change.kind in plan_commitments.ALLOWED:
        plan_commitments.carry_out(actor=actor, change=change, reason=reason)
    elif change.kind == Kind.ITEM:
        _carry_out_item(actor, _item(change.subject), values, run)
    elif change.kind == Kind.DROP:
        work_items.remove(actor=actor, item=_item(change.subject), version=None, run=run)
    elif change.kind == Kind.ADD:
        space = Space.objects.get(pk=change.subject)
        people = _people(values.get("assignees", ()))
        work_items.create(actor=actor, space=space, title=values["title"], estimate_minutes=values.get("expected_minutes"), assignees=people, run=run)
    elif change.kind == Kind.PROJECT:
        project = _project(change.subject)
        given = {name: date.fromisoformat(value) if name == "starts_on" and value else value for name, value in values.items()}
        projects.change(actor=actor, project=project, version=None, **given)
    elif change.kind in (Kind.BOOK, Kind.BOOKING, Kind.UNBOOK):
        _carry_out_booking(actor, change, values)
    else:
        person = User.objects.get(pk=change.subject)
        first, last = date.fromisoformat(values["starts_on"]), date.fromisoformat(values["ends_on"])
        row = time_off.ask(actor=actor, person=person, starts_on=first, ends_on=last, kind=TimeOff.Kind.OTHER)
        if row.state != TimeOff.State.APPROVED:  # only asked for: the plan would be as it was
            raise Refused("plan_absence_not_yours")


def _carry_out_item(actor: Any, item: WorkItem, values: dict[str, Any], run: UUID) -> None:
    """The shares come last: they are those of the people that it has then."""
    shares = values.pop("shares", {})
    if values:
        work_items.change(actor=actor, item=item, version=None, run=run, **_item_values(item, values))
    for user in _people([int(pk) for pk in shares]):
        assignments.share(actor=actor, item=_item(item.pk), version=None, user=user, share=shares[str(user.pk)])


def _carry_out_booking(actor: Any, change: PlanChange, values: dict[str, Any]) -> None:
    for name in ("starts_on", "ends_on"):
        if name in values:
            values[name] = date.fromisoformat(values[name])
    if "percent" in values:
        values["percent"] = Decimal(str(values["percent"]))
    if change.kind == Kind.BOOK:
        (person,) = _people([values.pop("person")])
        bookings.create(actor=actor, subject=_project(change.subject), person=person, **{"is_hard": True, **values})
        return
    row = Booking.objects.filter(pk=change.subject).select_related("person").first()
    if row is None:
        raise Refused("plan_subject_gone")
    if change.kind == Kind.UNBOOK:
        bookings.remove(actor=actor, booking=row)
    else:
        bookings.change(actor=actor, booking=row, version=None, **values)


def checked(kind: str, values: dict[str, Any]) -> dict[str, Any]:
    """Only what a change of this kind may say, and at least something."""
    if kind not in Kind.values:
        raise Refused("choice_unknown", field="kind")
    allowed = _ALLOWED[kind]
    if unknown := set(values) - set(allowed):
        raise Refused("field_unknown", fields=", ".join(sorted(unknown)))
    if (allowed and not values) or any(values.get(name) in (None, "") for name in _NEEDED.get(kind, ())):
        raise Refused("plan_change_empty")
    for name in ("starts_on", "ends_on", "due_on", *plan_commitments.DAYS):
        if values.get(name):
            try:
                date.fromisoformat(values[name])
            except (TypeError, ValueError):
                raise Refused("date_unreadable", field=name) from None
    if "percent" in values:
        try:
            percent = Decimal(str(values["percent"])[:20])
        except InvalidOperation:
            raise Refused("number_unreadable", field="percent") from None
        if not percent.is_finite() or not 0 < percent <= 1000:
            raise Refused("number_unreadable", field="percent")
        values["percent"] = f"{percent.normalize():f}"
    if "shares" in values:
        given = values["shares"]
        if not isinstance(given, dict) or not all(str(pk).isdecimal() and len(str(pk)) < 19 and isinstance(share, int) and 1 <= share <= 100 for pk, share in given.items()):
            raise Refused("weight_out_of_range", field="shares")
        values["shares"] = {str(int(pk)): share for pk, share in given.items()}
    return plan_commitments.checked(values)


def seen(kind: str, subject: int, names: Iterable[str]) -> dict[str, Any]:
    """What stands there now, in the words of the change."""
    return _seen(kind, subject, names, _standing([(kind, subject)]))


def seen_now(changes: Iterable[PlanChange]) -> dict[int, dict[str, Any]]:
    """The same of many changes, in four queries: number of the change → what stands there now."""
    rows = list(changes)
    standing = _standing([(row.kind, row.subject) for row in rows])
    return {row.pk: _seen(row.kind, row.subject, [name for name in row.seen if name != "gone"], standing) for row in rows}


_Standing = dict[tuple[str, int], dict[str, Any]]
_PLACES: dict[str, str] = {
    Kind.ITEM: "item", Kind.DROP: "item", Kind.PROJECT: "project", Kind.BOOKING: "booking", Kind.UNBOOK: "booking", **{kind: kind for kind in PlanChange.OF_PRODUCT},
}  # fmt: skip


def _standing(wanted: list[tuple[str, int]]) -> _Standing:
    found: _Standing = plan_commitments.standing(wanted)
    items = [pk for kind, pk in wanted if kind in (Kind.ITEM, Kind.DROP)]
    for item in WorkItem.objects.present().filter(pk__in=items).select_related("state").prefetch_related("assignments"):
        if not item.is_done:
            found["item", item.pk] = {
                "starts_on": _day(item.constraint_at) if item.constraint == "SNET" else None, "due_on": _day(item.due_on), "priority": item.priority,
                "expected_minutes": item.remaining_minutes, "assignees": sorted(one.user_id for one in item.assignments.all()),
                "shares": {str(one.user_id): one.share for one in sorted(item.assignments.all(), key=lambda one: one.user_id)},
            }  # fmt: skip
    for project in Project.objects.filter(pk__in=[pk for kind, pk in wanted if kind == Kind.PROJECT]):
        found["project", project.pk] = {"starts_on": _day(project.starts_on), "state": project.state, "priority": project.priority}
    for row in Booking.objects.filter(pk__in=[pk for kind, pk in wanted if kind in (Kind.BOOKING, Kind.UNBOOK)]):
        found["booking", row.pk] = {"starts_on": _day(row.starts_on), "ends_on": _day(row.ends_on), "percent": f"{row.percent.normalize():f}", "is_hard": row.is_hard}
    return found


def _seen(kind: str, subject: int, names: Iterable[str], standing: _Standing) -> dict[str, Any]:
    place = _PLACES.get(kind)
    if place is None:
        return {}
    there = standing.get((place, subject))
    if there is None:
        return {"gone": True}
    return {name: there[name] for name in {Kind.DROP: ("expected_minutes", "assignees"), Kind.UNBOOK: _OF_BOOKING}.get(Kind(kind), names)}


def space_of(kind: str, subject: int) -> int | None:
    """Where the thing is: who does not see it there does not see the change."""
    if kind in (Kind.ITEM, Kind.DROP):
        return WorkItem.objects.filter(pk=subject).values_list("space_id", flat=True).first()
    if kind in (Kind.BOOKING, Kind.UNBOOK):
        return Booking.objects.filter(pk=subject).values_list("space_id", flat=True).first()
    if kind in (Kind.PROJECT, Kind.BOOK):
        return Project.objects.filter(pk=subject).values_list("space_id", flat=True).first()
    if kind in plan_commitments.ALLOWED:
        return plan_commitments.space_of(kind, subject)
    if kind == Kind.ADD:
        return Project.objects.filter(space_id=subject).values_list("space_id", flat=True).first()
    person = User.objects.filter(pk=subject).first()
    return time_off.home_of(person).pk if person else None


def _item_values(item: WorkItem, values: dict[str, Any]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for name, value in values.items():
        if name == "starts_on":
            at = moment(datetime.combine(date.fromisoformat(value), time())) if value else None
            given |= {"constraint": "SNET" if value else "ASAP", "constraint_at": at}
        elif name == "due_on":
            given["due_on"] = date.fromisoformat(value) if value else None
        elif name == "expected_minutes":  # what is left is said, what it takes in all is kept
            given[name] = time_entries.expected(item, value)
        else:
            given[name] = _people(value) if name == "assignees" else value
    return given


def _item(pk: int) -> WorkItem:
    item = WorkItem.objects.present().filter(pk=pk).select_related("space", "state", "type").first()
    if item is None:
        raise Refused("plan_subject_gone")
    return item


def _project(pk: int) -> Project:
    project = Project.objects.filter(pk=pk).select_related("space").first()
    if project is None:
        raise Refused("plan_subject_gone")
    return project


def _people(ids: Any) -> list[User]:
    found = list(User.objects.filter(pk__in=list(ids)).order_by("pk"))
    if len(found) != len(set(ids)):
        raise Refused("reference_unknown", field="assignees")
    return found


def _day(value: Any) -> str | None:
    return None if value is None else (value.date() if isinstance(value, datetime) else value).isoformat()
