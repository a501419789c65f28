"""Sprints: what they hold, when they run, what becomes of what they could not finish, and who may do it."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction

from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.people.models import Role
from tandem.work.actions import imports, sprint_scope, sprints, work_items
from tandem.work.models import Sprint, SprintChange, SprintMember, WorkItem
from tests import make


@pytest.fixture
def items(world):
    return [
        make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", estimate_points=n + 1.0) for n in range(4)
    ]


def stands(item):
    return sorted(item.sprints.values_list("name", flat=True))


def finish(world, item):
    item.refresh_from_db()
    return work_items.change(actor=world.mei, item=item, version=None, state=make.state_of(world.project, "done"))


def code_of(call):
    with pytest.raises(Refused) as found:
        call()
    return found.value.code


def test_a_sprint_goes_from_planned_to_closed_and_hands_on_what_is_left(world, items):
    one = make.sprint(actor=world.mei, project=world.project, items=items[:3])
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14)
    sprints.start(actor=world.mei, sprint=one, version=one.version)
    finish(world, items[0])
    sprints.close(actor=world.mei, sprint=one, version=one.version, to=two, elsewhere={items[2].pk: None}, is_goal_met=True)
    assert (one.state, one.is_goal_met, one.closed_at is not None) == ("closed", True, True)
    assert [stands(i) for i in items] == [["Sprint 1"], ["Sprint 1", "Sprint 2"], ["Sprint 1"], []]
    handed = SprintChange.objects.get(carried_from=one)
    assert (handed.sprint_id, handed.item_id, handed.points, handed.by_id) == (two.pk, items[1].pk, 2.0, world.mei.pk)
    assert list(Event.objects.of(one).order_by("id").values_list("verb", flat=True)) == [
        "sprint.created", "sprint.started", "sprint.closed"
    ]  # fmt: skip


def test_an_opened_again_sprint_takes_back_what_nobody_has_moved_since(world, items):
    one = make.sprint(actor=world.mei, project=world.project, items=items[:3])
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14)
    three = make.sprint(actor=world.mei, project=world.project, name="Sprint 3", begins=28)
    sprints.start(actor=world.mei, sprint=one, version=None)
    sprints.close(actor=world.mei, sprint=one, version=None, to=two)
    items[1].refresh_from_db()
    sprint_scope.put(actor=world.boris, items=[(items[1], None)], sprint=three)
    sprints.reopen(actor=world.mei, sprint=one, version=None)
    assert [stands(i) for i in items] == [["Sprint 1"], ["Sprint 3"], ["Sprint 1"], []]
    assert one.state == "active" and one.closed_at is None


def test_an_item_is_in_one_open_sprint_only_and_every_change_is_on_record(world, items):
    one = make.sprint(actor=world.mei, project=world.project, items=items[:2])
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2")
    sprint_scope.put(actor=world.mei, items=[(items[0], None)], sprint=two)
    sprint_scope.put(actor=world.mei, items=[(items[0], None)], sprint=None)
    told = list(SprintChange.objects.filter(item=items[0]).order_by("id").values_list("sprint__name", "is_added", "is_dated"))
    assert told == [("Sprint 1", True, True), ("Sprint 1", False, True), ("Sprint 2", True, True), ("Sprint 2", False, True)]
    assert stands(items[0]) == [] and stands(items[1]) == ["Sprint 1"]
    before = Event.objects.count()
    sprint_scope.put(actor=world.mei, items=[(items[1], None)], sprint=one)
    assert Event.objects.count() == before, "it stands there already: nothing happened"


def test_a_move_ranks_and_can_be_taken_back_until_somebody_moves_it(world, items):
    import uuid

    one = make.sprint(actor=world.mei, project=world.project)
    run, rank = uuid.uuid4(), items[3].rank
    sprint_scope.put(actor=world.mei, items=[(items[3], items[3].version)], sprint=one, after=items[0], run=run)
    assert list(WorkItem.objects.in_backlog_order().values_list("pk", flat=True)) == [items[n].pk for n in (0, 3, 1, 2)]
    assert sprint_scope.undo(actor=world.boris, run=run) == (0, 0), "it is not his"
    again = uuid.uuid4()
    assert sprint_scope.undo(actor=world.mei, run=run, again=again) == (1, 0)
    items[3].refresh_from_db()
    assert stands(items[3]) == [] and items[3].rank == rank
    assert sprint_scope.undo(actor=world.mei, run=again) == (1, 0), "and it is done once more"
    items[3].refresh_from_db()
    assert stands(items[3]) == [one.name]
    sprint_scope.put(actor=world.mei, items=[(items[3], None)], sprint=None)
    run = uuid.uuid4()
    sprint_scope.put(actor=world.mei, items=[(items[3], None)], sprint=one, run=run)
    sprint_scope.put(actor=world.boris, items=[(items[3], None)], sprint=None)
    assert sprint_scope.undo(actor=world.mei, run=run) == (0, 1)


def test_several_are_put_one_behind_the_other(world, items):
    one = make.sprint(actor=world.mei, project=world.project)
    sprint_scope.put(actor=world.mei, items=[(items[3], None), (items[2], None)], sprint=one, to_top=True)
    assert list(WorkItem.objects.in_backlog_order().values_list("pk", flat=True)) == [items[n].pk for n in (3, 2, 0, 1)]


def test_what_may_not_be_is_refused(world, items):
    one = make.sprint(actor=world.mei, project=world.project)
    assert code_of(lambda: sprints.start(actor=world.mei, sprint=one, version=None)) == "sprint_empty"
    sprint_scope.put(actor=world.mei, items=[(items[0], None)], sprint=one)
    assert code_of(lambda: sprints.close(actor=world.mei, sprint=one, version=None)) == "sprint_not_running"
    assert code_of(lambda: sprints.reopen(actor=world.mei, sprint=one, version=None)) == "sprint_not_closed"
    undated = make.sprint(actor=world.mei, project=world.project, starts_at=None, ends_at=None, items=items[1:2])
    assert code_of(lambda: sprints.start(actor=world.mei, sprint=undated, version=None)) == "sprint_undated"
    past = make.sprint(actor=world.mei, project=world.project, begins=-20, days=5, items=items[2:3])
    assert code_of(lambda: sprints.start(actor=world.mei, sprint=past, version=None)) == "sprint_over"
    sprints.start(actor=world.mei, sprint=one, version=None)
    assert code_of(lambda: sprints.start(actor=world.mei, sprint=one, version=None)) == "sprint_not_planned"
    assert code_of(lambda: sprints.remove(actor=world.mei, sprint=one)) == "sprint_has_begun"
    sprints.close(actor=world.mei, sprint=one, version=None)
    assert code_of(lambda: sprint_scope.put(actor=world.mei, items=[(items[3], None)], sprint=one)) == "sprint_closed"
    assert code_of(lambda: sprints.change(actor=world.mei, sprint=one, version=None, ends_at=clock.now())) == "sprint_closed"
    sprints.change(actor=world.mei, sprint=one, version=None, review="We showed it to three shippers.")
    first = clock.now()
    for days, code in ((-1, "period_reversed"), (90, "sprint_too_long")):
        ends = first + timedelta(days=days)
        assert code_of(lambda: make.sprint(actor=world.mei, project=world.project, starts_at=first, ends_at=ends)) == code
    assert code_of(lambda: sprints.create(actor=world.alma, space=world.root, name="X")) == "sprint_needs_project"
    assert code_of(lambda: make.sprint(actor=world.mei, project=world.project, name="  ")) == "title_empty"


def test_another_projects_items_and_sprints_are_refused(world, items):
    other = make.project(actor=world.alma, name="Depot", key="DEP")
    there = make.sprint(actor=world.alma, project=other, items=[make.work_item(actor=world.alma, project=other)])
    assert code_of(lambda: sprint_scope.put(actor=world.alma, items=[(items[0], None)], sprint=there)) == "other_space"
    here = make.sprint(actor=world.alma, project=world.project, items=items[:1])
    sprints.start(actor=world.alma, sprint=here, version=None)
    assert code_of(lambda: sprints.close(actor=world.alma, sprint=here, version=None, to=there)) == "other_space"
    assert code_of(lambda: sprints.close(actor=world.alma, sprint=here, version=None, to=here)) == "other_space"


def test_strangers_find_nothing_and_who_only_looks_changes_nothing(world, items):
    one = make.sprint(actor=world.mei, project=world.project, items=items[:1])
    spaces.grant(actor=world.admin, space=world.project.space, user=world.dana, role=Role.STAKEHOLDER)
    stranger = make.user(actor=world.admin, name="Somebody Else")
    world.dana.refresh_from_db()
    for who, kind in ((world.dana, Denied), (stranger, Hidden)):
        for call in (
            lambda: sprints.create(actor=who, space=world.project.space, name="X"),
            lambda: sprints.change(actor=who, sprint=one, version=None, goal="Mine"),
            lambda: sprints.start(actor=who, sprint=one, version=None),
            lambda: sprints.close(actor=who, sprint=one, version=None),
            lambda: sprints.reopen(actor=who, sprint=one, version=None),
            lambda: sprints.remove(actor=who, sprint=one),
            lambda: sprints.set_people(actor=who, sprint=one, version=None, people=[]),
            lambda: sprint_scope.put(actor=who, items=[(items[1], None)], sprint=one),
        ):
            with pytest.raises(kind):
                call()
    assert Sprint.objects.get().goal == "" and SprintChange.objects.count() == 1


def test_two_who_start_or_close_at_once_do_it_once(world, items):
    one = make.sprint(actor=world.mei, project=world.project, items=items[:1])
    late = Sprint.objects.get(pk=one.pk)
    sprints.start(actor=world.mei, sprint=one, version=one.version)
    assert code_of(lambda: sprints.start(actor=world.boris, sprint=late, version=late.version)) == "sprint_not_planned"
    stale = Sprint.objects.get(pk=one.pk)
    sprints.change(actor=world.boris, sprint=one, version=one.version, goal="Shippers book alone")
    with pytest.raises(Stale):
        sprints.close(actor=world.mei, sprint=stale, version=stale.version)
    assert Sprint.objects.get().state == "active"
    with pytest.raises(Stale):
        sprint_scope.put(actor=world.mei, items=[(items[0], 1)], sprint=None)


def test_a_planned_sprint_goes_and_its_items_are_in_the_backlog_again(world, items):
    one = make.sprint(actor=world.mei, project=world.project, items=items[:2])
    sprints.remove(actor=world.mei, sprint=one, version=one.version)
    assert not Sprint.objects.exists() and stands(items[0]) == []
    assert WorkItem.objects.present().count() == 4


def test_people_come_from_the_sprint_before_and_must_see_the_project(world):
    one = make.sprint(actor=world.mei, project=world.project)
    assert {m.user_id for m in one.members.all()} == {world.boris.pk, world.chen.pk, world.mei.pk}
    sprints.set_people(actor=world.mei, sprint=one, version=one.version, people=[(world.mei, 60, 1.5)])
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2")
    assert list(two.members.values_list("user_id", "share", "days_off")) == [(world.mei.pk, 60, 0.0)]
    refused = code_of(lambda: sprints.set_people(actor=world.mei, sprint=one, version=None, people=[(world.dana, 100, 0)]))
    assert refused == "person_outside"
    assert code_of(
        lambda: sprints.set_people(actor=world.mei, sprint=one, version=None, people=[(world.mei, 50, float("nan"))])
    ) == "out_of_range"
    event = Event.objects.filter(verb="sprint.staffed").get()
    assert str(world.mei.pk) in str(event.changes) and "1.5" not in str(event.changes), "how long one is away can be erased"
    assert SprintMember.objects.filter(sprint=one).count() == 1


def test_imports_say_that_they_know_no_moment(world, items):
    space = world.project.space
    made = imports.add_sprints(actor=world.boris, space=space, sprints=[Sprint(space=space, name=f"S{n}") for n in (1, 2)])
    one, two = (s.pk for s in made)
    ids = [i.pk for i in items[:2]]
    imports.put_in_sprints(actor=world.boris, space=space, items=[], pairs=[(i, one) for i in ids])
    imports.put_in_sprints(actor=world.boris, space=space, items=ids[:1], pairs=[(ids[0], two)])
    told = list(SprintChange.objects.order_by("id").values_list("item_id", "sprint_id", "is_added", "is_dated"))
    assert told == [(ids[0], one, True, False), (ids[1], one, True, False), (ids[0], two, True, False), (ids[0], one, False, False)]
    assert stands(items[0]) == ["S2"] and stands(items[1]) == ["S1"]
    sprints_told = Event.objects.of(items[0]).filter(verb="work_item.changed").order_by("id").values_list("changes__sprints", flat=True)
    assert list(sprints_told) == [[[], [one]], [[one], [two]]], "and the history tells it"
    items[0].refresh_from_db()
    assert items[0].version == 3


def closed_twice(world, item, *, first_to):
    """Sprint 1, closed with the item handed on to `first_to`, opened again, and closed with the item left to the backlog."""
    one = make.sprint(actor=world.mei, project=world.project, items=[item])
    sprints.start(actor=world.mei, sprint=one, version=None)
    sprints.close(actor=world.mei, sprint=one, version=None, to=first_to)
    sprints.reopen(actor=world.mei, sprint=one, version=None)
    sprints.close(actor=world.mei, sprint=one, version=None)
    item.refresh_from_db()
    return one


def test_opening_again_looks_at_the_last_closing_only(world, items):
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14)
    one = closed_twice(world, items[0], first_to=two)
    sprint_scope.put(actor=world.boris, items=[(items[0], None)], sprint=two)
    sprints.reopen(actor=world.mei, sprint=one, version=None)
    assert stands(items[0]) == ["Sprint 2"], "Boris put it there: it was handed on there by an earlier closing only"


def test_opening_again_leaves_what_went_away_and_came_back(world, items):
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14)
    one = make.sprint(actor=world.mei, project=world.project, items=items[:2])
    sprints.start(actor=world.mei, sprint=one, version=None)
    sprints.close(actor=world.mei, sprint=one, version=None, to=two)
    for target in (None, two):
        items[0].refresh_from_db()
        sprint_scope.put(actor=world.boris, items=[(items[0], None)], sprint=target)
    items[1].refresh_from_db()
    sprint_scope.put(actor=world.boris, items=[(items[1], None)], sprint=None)
    sprints.reopen(actor=world.mei, sprint=one, version=None)
    assert [stands(i) for i in items[:2]] == [["Sprint 2"], []], "somebody moved both since, one of them back"


def test_what_was_removed_is_in_one_open_sprint_too(world, items):
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14)
    one = make.sprint(actor=world.mei, project=world.project, items=items[:1])
    sprints.start(actor=world.mei, sprint=one, version=None)
    sprints.close(actor=world.mei, sprint=one, version=None, to=two)
    items[0].refresh_from_db()
    work_items.remove(actor=world.mei, item=items[0], version=None)
    sprints.reopen(actor=world.mei, sprint=one, version=None)
    items[0].refresh_from_db()
    work_items.restore(actor=world.mei, item=items[0], version=None)
    assert stands(items[0]) == ["Sprint 1"]
    make.sprint(actor=world.mei, project=world.project, name="Sprint 3", items=items[1:2])
    items[1].refresh_from_db()
    work_items.remove(actor=world.mei, item=items[1], version=None)
    sprints.remove(actor=world.mei, sprint=Sprint.objects.get(name="Sprint 3"))
    last = Event.objects.of(items[1]).newest_first().first()
    assert last.changes["sprints"][1] == [], "its history says that it left with the sprint"


@pytest.mark.django_db(transaction=True)
def test_what_is_carried_over_is_held_until_the_sprint_is_closed(world, items):
    """Somebody moves an item in the moment in which its sprint is closed: it goes along in its new state, once."""
    one = make.sprint(actor=world.mei, project=world.project, items=items[:2])
    two = make.sprint(actor=world.mei, project=world.project, name="Sprint 2", begins=14)
    sprints.start(actor=world.mei, sprint=one, version=None)
    doing, moved, closed = make.state_of(world.project, "in_progress"), threading.Event(), []

    def close():
        try:
            moved.wait(120)
            closed.append(sprints.close(actor=world.mei, sprint=one, version=None, to=two))
        except Exception as problem:
            closed.append(problem)
        finally:
            connection.close()

    beside = threading.Thread(target=close)
    with transaction.atomic():
        items[0].refresh_from_db()
        work_items.move(actor=world.boris, item=items[0], version=None, state=doing)
        beside.start()
        moved.set()
        _until_somebody_waits_for_us()
    beside.join(60)
    assert [type(c).__name__ for c in closed] == ["Sprint"], closed
    assert [stands(i) for i in items[:2]] == [["Sprint 1", "Sprint 2"]] * 2


def _until_somebody_waits_for_us():
    """For a row that this transaction holds."""
    waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    end = time.monotonic() + 60
    with connection.cursor() as cursor:
        while not cursor.execute(waits).fetchone()[0]:
            assert time.monotonic() < end, "nobody waits"
            time.sleep(0.01)
