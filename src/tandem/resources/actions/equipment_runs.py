"""A table of equipment or needs taken back in one step: everything of it, or, where somebody changed one of them since, nothing."""

import uuid
from typing import Any

from django.db import connection, models, transaction

from tandem.history.models import Event
from tandem.history.record import within
from tandem.kit.errors import Hidden, Refused
from tandem.people.scoping import Scoped
from tandem.resources.actions import equipment
from tandem.resources.models import Equipment, EquipmentNeed

_KINDS: dict[str, type[Scoped]] = {model._meta.label_lower: model for model in (Equipment, EquipmentNeed)}


def undo(*, actor: Any, run: uuid.UUID) -> int:
    """One's own run, once; the last first, each by the rules of today. Returns how many rows it was about."""
    again = uuid.uuid5(run, "undo")
    with transaction.atomic(), within(again):
        with connection.cursor() as cursor:  # who comes second waits, and finds what the first has done
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [str(run)])
        # house: reads — whether it was done, not what
        if Event.objects.filter(run=again).exists():
            raise Refused("changed_since")
        told = list(Event.objects.visible_to(actor).filter(run=run, actor=actor, subject_kind__in=_KINDS).order_by("-id"))
        if not told:
            raise Hidden
        for event in told:
            _back(actor, event, run)
    return len({(event.subject_kind, event.subject_id) for event in told})


def _back(actor: Any, event: Event, run: uuid.UUID) -> None:
    model = _KINDS[event.subject_kind]
    row = model._default_manager.visible_to(actor).filter(pk=event.subject_id).first()  # type: ignore[attr-defined]
    # house: reads — whether somebody was at it since, not who or what
    later = Event.objects.filter(subject_kind=event.subject_kind, subject_id=event.subject_id, id__gt=event.pk).exclude(run__in=(run, uuid.uuid5(run, "undo")))
    if row is None or later.exists():
        raise Refused("changed_since")
    values = {name: _value(model, name, before) for name, (before, _after) in event.changes.items()}
    if isinstance(row, Equipment):
        if event.verb == "equipment.created":
            equipment.remove(actor=actor, equipment=row)
        else:
            equipment.change(actor=actor, equipment=row, version=None, **values)
    elif isinstance(row, EquipmentNeed):
        if event.verb == "equipment_need.created":
            equipment.forget(actor=actor, equipment_need=row)
        else:
            equipment.correct(actor=actor, equipment_need=row, version=None, **values)


def _value(model: type[models.Model], name: str, stored: Any) -> Any:
    """What an event keeps of a field, as the field takes it."""
    column: Any = model._meta.get_field(name)
    if stored is None:
        return None if column.null else ""
    if column.is_relation:
        found = column.related_model._default_manager.filter(pk=stored).first()
        if found is None:  # the calendar is gone
            raise Refused("changed_since")
        return found
    return column.to_python(stored)
