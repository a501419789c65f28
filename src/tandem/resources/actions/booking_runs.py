"""A block of bookings taken back in one step: everything of it, or, where somebody changed one of them since, nothing."""

import uuid
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection, transaction

from tandem.history.models import Event
from tandem.history.record import within
from tandem.kit.errors import Hidden, Refused
from tandem.resources.actions import bookings
from tandem.resources.models import Booking

_Changes = dict[str, list[Any]]


def taken_back_by(run: uuid.UUID) -> uuid.UUID:
    """The run that takes this one back: there is one, so that nothing is taken back twice."""
    return uuid.uuid5(run, "undo")


def undo(*, actor: Any, run: uuid.UUID) -> int:
    """One's own run, once. What it made goes first, then what it changed goes back, then what it removed comes again; each by the
    rules of today. Returns how many bookings it was about."""
    made, changed, gone = _told(actor, run)
    again = taken_back_by(run)
    with transaction.atomic(), within(again):
        with connection.cursor() as cursor:  # who comes second waits, and finds what the first has done
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))", [str(run)])
        # house: reads — whether it was done, not what
        if Event.objects.filter(run=again).exists():
            raise Refused("changed_since")
        for pk, changes in made.items():
            bookings.remove(actor=actor, booking=_as_left(actor, pk, changes))
        growing = []
        for pk, changes in changed.items():
            row = _as_left(actor, pk, changes)
            values = {name: _value(name, pair[0]) for name, pair in changes.items()}
            growing.append((_days(row, values) > (row.ends_on - row.starts_on).days, pk, row, values))
        for _grows, _pk, row, values in sorted(growing, key=lambda one: one[:2]):
            _with_reason(row.person_id, {"starts_on": row.starts_on, "ends_on": row.ends_on, **values}, lambda reason, row=row, values=values: bookings.change(
                actor=actor, booking=row, version=None, **values | reason))  # fmt: skip
        for changes in gone.values():
            _bring_back(actor, {name: _value(name, pair[0]) for name, pair in changes.items()})
    return len(made) + len(changed) + len(gone)


def _told(actor: Any, run: uuid.UUID) -> tuple[dict[int, _Changes], dict[int, _Changes], dict[int, _Changes]]:
    """By booking: as made, from first to last value, and as it was when it went."""
    made: dict[int, _Changes] = {}
    changed: dict[int, _Changes] = {}
    gone: dict[int, _Changes] = {}
    events = Event.objects.visible_to(actor).filter(run=run, actor=actor, subject_kind=Booking._meta.label_lower).order_by("id")
    for event in events:
        pk, changes = event.subject_id, {name: pair for name, pair in event.changes.items() if name in bookings.VALUES}
        if event.verb == "booking.created":
            made[pk] = changes
        elif event.verb == "booking.removed":
            gone[pk] = changes
        elif pk in made:
            made[pk] |= changes
        else:
            for name, (before, after) in changes.items():
                changed.setdefault(pk, {}).setdefault(name, [before, after])[1] = after
    if not (made or changed or gone):
        raise Hidden
    return made, changed, gone


def _as_left(actor: Any, pk: int, changes: _Changes) -> Booking:
    row = Booking.objects.visible_to(actor).filter(pk=pk).first()
    if row is None or any(getattr(row, name) != _value(name, after) for name, (_before, after) in changes.items()):
        raise Refused("changed_since")
    return row


def _value(name: str, stored: Any) -> Any:
    """What an event keeps of a field, as the field takes it."""
    column = Booking._meta.get_field(name)
    if stored is None and not column.null:
        return ""
    if column.is_relation and stored is not None:
        try:
            return column.related_model._default_manager.get(pk=stored)  # type: ignore[union-attr]
        except ObjectDoesNotExist as problem:  # the role or team of the booking is gone
            raise Refused("changed_since") from problem
    return column.to_python(stored)


def _days(row: Booking, values: dict[str, Any]) -> int:
    return int((values.get("ends_on", row.ends_on) - values.get("starts_on", row.starts_on)).days)


def _bring_back(actor: Any, values: dict[str, Any]) -> None:
    kind, pk = values.pop("subject_kind"), values.pop("subject_id")
    subject = apps.get_model(kind)._default_manager.visible_to(actor).filter(pk=pk).first()  # type: ignore[attr-defined]
    if subject is None:
        raise Hidden
    values.setdefault("is_hard", False)
    person = values.get("person")
    _with_reason(person.pk if person else None, values, lambda reason: bookings.create(actor=actor, subject=subject, **values | reason))


def _with_reason(person_id: int | None, values: dict[str, Any], do: Any) -> None:
    """Two bookings beyond somebody's time may have had one reason between them: it counts for the one that comes back."""
    try:
        with transaction.atomic():
            do({})
    except Refused as problem:
        rows = Booking.objects.hard().filter(person=person_id).during(values["starts_on"], values["ends_on"]).exclude(override_reason="")
        reason = rows.order_by("pk").values_list("override_reason", flat=True).first()
        if problem.code != "overbooked" or not reason:
            raise
        do({"override_reason": reason})
