"""The archive: only finished work, out of lists and search, found when asked for, back by undo; figures keep it."""

import uuid

import pytest
from django.urls import reverse

from tandem.history.models import Event
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.reports.queries import filter_language
from tandem.reports.queries import work_items as reads
from tandem.work.actions import archiving, bulk, columns, states, undoing, wip_limits, work_items, workflows
from tandem.work.models import State, WorkItem, wip_limit
from tests import make


@pytest.fixture
def item(world):
    return make.work_item(actor=world.mei, project=world.project, state="done", title="Old berth")


def now(item):
    return WorkItem.objects.select_related("state").get(pk=item.pk)


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def found(world, text, read=filter_language.listed):
    return set(WorkItem.objects.present().filter(read(text, world.mei)).values_list("pk", flat=True))


def test_it_leaves_lists_and_is_found_when_asked_for(world, item):
    other = make.work_item(actor=world.mei, project=world.project)
    archiving.archive(actor=world.mei, item=item, version=1)
    assert archiving.archive(actor=world.mei, item=now(item), version=None).version == 2, "twice is once"
    assert found(world, "") == {other.pk} and found(world, "berth") == set()
    for text in ("is:archived", "是:已归档", "berth is:archived"):
        assert found(world, text) == {item.pk}, text
    assert found(world, "-is:archived") == {other.pk}
    assert item.pk in found(world, "", filter_language.condition), "figures read this one"
    assert sum(reads.finished_by_week(world.mei, item.space_id, now(item).updated_at)) == 1
    with pytest.raises(Refused):
        found(world, "is:gone")
    archiving.unarchive(actor=world.mei, item=now(item), version=2)
    assert found(world, "") == {item.pk, other.pk}
    assert list(Event.objects.of(item).order_by("-id").values_list("verb", flat=True))[:2] == ["work_item.unarchived", "work_item.archived"]


def test_open_work_is_not_put_away_and_reopened_work_comes_back(world, item):
    fresh = make.work_item(actor=world.mei, project=world.project)
    assert code(lambda: archiving.archive(actor=world.mei, item=fresh, version=None)) == "archive_open"
    part = make.work_item(actor=world.mei, project=world.project, parent=item)
    assert code(lambda: archiving.archive(actor=world.mei, item=item, version=None)) == "archive_parts"
    work_items.remove(actor=world.mei, item=part, version=None)
    archiving.archive(actor=world.mei, item=item, version=None)
    state = State.objects.get(space=item.space_id, name="In progress")
    work_items.change(actor=world.mei, item=now(item), version=None, state=state)
    assert now(item).archived_at is None
    for who, error in ((world.dana, Hidden), (make.user(actor=world.admin, name="Eve", role="executive", space=world.project.space), Denied)):
        who.refresh_from_db()
        with pytest.raises(error):
            archiving.archive(actor=who, item=now(item), version=None)
    with pytest.raises(Stale):
        work_items.change(actor=world.mei, item=now(item), version=None, state=State.objects.get(space=item.space_id, name="Done"))
        archiving.archive(actor=world.mei, item=now(item), version=1)


def test_many_at_once_are_rehearsed_and_taken_back(world, item):
    fresh, run = make.work_item(actor=world.mei, project=world.project), uuid.uuid4()
    steps = [bulk.Step(now(one), None, {"is_archived": True}) for one in (item, fresh)]
    outcomes = bulk.rehearse(actor=world.mei, steps=steps)
    assert [(o.code, o.before, o.after) for o in outcomes] == [("", {"is_archived": False}, {"is_archived": True}), ("archive_open", {"is_archived": False}, {})]
    bulk.apply(actor=world.mei, steps=[bulk.Step(now(item), None, {"is_archived": True})], run=run)
    assert now(item).is_archived
    assert undoing.undo(actor=world.mei, run=run) == (1, 0) and not now(item).is_archived


def test_pages_search_board_and_api_leave_it_out(world, signed_in, item):
    client = signed_in(world.mei)
    page = reverse("work_item", kwargs={"key": item.key})
    answer = client.post(page + "archivings/", {"do": "archive", "version": 1}, headers={"Accept": "application/json"}).json()
    assert "Archived" in client.get(page).content.decode()
    table = reverse("work_items")
    assert "Old berth" not in client.get(table).content.decode()
    assert "Old berth" in client.get(table + "?q=is:archived").content.decode()
    assert "Old berth" not in client.get(reverse("board", kwargs={"key": "POR"})).content.decode()
    assert client.get("/api/v1/work-items/").json()["items"] == []
    for asked in ("archived=true", "key=POR-1", "filter=is:archived"):
        assert len(client.get(f"/api/v1/work-items/?{asked}").json()["items"]) == 1, asked
    assert client.post(answer["undo"], headers={"Accept": "application/json"}).status_code == 200
    assert "Old berth" in client.get(table).content.decode()
    assert client.post(page + "archivings/", {"do": "burn"}, headers={"Accept": "application/json"}).status_code == 422


def test_a_move_out_of_the_archive_is_taken_back_into_it(world, item):
    archiving.archive(actor=world.mei, item=item, version=None)
    was, run = now(item), uuid.uuid4()
    work_items.move(actor=world.mei, item=now(item), version=None, state=make.state_of(world.project, "to_do"), run=run)
    assert now(item).archived_at is None
    assert undoing.undo(actor=world.mei, run=run) == (1, 0)
    assert (now(item).archived_at, now(item).actual_finish, now(item).state) == (was.archived_at, was.actual_finish, was.state)


def test_a_move_out_of_the_archive_is_not_taken_back_into_it_over_an_open_part(world, item):
    archiving.archive(actor=world.mei, item=item, version=None)
    run = uuid.uuid4()
    open_state = make.state_of(world.project, "in_progress")
    work_items.move(actor=world.mei, item=now(item), version=None, state=open_state, run=run)
    part = make.work_item(actor=world.mei, project=world.project, parent=now(item))
    assert undoing.undo(actor=world.mei, run=run) == (0, 1) and not now(item).is_archived and not now(item).is_done
    work_items.move(actor=world.mei, item=now(part), version=None, state=item.state)
    State.objects.filter(pk=item.state_id).update(category="in_progress")
    assert undoing.undo(actor=world.mei, run=run) == (0, 1), "its state finishes nothing any more"
    State.objects.filter(pk=item.state_id).update(category="done")
    assert undoing.undo(actor=world.mei, run=run) == (1, 0) and now(item).is_archived


def test_a_whole_goes_back_into_the_archive_with_its_parts_in_any_order(world, item):
    part = make.work_item(actor=world.mei, project=world.project, parent=item, state="done")
    for one in (part, item):
        archiving.archive(actor=world.mei, item=now(one), version=None)
    run = uuid.uuid4()
    open_state = make.state_of(world.project, "in_progress")
    for one in (part, item):
        work_items.move(actor=world.mei, item=now(one), version=None, state=open_state, run=run)
    assert undoing.undo(actor=world.mei, run=run) == (2, 0) and now(item).is_archived and now(part).is_archived


def test_what_is_put_away_fills_no_limit_and_comes_back_only_where_there_is_room(world, item):
    columns.lay_out(actor=world.boris, space=world.project.space)
    limit = wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True, column=now(item).state.column)
    archiving.archive(actor=world.mei, item=item, version=None)
    assert wip_limit.standing([limit], WorkItem.objects.filter(space=world.project.space)) == {limit.pk: 0}
    make.work_item(actor=world.mei, project=world.project, state="done", title="New berth")
    assert code(lambda: archiving.unarchive(actor=world.mei, item=now(item), version=None)) == "wip_limit_reached"
    assert now(item).archived_at is not None


def test_what_leaves_the_archive_with_its_retired_state_says_so(world, item):
    archiving.archive(actor=world.mei, item=item, version=None)
    space = world.project.space
    done, doing = (State.objects.get(space=space, name=name) for name in ("Done", "In progress"))
    workflows.ensure_states(actor=world.boris, space=space, states=[("Shipped", "done")])
    states.retire(actor=world.boris, state=done, into=doing)
    told = Event.objects.filter(verb="work_item.moved", subject_id=item.pk).latest("id").changes
    assert now(item).archived_at is None and told["archived_at"][0] is not None and told["archived_at"][1] is None
