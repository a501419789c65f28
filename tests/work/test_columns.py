"""Columns of a board: names, order, states and halves, and what goes with one that is removed."""

import threading

import pytest
from django.db import connection

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import columns, wip_limits
from tandem.work.models import Column, State, WipLimit
from tests import make


@pytest.fixture
def space(world):
    return world.project.space


def names(space):
    return [c.name for c in Column.objects.filter(space=space).in_order()]


def test_a_board_gets_a_column_for_each_state_once(world, space):
    columns.lay_out(actor=world.boris, space=space)
    assert names(space) == ["To do", "In progress", "In review", "Done"]
    assert not State.objects.filter(space=space, column=None).exists()
    assert columns.lay_out(actor=world.boris, space=space) == []


def test_columns_are_named_once_and_put_in_order_with_one_event(world, space):
    made = columns.lay_out(actor=world.boris, space=space)
    with pytest.raises(Refused):
        columns.create(actor=world.boris, space=space, name=" Done ")
    with pytest.raises(Refused):
        columns.change(actor=world.boris, column=made[0], version=1, name="Done")
    with pytest.raises(Refused):
        columns.create(actor=world.boris, space=space, name="  ")
    before = Event.objects.count()
    columns.move(actor=world.boris, column=made[3], to=0)
    columns.move(actor=world.boris, column=made[3], to=0)
    assert names(space) == ["Done", "To do", "In progress", "In review"]
    assert Event.objects.count() == before + 1


def test_a_state_waits_only_in_a_split_column_of_its_own_space(world, space):
    made = columns.lay_out(actor=world.boris, space=space)
    review = State.objects.get(space=space, name="In review")
    review = columns.place(actor=world.boris, state=review, column=made[1], version=review.version, is_waiting=True)
    assert not review.is_waiting
    columns.change(actor=world.boris, column=made[1], version=1, is_split=True)
    review = columns.place(actor=world.boris, state=review, column=made[1], version=review.version, is_waiting=True)
    assert review.is_waiting
    other = make.project(actor=world.alma, name="Other")
    theirs = columns.create(actor=world.alma, space=other.space, name="Build")
    with pytest.raises(Refused):
        columns.place(actor=world.alma, state=review, column=theirs, version=None)
    with pytest.raises(Stale):
        columns.place(actor=world.boris, state=review, column=None, version=1)


def test_a_removed_column_leaves_its_states_and_takes_its_limits_along(world, space):
    made = columns.lay_out(actor=world.boris, space=space)
    wip_limits.create(actor=world.boris, space=space, most=2, column=made[1])
    whole = wip_limits.create(actor=world.boris, space=space, most=5)
    columns.remove(actor=world.boris, column=made[1])
    assert list(WipLimit.objects.all()) == [whole]
    assert State.objects.filter(space=space, column=None).count() == 1
    assert Event.objects.filter(verb="wip_limit.removed").count() == 1


def test_a_member_does_not_lay_the_board_out(world, space):
    for act in (lambda: columns.lay_out(actor=world.mei, space=space), lambda: columns.create(actor=world.mei, space=space, name="X")):
        with pytest.raises(Denied):
            act()


def at_once(*calls):
    """What each of them came to, all begun in the same moment."""
    ready, found = threading.Barrier(len(calls)), []

    def run(call):
        ready.wait(120)
        try:
            found.append(call())
        except Exception as problem:
            found.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return found


@pytest.mark.django_db(transaction=True)
def test_of_two_who_give_the_same_name_at_once_one_is_told(world, space):
    made = columns.lay_out(actor=world.boris, space=space)
    for _ in range(3):
        rows = [Column.objects.get(pk=c.pk) for c in made[:2]]
        found = at_once(
            *(lambda row=row: columns.change(actor=world.boris, column=row, version=None, name="Ready") for row in rows)
        )
        refused = [one for one in found if isinstance(one, Exception)]
        assert [getattr(one, "code", one) for one in refused] == ["name_taken"], found
        taken = Column.objects.get(space=space, name="Ready")
        columns.change(actor=world.boris, column=taken, version=None, name="To do" if taken.pk == made[0].pk else "In progress")


@pytest.mark.django_db(transaction=True)
def test_two_who_lay_out_a_board_at_once_get_one_board(world, space):
    found = at_once(*[lambda: columns.lay_out(actor=world.boris, space=space)] * 2)
    assert sorted(map(len, found)) == [0, 4], found
    assert names(space) == ["To do", "In progress", "In review", "Done"]


def test_a_column_that_somebody_removed_meanwhile_is_not_moved_nor_filled(world, space):
    made = columns.lay_out(actor=world.boris, space=space)
    late = Column.objects.get(pk=made[1].pk)
    columns.remove(actor=world.boris, column=made[1])
    state = State.objects.get(space=space, name="Done")
    for act in (
        lambda: columns.move(actor=world.boris, column=late, to=0),
        lambda: columns.place(actor=world.boris, state=state, column=late, version=None),
    ):
        with pytest.raises(Hidden):
            act()
