"""The chain of seals shows what somebody with the run of the database did to the events."""

import random

import pytest
from django.db import connection, transaction

from tandem.config import sealing
from tandem.history import seal
from tandem.history.models import Event, Seal
from tests import make

pytestmark = pytest.mark.django_db
SEED = 20_261_121

# what can be done to one event or one seal: SQL, and whether it changes what the seals cover
TAMPERINGS = {
    "another verb": "UPDATE history_event SET verb = 'user.disabled' WHERE id = {event}",
    "another hand": "UPDATE history_event SET actor_id = (SELECT max(id) FROM people_user) WHERE id = {event}",
    "another time": "UPDATE history_event SET occurred_at = occurred_at - interval '1 day' WHERE id = {event}",
    "a later record": "UPDATE history_event SET recorded_at = recorded_at + interval '1 microsecond' WHERE id = {event}",
    "other values": "UPDATE history_event SET changes = '{{\"title\": [1, 2]}}' WHERE id = {event}",
    "another subject": "UPDATE history_event SET subject_id = subject_id + 1 WHERE id = {event}",
    "another space": "UPDATE history_event SET space_id = (SELECT max(id) FROM people_space) WHERE id = {event}",
    "another text": "UPDATE history_event SET text_digest = repeat('0', 64) WHERE id = {event}",
    "an event taken out": "DELETE FROM history_event WHERE id = {event}",
    "a seal taken out": "DELETE FROM history_seal WHERE event_id = {event}",
    "a seal made anew": "UPDATE history_seal SET digest = repeat('0', 64) WHERE event_id = {event}",
    "another link": "UPDATE history_seal SET previous = repeat('0', 64) WHERE event_id = {event}",
    "two seals swapped": (
        "UPDATE history_seal s SET event_id = -s.event_id WHERE event_id IN ({event}, {other}); "
        "UPDATE history_seal SET event_id = CASE event_id WHEN -{event} THEN {other} ELSE {event} END WHERE event_id < 0"
    ),
    "an event put in": (
        "INSERT INTO history_event (occurred_at, recorded_at, verb, subject_kind, subject_id, changes, text_digest) "
        "SELECT occurred_at, recorded_at, verb, subject_kind, subject_id, changes, '' FROM history_event WHERE id = {event}; "
        "DELETE FROM history_unsealed"
    ),
}


@pytest.fixture
def sealed(world):
    for number in range(12):
        make.work_item(actor=world.boris, project=world.project, title=f"Item {number}")
    sealing.seal_all()
    assert seal.verify() == []
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("event", "seal"):
            cursor.execute(f"ALTER TABLE history_{table} DISABLE TRIGGER USER")
    return list(Event.objects.order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize("what", TAMPERINGS)
def test_what_was_done_is_found(what, sealed):
    drawn, missed = random.Random(f"{SEED} {what}"), []
    for _ in range(5):
        # the last but one at most: what is cut off at the end shows only against a note kept elsewhere
        event, other = drawn.sample(sealed[:-2], 2)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM history_eventtext")
                cursor.execute(TAMPERINGS[what].format(event=event, other=other))
            if not seal.verify() and _changed(what, event):
                missed.append(event)
            transaction.set_rollback(True)
    assert missed == []


def _changed(what: str, event: int) -> bool:
    """Whether the statement changed anything: an event may have been by that hand and in that space already."""
    return what not in ("another hand", "another space")


def test_erasing_personal_text_breaks_nothing(sealed):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM history_eventtext")
    assert seal.verify() == []


def test_the_doctor_names_the_place(sealed):
    assert sealing.examine()[0] == "ok"
    assert Seal.objects.order_by("-sequence").first().digest[:16] in sealing.examine()[1]
    with connection.cursor() as cursor:
        cursor.execute("UPDATE history_event SET verb = 'user.disabled' WHERE id = %s", [sealed[3]])
    state, found, advice = sealing.examine()
    assert state == "wrong"
    assert f"event {sealed[3]} was changed" in found
    assert "backup" in advice
