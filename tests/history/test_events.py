"""What was written down stays as it was written."""

import pytest
from django.db import DatabaseError, connection, transaction

from tandem.history import seal
from tandem.history.models import Event, Seal
from tandem.history.record import record
from tests import make


def test_the_database_refuses_to_change_or_delete_an_event(world):
    for statement in ("UPDATE history_event SET verb='x'", "DELETE FROM history_event"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_an_unknown_verb_is_refused(world):
    with pytest.raises(LookupError):
        record("item.exploded", world.project, actor=world.alma)


def test_the_seal_covers_every_committed_event_once(world):
    make.work_item(actor=world.boris, project=world.project)
    sealed = seal.seal_new_events()
    assert sealed == Event.objects.count() == Seal.objects.count()
    assert seal.seal_new_events() == 0
    assert seal.verify() == []


def test_tampering_is_seen(world):
    seal.seal_new_events()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE history_event DISABLE TRIGGER history_event_append_only")
        cursor.execute(
            "UPDATE history_event SET verb = 'user.disabled' WHERE id = (SELECT min(id) FROM history_event)"
        )
    assert len(seal.verify()) == 1
