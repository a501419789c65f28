"""Limits that stop: at every door, in every place, for two at once, with a reason on record."""

import threading

import pytest
from django.db import connection

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.work.actions import columns, wip_limits, work_items
from tandem.work.models import State, WipLimit, WipOverride, WorkItem
from tandem.work.models.wip_limit import standing, titles
from tests import make


@pytest.fixture
def board(world):
    """A column for each state; the doing states by name."""
    columns.lay_out(actor=world.boris, space=world.project.space)
    return {s.name: s for s in State.objects.filter(space=world.project.space).select_related("column")}


def limit(world, most=1, stops=True, **values):
    return wip_limits.create(actor=world.boris, space=world.project.space, most=most, stops=stops, **values)


def items(world, count, **values):
    return [
        make.work_item(actor=world.boris, project=world.project, title=f"Item {n}", **values)
        for n in range(count)
    ]


def move(world, item, state, **values):
    return work_items.move(actor=world.mei, item=item, version=item.version, state=state, **values)


def code(problem):
    return problem.value.code, problem.value.params


def test_a_full_column_refuses_and_names_itself_and_its_counts(world, board):
    limit(world, 1, column=board["In progress"].column)
    first, second = items(world, 2)
    move(world, first, board["In progress"])
    events = Event.objects.count()
    with pytest.raises(Refused) as problem:
        move(world, second, board["In progress"])
    assert code(problem) == ("wip_limit_reached", {"limit": "In progress", "most": 1, "count": 1})
    assert WorkItem.objects.get(pk=second.pk).state == board["To do"]
    assert Event.objects.count() == events


def test_a_limit_that_only_warns_lets_everything_pass(world, board):
    limit(world, 1, stops=False, column=board["In progress"].column)
    for item in items(world, 3):
        move(world, item, board["In progress"])


def test_a_reason_lets_it_in_and_stays_on_record(world, board):
    full = limit(world, 1, column=board["In progress"].column)
    first, second = items(world, 2)
    move(world, first, board["In progress"])
    move(world, second, board["In progress"], override_reason="  The quay is closed on Monday ")
    event = Event.objects.of(second).filter(verb="work_item.moved").get()
    assert event.changes["over_limit"] == [None, ["In progress 2/1"]]
    assert event.text.changes["override_reason"] == [None, "The quay is closed on Monday"]
    row = WipOverride.objects.get()
    assert (row.limit, row.item, row.count, row.by) == (full, second, 2, world.mei)


def test_what_stands_inside_may_move_within_and_out(world, board):
    inside = items(world, 2, state="in_progress")
    limit(world, 1, column=board["In progress"].column)
    work_items.change(actor=world.mei, item=inside[0], version=1, title="Other")
    work_items.change(actor=world.mei, item=inside[0], version=2, priority=1)
    move(world, inside[0], board["In progress"], to_top=True)
    move(world, inside[1], board["Done"])


def test_the_whole_board_counts_what_is_begun(world, board):
    limit(world, 2)
    one, two, three = items(world, 3)
    move(world, one, board["In progress"])
    two = move(world, two, board["In review"])
    with pytest.raises(Refused) as problem:
        move(world, three, board["In progress"])
    assert problem.value.params["limit"] == "the whole board"
    move(world, two, board["In progress"])  # moving on within adds nothing


def test_lanes_cells_and_people_have_limits_of_their_own(world, board):
    doing, review = board["In progress"], board["In review"]
    limit(world, 1, lane="class:expedite")
    limit(world, 1, column=doing.column, lane="priority:1")
    limit(world, 1, person=world.mei)
    limit(world, 1, lane="label:sea")
    one, two, three, four = items(world, 4, state="in_progress")
    work_items.change(
        actor=world.mei,
        item=one,
        version=1,
        service_class="expedite",
        priority=1,
        labels=["sea"],
        assignees=[world.mei],
    )
    for values in (
        {"service_class": "expedite"},
        {"priority": 1},
        {"labels": ["a", "sea"]},
        {"assignees": [world.chen, world.mei]},
    ):
        with pytest.raises(Refused) as problem:
            work_items.change(actor=world.mei, item=WorkItem.objects.get(pk=two.pk), version=1, **values)
        assert problem.value.code == "wip_limit_reached", values
    move(world, three, review)
    work_items.change(
        actor=world.mei, item=WorkItem.objects.get(pk=three.pk), version=2, priority=1
    )  # another cell
    work_items.change(actor=world.mei, item=four, version=1, assignees=[world.chen])
    assert sorted(titles(WipLimit.objects.select_related("column", "person")).values()) == [
        "Expedite", "In progress · Urgent", "Mei Lin", "sea",
    ]  # fmt: skip


def test_a_new_item_and_one_that_comes_back_keep_the_limit_too(world, board):
    limit(world, 1, column=board["In progress"].column)
    first = items(world, 1, state="in_progress")[0]
    with pytest.raises(Refused):
        items(world, 1, state="in_progress")
    work_items.remove(actor=world.mei, item=first, version=None)
    items(world, 1, state="in_progress")
    with pytest.raises(Refused):
        work_items.restore(actor=world.mei, item=first, version=None)
    assert WorkItem.objects.present().filter(state=board["In progress"]).count() == 1


def test_a_bulk_change_is_refused_as_a_whole_and_so_is_its_way_back(world, board):
    limit(world, 2, column=board["In progress"].column)
    many = items(world, 3)
    with pytest.raises(Refused):
        work_items.change_many(actor=world.mei, items=[(i, None) for i in many], state=board["In progress"])
    assert not WorkItem.objects.filter(state=board["In progress"]).exists()


@pytest.mark.django_db(transaction=True)
def test_two_who_pull_at_the_same_moment_do_not_cross_the_limit_together(world):
    columns.lay_out(actor=world.boris, space=world.project.space)
    doing = State.objects.get(space=world.project.space, name="In progress")
    limit(world, 1, column=doing.column)
    pulled = items(world, 6)
    start, said = threading.Barrier(6), []

    def pull(item):
        try:
            start.wait(120)
            work_items.move(actor=world.mei, item=item, version=item.version, state=doing)
            said.append("in")
        except Refused as problem:
            said.append(problem.code)
        finally:
            connection.close()

    hands = [threading.Thread(target=pull, args=(i,)) for i in pulled]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join(120)
    assert sorted(said) == ["in", *["wip_limit_reached"] * 5]
    assert WorkItem.objects.filter(state=doing).count() == 1


def test_a_place_has_one_limit_and_only_known_places_have_any(world, board):
    first = limit(world, 3, column=board["In progress"].column)
    with pytest.raises(Refused) as problem:
        limit(world, 4, column=board["In progress"].column)
    assert problem.value.code == "limit_exists"
    other = make.project(actor=world.alma, name="Other")
    theirs = columns.create(actor=world.alma, space=other.space, name="Build")
    for values in (
        {"most": 0}, {"column": theirs}, {"lane": "state:1"}, {"lane": "class:gold"}, {"lane": "type:99999"}, {"lane": "label:"},
        {"lane": "label:" + "x" * 201}, {"lane": "parent:x"}, {"lane": "priority:9"}, {"lane": ":"},
    ):  # fmt: skip
        with pytest.raises(Refused):
            limit(world, **{"most": 2, **values})
    with pytest.raises(Stale):
        wip_limits.change(actor=world.boris, limit=first, version=9, most=5)
    with pytest.raises(Refused):
        wip_limits.change(actor=world.boris, limit=first, version=1, lane="class:expedite")


def test_a_member_pulls_but_sets_no_limit_and_a_stranger_sees_none(world, board):
    with pytest.raises(Denied):
        wip_limits.create(actor=world.mei, space=world.project.space, most=1)
    with pytest.raises(Hidden):
        wip_limits.create(actor=world.dana, space=world.project.space, most=1)
    limit(world, 1)
    assert not WipLimit.objects.visible_to(world.dana).exists()


def test_counts_of_many_limits_are_one_query(world, board, django_assert_num_queries):
    limits = [limit(world, n + 3, lane=f"priority:{n + 1}") for n in range(4)]
    items(world, 3, state="in_progress", priority=2)
    with django_assert_num_queries(1):
        counts = standing(limits, WorkItem.objects.filter(space=world.project.space))
    assert [counts[one.pk] for one in limits] == [0, 3, 0, 0]
