"""Stakeholders: who keeps in touch, what they were told, and the plan that reminds."""

from datetime import timedelta

import pytest

from tandem.collaboration.actions import stakeholders
from tandem.collaboration.models import Notification, Stakeholder, StakeholderNote
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.models import Role
from tests import make

pytestmark = pytest.mark.django_db


@pytest.fixture
def port(world):
    return stakeholders.create(actor=world.boris, space=world.project.space, name="Port authority", interest=5, influence=4, every_days=14, owner=world.mei)


def test_what_they_are_told_sets_the_next_day_of_the_plan(world, port):
    today = clock.today()
    assert (port.told_on, port.next_on) == (None, today + timedelta(days=14))
    stakeholders.tell(actor=world.boris, stakeholder=port, what="The berth comes in May", on=today - timedelta(days=3))
    port.refresh_from_db()
    assert (port.told_on, port.next_on) == (today - timedelta(days=3), today + timedelta(days=11))
    stakeholders.tell(actor=world.boris, stakeholder=port, what="Long ago", on=today - timedelta(days=30))
    stakeholders.tell(actor=world.boris, stakeholder=port, what="Why not April?", is_from_them=True)
    port.refresh_from_db()
    assert port.told_on == today - timedelta(days=3), "an older note, and what they said, sets nothing"
    changed = stakeholders.change(actor=world.boris, stakeholder=port, version=port.version, every_days=5)
    assert changed.next_on == today + timedelta(days=2)
    assert stakeholders.change(actor=world.boris, stakeholder=changed, version=None, every_days=None).next_on is None
    with pytest.raises(Refused, match="told_ahead"):
        stakeholders.tell(actor=world.boris, stakeholder=port, what="x", on=today + timedelta(days=1))
    with pytest.raises(Refused, match="told_nothing"):
        stakeholders.tell(actor=world.boris, stakeholder=port, what=" ")


def test_whoever_keeps_in_touch_is_reminded_once_for_each_day(world, port):
    assert stakeholders.remind() == 0
    Stakeholder.objects.filter(pk=port.pk).update(next_on=clock.today())
    assert (stakeholders.remind(), stakeholders.remind()) == (1, 0)
    told = Notification.objects.get()
    assert (told.user, told.kind, told.subject_id) == (world.mei, "due", port.pk)


def test_who_may_write_and_who_may_only_say_what_was_said(world, port):
    guest = make.user(actor=world.admin, name="Sia", role=Role.STAKEHOLDER, space=world.project.space)
    auditor = make.user(actor=world.admin, name="Olu", role=Role.AUDITOR)
    for user, error in ((world.dana, Hidden), (auditor, Denied), (guest, Denied)):
        for do in (
            lambda: stakeholders.create(actor=user, space=world.project.space, name="x"),
            lambda: stakeholders.change(actor=user, stakeholder=port, version=None, name="x"),
            lambda: stakeholders.tell(actor=user, stakeholder=port, what="x"),
            lambda: stakeholders.remove(actor=user, stakeholder=port),
        ):
            with pytest.raises(error):
                do()
    own = stakeholders.create(actor=world.boris, space=world.project.space, name="Union", owner=guest)
    assert stakeholders.tell(actor=guest, stakeholder=own, what="Shifts stay").author == guest
    with pytest.raises(Stale):
        stakeholders.change(actor=world.boris, stakeholder=port, version=9, name="x")
    with pytest.raises(Refused, match="title_empty"):
        stakeholders.create(actor=world.boris, space=world.project.space, name=" ")


def test_who_is_removed_goes_with_all_that_was_said_and_names_stand_in_no_event(world, port):
    stakeholders.tell(actor=world.boris, stakeholder=port, what="The berth comes in May")
    events = Event.objects.filter(subject_kind="collaboration.stakeholder", subject_id=port.pk)
    assert not [e for e in events if "Port authority" in str(e.changes) or "berth" in str(e.changes)]
    stakeholders.remove(actor=world.boris, stakeholder=port)
    assert (Stakeholder.objects.count(), StakeholderNote.objects.count()) == (0, 0)
