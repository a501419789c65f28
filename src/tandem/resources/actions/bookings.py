"""Bookings: no hour of a person is firmly booked twice without a reason on record."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models, transaction

from tandem.history.record import record
from tandem.kit.errors import Refused
from tandem.people import writing
from tandem.people.access import Permission, require
from tandem.people.models import User
from tandem.resources.actions import periods
from tandem.resources.models import Booking
from tandem.resources.models.booking import SUBJECTS

_DO = Permission.EDIT_PLAN
_WHOLE = Decimal(100)
VALUES = ("person", "job_role", "team", "subject_kind", "subject_id", "starts_on", "ends_on", "percent", "is_hard", "note", "override_reason")
"""What makes a booking."""
LONGEST = 1500
_ABOUT_TIME = {"person", "job_role", "team", "starts_on", "ends_on", "percent", "is_hard", "override_reason"}


def is_booked(subject: models.Model) -> bool:
    return Booking.objects.filter(subject_kind=subject._meta.label_lower, subject_id=subject.pk).exists()


def create(*, actor: Any, subject: models.Model, **values: Any) -> Booking:
    """For what the actor may plan; firmly by who may also manage resources. Beyond all of somebody's time only with a reason."""
    kind = subject._meta.label_lower
    if kind not in SUBJECTS:
        raise Refused("booking_for_what", field="subject")
    space_id = subject.space_id  # type: ignore[attr-defined]
    _require(actor, space_id, is_firm=bool(values.get("is_hard")))
    with transaction.atomic():
        _check(None, values)
        return writing.create(
            Booking, actor=actor, permission=_DO, verb="booking.created", space=subject.space,  # type: ignore[attr-defined]
            subject_kind=kind, subject_id=subject.pk, booked_by=actor, **values,
        )  # fmt: skip


def change(*, actor: Any, booking: Booking, version: int | None, **values: Any) -> Booking:
    """What is firm is loosened, moved or given to another only by who may also make it firm; its note by who may plan."""
    differs = {name for name in _ABOUT_TIME & values.keys() if values[name] != getattr(booking, name)}
    _require(actor, booking.space_id, is_firm=bool(differs) and (booking.is_hard or bool(values.get("is_hard"))))
    with transaction.atomic():
        if differs:
            _check(booking, values)
        return writing.change(booking, actor=actor, permission=_DO, verb="booking.changed", version=version, **values)


def fill(*, actor: Any, booking: Booking, person: User, version: int | None, **values: Any) -> Booking:
    """Somebody for a job role or a placeholder, or in the place of another: what they were asked for stays written down."""
    if booking.person_id == person.pk:
        raise Refused("booked_for_them", field="person")
    return change(actor=actor, booking=booking, version=version, person=person, team=None, **values)


def remove(*, actor: Any, booking: Booking, version: int | None = None) -> None:
    """A firm one by who may make it firm. What it was stands in the history."""
    _require(actor, booking.space_id, is_firm=booking.is_hard)
    with transaction.atomic():
        _held([booking.person])
        booking.write(expected=version)
        gone = {name: [getattr(booking, name), None] for name in VALUES if getattr(booking, name) not in ("", None)}
        record("booking.removed", booking, actor=actor, changes=gone, text={"row": [str(booking), None]})
        booking.delete()


def booked(person_id: int, first: date, last: date, *, without: int | None = None) -> list[tuple[date, Decimal]]:
    """The firm bookings of somebody as steps: from each day on so much, in per cent of their time; the last one is nothing."""
    rows = Booking.objects.hard().filter(person=person_id).during(first, last).exclude(pk=without)
    steps: dict[date, Decimal] = {first: Decimal(0)}
    for starts, ends, percent in rows.values_list("starts_on", "ends_on", "percent"):
        steps[max(starts, first)] = steps.get(max(starts, first), Decimal(0)) + percent
        if ends < last:
            after = date.fromordinal(ends.toordinal() + 1)
            steps[after] = steps.get(after, Decimal(0)) - percent
    total, found = Decimal(0), []
    for day in sorted(steps):
        total += steps[day]
        found.append((day, total))
    return found


def _require(actor: Any, space_id: int, *, is_firm: bool) -> None:
    require(actor, _DO, space_id)
    if is_firm:
        require(actor, Permission.MANAGE_RESOURCES, space_id)


def _held(people: list[User | None]) -> None:
    """Always in the same order, so that two exchanges of people do not wait for each other."""
    for person in sorted((one for one in people if one is not None), key=lambda one: one.pk):
        periods.hold(person)


def _check(row: Booking | None, values: dict[str, Any]) -> None:
    def one(name: str) -> Any:
        return values[name] if name in values else getattr(row, name, None)

    person, job_role, team = one("person"), one("job_role"), one("team")
    if (person is None and (job_role is None) == (team is None)) or (person is not None and team is not None):
        raise Refused("booking_of_one", field="person")
    starts_on, ends_on, percent = one("starts_on"), one("ends_on"), Decimal(one("percent"))
    periods.in_order(starts_on, ends_on)
    if (ends_on - starts_on).days >= LONGEST:
        raise Refused("booking_too_long", field="ends_on", most=LONGEST)
    if not percent.is_finite() or percent <= 0 or (person is not None and percent > _WHOLE):
        raise Refused("booking_share", field="percent")
    _held([person, row.person if row else None])
    if person is None or not one("is_hard"):
        values["override_reason"] = ""
        return
    before = booked(person.pk, starts_on, ends_on, without=row.pk if row else None)
    over = max((total for _day, total in before), default=Decimal(0)) + percent
    reason = " ".join((one("override_reason") or "").split())
    if over > _WHOLE and not reason and not (row and _is_less(row, person, starts_on, ends_on, percent)):
        day = next(day for day, total in before if total + percent > _WHOLE)
        raise Refused("overbooked", field="override_reason", name=person.name, percent=f"{over.normalize():f}", day=day)
    values["override_reason"] = reason if over > _WHOLE else ""


def _is_less(row: Booking, person: User, starts_on: date, ends_on: date, percent: Decimal) -> bool:
    """No more than was firmly booked before, and without a word of its own: the reason stands with another booking."""
    is_within = row.starts_on <= starts_on and ends_on <= row.ends_on and percent <= row.percent
    return bool(row.is_hard and row.person_id == person.pk and is_within and not row.override_reason)
