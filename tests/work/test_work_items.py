"""The rules of work items."""

import uuid
from datetime import date, timedelta

import pytest

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import blocks, imports, links, undoing, work_items
from tandem.work.models import Block, State, StateChange, WorkItem
from tests import make


def test_a_new_item_stands_in_the_first_state_with_the_next_key(world):
    first = make.work_item(actor=world.boris, project=world.project)
    second = make.work_item(actor=world.boris, project=world.project)
    assert (first.key, second.key) == ("POR-1", "POR-2")
    assert first.state.category == "to_do"
    assert second.rank > first.rank


def test_moving_to_done_dates_the_finish_and_moving_back_takes_it_away(world):
    item = make.work_item(actor=world.boris, project=world.project)
    done, to_do = make.state_of(world.project, "done"), make.state_of(world.project, "to_do")
    item = work_items.move(actor=world.mei, item=item, version=item.version, state=done)
    assert item.actual_start and item.actual_finish
    item = work_items.move(actor=world.mei, item=item, version=item.version, state=to_do)
    assert item.actual_finish is None
    assert StateChange.objects.filter(item=item).count() == 3


def test_the_slower_of_two_writers_is_told_and_nothing_is_lost(world):
    item = make.work_item(actor=world.boris, project=world.project)
    seen_by_mei = WorkItem.objects.get(pk=item.pk)
    work_items.change(actor=world.boris, item=item, version=1, title="First")
    with pytest.raises(Stale) as problem:
        work_items.change(actor=world.mei, item=seen_by_mei, version=1, title="Second")
    assert problem.value.current.title == "First"


def test_a_stranger_sees_nothing_and_an_auditor_changes_nothing(world):
    item = make.work_item(actor=world.boris, project=world.project)
    auditor = make.user(actor=world.admin, name="Iris", role="auditor")
    assert not WorkItem.objects.visible_to(world.dana).exists()
    with pytest.raises(Hidden):
        work_items.change(actor=world.dana, item=item, version=1, title="Mine")
    with pytest.raises(Denied):
        work_items.change(actor=auditor, item=item, version=1, title="Mine")


def test_each_change_leaves_exactly_one_event(world):
    item = make.work_item(actor=world.boris, project=world.project)
    before = Event.objects.count()
    work_items.change(actor=world.boris, item=item, version=1, title="New", priority=1)
    work_items.change(actor=world.boris, item=item, version=2, title="New")
    assert Event.objects.count() == before + 1


def test_a_refused_change_leaves_no_event(world):
    item = make.work_item(actor=world.boris, project=world.project)
    before = Event.objects.count()
    with pytest.raises(Refused):
        work_items.change(actor=world.boris, item=item, version=1, title="  ")
    assert Event.objects.count() == before


def test_dependencies_never_close_a_circle_and_the_path_is_shown(world):
    a, b, c = (make.work_item(actor=world.boris, project=world.project, title=t) for t in "abc")
    make.link(actor=world.boris, source=a, target=b)
    make.link(actor=world.boris, source=b, target=c, kind="blocks")
    with pytest.raises(Refused) as problem:
        make.link(actor=world.boris, source=c, target=a)
    assert problem.value.params["path"] == ["POR-3", "POR-1", "POR-2", "POR-3"]


def test_a_path_does_not_name_what_the_asker_cannot_see(world):
    hidden = make.project(actor=world.alma, name="Secret", key="SEC", is_confidential=True)
    theirs = make.work_item(actor=world.alma, project=hidden)
    a, b = (make.work_item(actor=world.boris, project=world.project, title=t) for t in "ab")
    make.link(actor=world.alma, source=a, target=theirs)
    make.link(actor=world.alma, source=theirs, target=b)
    with pytest.raises(Refused) as problem:
        links.create(actor=world.boris, source=b, target=a, kind="FS")
    assert problem.value.params["path"] == ["POR-2", "POR-1", None, "POR-2"]


def test_a_state_of_another_project_is_refused(world):
    other = make.project(actor=world.alma, name="Other")
    item = make.work_item(actor=world.boris, project=world.project)
    with pytest.raises(Refused):
        work_items.change(actor=world.alma, item=item, version=1, state=make.state_of(other, "done"))


def test_bulk_changes_are_all_or_none(world):
    items = [make.work_item(actor=world.boris, project=world.project, title=str(n)) for n in range(3)]
    with pytest.raises(Stale):
        work_items.change_many(
            actor=world.boris, items=[(items[0], 1), (items[1], 1), (items[2], 9)], priority=1
        )
    assert not WorkItem.objects.filter(priority=1).exists()


def test_the_first_event_holds_all_that_was_given(world):
    due = date(2027, 2, 12)
    item = make.work_item(
        actor=world.boris, project=world.project, title="Quay", description="Long", priority=1, due_on=due,
        labels=["sea"], fields={"Dock": "7"}, assignees=[world.mei],
    )  # fmt: skip
    event = Event.objects.of(item).get()
    given = {name: after for name, (_before, after) in event.changes.items()}
    assert given == {
        "state": item.state_id, "type": item.type_id, "priority": 1, "due_on": "2027-02-12", "labels": ["sea"],
        "fields": {"Dock": "7"}, "assignees": [world.mei.pk],
    }  # fmt: skip
    assert event.text.changes == {"title": [None, "Quay"], "description": [None, "Long"]}


def moved(world, item, category):
    """The run by which Mei moved it."""
    item.refresh_from_db()
    run = uuid.uuid4()
    work_items.move(actor=world.mei, item=item, version=None, state=make.state_of(world.project, category), run=run)
    return run


def test_a_move_into_done_that_is_taken_back_leaves_no_trace_in_dates_and_blocks(world):
    item = make.work_item(actor=world.boris, project=world.project)
    row = blocks.start(actor=world.boris, item=item, reason="No crane")
    run = moved(world, item, "done")
    item.refresh_from_db()
    assert item.actual_start and item.actual_finish and Block.objects.open().count() == 0
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    item.refresh_from_db()
    row.refresh_from_db()
    assert (item.actual_start, item.actual_finish, row.ended_at, row.ended_by) == (None, None, None, None)
    assert undoing.undo(actor=world.mei, run=run) == (0, 1), "once is enough"


def test_what_an_import_wrote_with_actual_dates_is_taken_back(world):
    item, run = make.work_item(actor=world.boris, project=world.project, state="done"), uuid.uuid4()
    new = {"due_on": date(2027, 3, 1), "actual_start": item.actual_start - timedelta(9), "actual_finish": item.actual_finish - timedelta(1)}
    imports.rewrite_items(actor=world.alma, space=world.project.space, rows=[(WorkItem.objects.get(pk=item.pk), new)], run=run)
    item.refresh_from_db()
    assert item.due_on == date(2027, 3, 1)
    assert undoing.undo(actor=world.alma, run=run) == (1, 0)
    item.refresh_from_db()
    assert item.due_on is None


def test_a_move_out_of_done_that_is_taken_back_is_finished_when_it_was(world):
    item = make.work_item(actor=world.boris, project=world.project)
    moved(world, item, "done")
    finished = WorkItem.objects.get(pk=item.pk).actual_finish
    run = moved(world, item, "in_progress")
    assert WorkItem.objects.get(pk=item.pk).actual_finish is None
    undoing.undo(actor=world.mei, run=run)
    assert WorkItem.objects.get(pk=item.pk).actual_finish == finished


def test_a_block_that_somebody_wrote_to_since_stays_as_it_is(world):
    item = make.work_item(actor=world.boris, project=world.project)
    row = blocks.start(actor=world.boris, item=item, reason="No crane")
    run = moved(world, item, "done")
    blocks.remove(actor=world.boris, block=Block.objects.get(pk=row.pk))
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    assert not Block.objects.exists()


def test_what_is_removed_is_removed_once_and_parts_stand_with_what_they_are_parts_of(world):
    whole = make.work_item(actor=world.boris, project=world.project, title="Whole")
    part = make.work_item(actor=world.boris, project=world.project, title="Part", parent=whole)
    run = uuid.uuid4()
    for item in (part, whole):
        work_items.remove(actor=world.mei, item=item, version=None, run=run)
    work_items.remove(actor=world.mei, item=whole, version=None)
    assert Event.objects.of(whole).filter(verb="work_item.removed").count() == 1
    part.refresh_from_db()
    for act in (
        lambda: work_items.restore(actor=world.mei, item=part, version=None),
        lambda: make.work_item(actor=world.boris, project=world.project, parent=whole),
    ):
        with pytest.raises(Refused) as problem:
            act()
        assert problem.value.code == "item_removed"
    assert undoing.undo(actor=world.mei, run=run) == (2, 0)
    whole.refresh_from_db()
    part.refresh_from_db()
    for item in (part, whole):
        work_items.remove(actor=world.boris, item=item, version=None)
    assert undoing.undo(actor=world.mei, run=run) == (0, 2), "Boris removed them anew: that is not Mei's to take back"


def test_what_was_taken_back_is_done_once_more_and_taken_back_again(world):
    item = make.work_item(actor=world.boris, project=world.project)
    run, again, once_more = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
    work_items.change(actor=world.mei, item=item, version=None, run=run, priority=1, labels=["ui"])
    assert undoing.undo(actor=world.mei, run=run, again=again) == (1, 0)
    assert undoing.undo(actor=world.boris, run=again) == (0, 0), "only one's own"
    assert undoing.undo(actor=world.mei, run=again, again=once_more) == (1, 0)
    item.refresh_from_db()
    assert (item.priority, item.labels) == (1, ["ui"])
    assert undoing.undo(actor=world.mei, run=once_more) == (1, 0)
    item.refresh_from_db()
    assert (item.priority, item.labels) == (None, [])


def test_a_removal_is_done_once_more_with_the_redo_unless_it_was_changed_since(world):
    item = make.work_item(actor=world.boris, project=world.project)
    run, again = uuid.uuid4(), uuid.uuid4()
    work_items.remove(actor=world.mei, item=item, version=None, run=run)
    undoing.undo(actor=world.mei, run=run, again=again)
    assert undoing.undo(actor=world.mei, run=again) == (1, 0)
    item.refresh_from_db()
    assert item.removed_at is not None
    assert undoing.undo(actor=world.mei, run=again) == (0, 1), "it is removed already"


def test_a_move_that_is_taken_back_was_no_passage(world):
    item, run = make.work_item(actor=world.mei, project=world.project), uuid.uuid4()
    done = State.objects.get(space=item.space_id, name="Done")
    work_items.change(actor=world.mei, item=item, version=None, run=run, state=done)
    assert StateChange.objects.filter(item=item).count() == 2
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    assert list(StateChange.objects.filter(item=item).values_list("to_state__name", flat=True)) == ["To do"]
    verbs = list(Event.objects.of(item).order_by("id").values_list("verb", flat=True))
    assert verbs == ["work_item.created", "work_item.moved", "work_item.moved"], "the history keeps both"
