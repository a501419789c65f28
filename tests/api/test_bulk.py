"""Many work items at once over the API: a preview that writes nothing, all or none, one undo; and the rows of the timeline."""

import uuid

import pytest

from tandem.history.models import Event
from tandem.work.actions import work_items
from tandem.work.models import State, WorkItem
from tests import make
from tests.api.conftest import Caller


@pytest.fixture
def items(world):
    return [make.work_item(actor=world.boris, project=world.project, title=f"Item {n}") for n in range(3)]


@pytest.fixture
def mei(world):
    return Caller(world.mei)


def given(items, **values):
    return {"items": [{"id": i.pk, "version": i.version} for i in items], "values": values}


def send(caller, body, path="bulk-changes/", **headers):
    return caller("POST", f"/api/v1/{path}", body, **headers)


def test_a_preview_says_what_becomes_of_each_and_writes_nothing(world, items, mei):
    work_items.change(actor=world.mei, item=items[0], version=1, priority=1)
    events = Event.objects.count()
    done = State.objects.get(space=world.project.space, name="Done")
    answer = send(mei, {**given(items, priority=1, state_id=done.pk), "is_preview": True})
    assert answer.status_code == 200
    first = answer.json()["outcomes"][0]
    assert first["before"]["priority"] == 1 and first["after"]["state"] == done.pk and first["is_change"]
    assert Event.objects.count() == events and not WorkItem.objects.filter(state=done).exists()


def test_it_is_done_at_once_and_taken_back_as_one(world, items, mei):
    answer = send(mei, given(items, priority=1, labels=["hot"]), Idempotency_Key="once")
    assert answer.status_code == 201 and answer.json()["count"] == 3
    assert send(mei, given(items, priority=1, labels=["hot"]), Idempotency_Key="once").json() == answer.json()
    assert WorkItem.objects.filter(priority=1, labels=["hot"]).count() == 3
    assert send(Caller(world.boris), {}, f"bulk-changes/{answer.json()['id']}/undos/").status_code == 404, "not theirs"
    undone = send(mei, {}, f"bulk-changes/{answer.json()['id']}/undos/").json()
    assert (undone["back"], undone["left"]) == (3, 0) and not WorkItem.objects.filter(priority=1).exists()
    send(mei, {}, f"bulk-changes/{undone['id']}/undos/")
    assert WorkItem.objects.filter(priority=1).count() == 3, "once more"
    assert send(mei, {}, f"bulk-changes/{uuid.uuid4()}/undos/").status_code == 404


def test_one_that_is_refused_or_stale_stops_all(world, items, mei):
    work_items.change(actor=world.boris, item=WorkItem.objects.get(pk=items[2].pk), version=1, title="Theirs")
    assert send(mei, given(items, priority=1)).status_code == 412
    assert not WorkItem.objects.filter(priority=1).exists()
    make.work_item(actor=world.boris, project=world.project, title="Part", parent=items[1])
    body = {"items": [{"id": i.pk} for i in items], "do": "remove"}
    assert send(mei, body).json()["code"] == "has_parts"
    said = send(mei, {**body, "is_preview": True}).json()["outcomes"]
    assert [o["code"] for o in said] == ["", "has_parts", ""] and said[1]["message"]
    assert WorkItem.objects.present().count() == 4


def test_what_one_cannot_see_or_change_is_refused(world, items):
    assert send(Caller(world.dana), given(items, priority=1)).json()["code"] == "reference_unknown"
    viewer = make.user(actor=world.admin, name="Vera", role="stakeholder", space=world.project.space, email="vera@example.org")
    assert send(Caller(viewer), given(items, priority=1)).status_code == 403
    for body in ({"items": []}, {"items": [{"id": 1}]}, given(items), {**given(items, priority=1), "do": "explode"}, given(items, reporter_id=1)):
        assert send(Caller(world.mei), body).status_code == 422, body


def test_many_move_to_another_project_with_a_mapping(world, items):
    yard = make.project(actor=world.alma, name="Yard", key="YAR")
    done = State.objects.get(space=yard.space, name="Done")
    body = {"items": [{"id": i.pk} for i in items], "space_id": yard.space_id, "states": {str(items[0].state_id): done.pk}}
    alma = Caller(world.alma)
    said = send(alma, {**body, "is_preview": True}, "bulk-relocations/").json()["outcomes"]
    assert [o["state"] for o in said] == ["Done"] * 3 and not WorkItem.objects.filter(space=yard.space).exists()
    answer = send(alma, body, "bulk-relocations/")
    assert answer.status_code == 201 and set(answer.json()["made"]) == {str(i.pk) for i in items}
    assert WorkItem.objects.present().filter(space=yard.space, state=done).count() == 3
    send(alma, {}, f"bulk-changes/{answer.json()['id']}/undos/")
    assert WorkItem.objects.present().filter(space=world.project.space).count() == 3
    foreign = State.objects.filter(space=world.project.space).first()
    assert send(alma, {**body, "states": {str(items[0].state_id): foreign.pk}}, "bulk-relocations/").json()["code"] == "reference_unknown"
    assert send(Caller(world.mei), body, "bulk-relocations/").status_code == 422, "a project that one cannot see"


def test_the_rows_of_the_timeline(world, items, mei):
    work_items.change(actor=world.mei, item=items[0], version=1, due_on="2027-02-12")
    found = mei("GET", f"/api/v1/timeline-rows/?space_id={world.project.space_id}&filter=item").json()
    assert [r["key"] for r in found["items"]] == [items[0].key] and found["undated"] == 2 and not found["is_cut"]
    assert found["items"][0]["due_on"] == "2027-02-12"
    assert Caller(world.dana)("GET", f"/api/v1/timeline-rows/?space_id={world.project.space_id}").status_code == 422
    assert Caller(world.dana)("GET", "/api/v1/timeline-rows/").json()["items"] == []
    assert mei("GET", "/api/v1/timeline-rows/?filter=due:gibberish").status_code == 422
    assert mei("GET", "/api/v1/timeline-rows/?limit=0").status_code == 422
