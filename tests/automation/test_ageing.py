"""Whoever has work that takes longer than may be expected is told once, and nobody from too little history."""

from datetime import UTC, datetime, timedelta

from tandem.automation.actions import ageing
from tandem.collaboration.models import Notification
from tandem.kit import clock
from tandem.people.actions import spaces
from tandem.portfolio.models import Project
from tandem.web.collaboration import told
from tandem.work.actions import work_items
from tandem.work.models import WorkItem
from tests import make

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _begin(world, days, **values):
    with clock.held_at(NOW - timedelta(days=days)):
        item = make.work_item(actor=world.boris, project=world.project, **values)
        work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "in_progress"))
    return WorkItem.objects.get(pk=item.pk)


def _finished(world, count):
    for n in range(count):
        item = _begin(world, 13 + n)
        with clock.held_at(NOW - timedelta(days=10 + n)):
            work_items.move(actor=world.boris, item=item, version=None, state=make.state_of(world.project, "done"))


def _tell():
    with clock.held_at(NOW):
        return ageing.tell_all()


def test_what_passes_the_expectation_is_told_once_in_words(world):
    Project.objects.filter(pk=world.project.pk).update(owner=world.boris)
    _finished(world, 8)
    hers, young, old = (_begin(world, days, assignees=[world.mei]) for days in (4, 2, 30))
    nobodys = _begin(world, 5)
    Notification.objects.all().delete()
    assert (_tell(), _tell()) == (2, 0)
    found = {(one.user_id, one.subject_id) for one in Notification.objects.all()}
    assert found == {(world.mei.pk, hers.pk), (world.boris.pk, nobodys.pk)} and {young.pk, old.pk}.isdisjoint(pk for _u, pk in found)
    row = Notification.objects.get(user=world.mei)
    assert row.kind == "due" and told.sentence(row, None) == (
        "It has been in progress for longer than 3 days, within which 85 % of the finished items were done"
    )


def test_too_little_history_and_people_who_left_hear_nothing(world):
    _finished(world, 7)
    _begin(world, 4, assignees=[world.mei])
    Notification.objects.all().delete()
    assert _tell() == 0
    _finished(world, 1)
    spaces.revoke(actor=world.admin, space=world.project.space, user=world.mei)
    assert _tell() == 0 and not Notification.objects.exists()


def test_one_project_that_cannot_be_read_holds_up_no_other(world, monkeypatch):
    _finished(world, 8)
    _begin(world, 4, assignees=[world.boris])
    other = make.project(actor=world.alma, name="Yard")
    item = make.work_item(actor=world.alma, project=other)
    work_items.move(actor=world.alma, item=item, version=None, state=make.state_of(other, "in_progress"))
    Notification.objects.all().delete()
    real = ageing.flow.read

    def fails(user, space_id, **asked):
        if space_id == other.space_id:
            raise ZeroDivisionError
        return real(user, space_id, **asked)

    monkeypatch.setattr(ageing.flow, "read", fails)
    assert _tell() == 1
