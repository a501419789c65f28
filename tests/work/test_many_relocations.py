"""Many items to another project at once: what stands there for what, rehearsed, all or none, and one way back."""

import re
import uuid

import pytest

from tandem.collaboration.actions import comments
from tandem.collaboration.models import Comment
from tandem.kit.errors import Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.work.actions import fields, many_relocations, relocations, undoing, work_items
from tandem.work.actions.relocations import Mapping
from tandem.work.models import State, WorkItem, WorkItemType
from tests import make

BULK = "/work-items/bulk/"


@pytest.fixture
def yard(world):
    project = make.project(actor=world.alma, name="Yard", key="YAR")
    spaces.grant(actor=world.admin, space=project.space, user=world.boris, role="member")
    world.boris.refresh_from_db()
    return project


@pytest.fixture
def items(world):
    fields.create(actor=world.boris, space=world.project.space, name="Berth", kind="text")
    whole = make.work_item(actor=world.boris, project=world.project, title="Crane", state="in_progress", fields={"Berth": "7"}, assignees=[world.mei])
    part = make.work_item(actor=world.boris, project=world.project, title="Hook", parent=whole)
    other = make.work_item(actor=world.boris, project=world.project, title="Rail")
    return [whole, part, other]


def go(world, items, yard, run=None, **mapping):
    return many_relocations.relocate(
        actor=world.boris, items=items, versions={i.pk: i.version for i in items}, space=yard.space, mapping=Mapping(**mapping), run=run or uuid.uuid4()
    )


def test_they_go_together_with_their_parts_and_as_the_mapping_says(world, items, yard):
    quay = fields.create(actor=world.alma, space=yard.space, name="Quay", kind="text")
    done = State.objects.get(space=yard.space, name="Done")
    bug = WorkItemType.objects.get(space=yard.space, name="Bug")
    made = go(world, items, yard, states={items[0].state_id: done}, types={items[1].type_id: bug}, fields={"Berth": quay.key})
    assert [m.title for m in made] == ["Crane", "Rail"] and {m.type for m in made} == {bug}
    assert made[0].state == done and made[0].fields == {"Quay": "7"} and made[0].children.get().title == "Hook"
    assert not WorkItem.objects.present().filter(space=world.project.space).exists()


def test_one_step_takes_all_back_and_what_was_changed_stays(world, items, yard):
    run = uuid.uuid4()
    made = go(world, items, yard, run)
    work_items.change(actor=world.alma, item=made[1], version=None, title="New rail")
    assert undoing.undo(actor=world.mei, run=run) == (0, 0), "only one's own"
    assert undoing.undo(actor=world.boris, run=run) == (1, 1)
    here = WorkItem.objects.present().filter(space=world.project.space)
    assert sorted(here.values_list("title", flat=True)) == ["Crane", "Hook"] and here.get(title="Hook").parent.title == "Crane"
    assert undoing.undo(actor=world.boris, run=run) == (0, 1), "the changed one is asked again, and stays"
    assert WorkItem.objects.present().get(space=yard.space).title == "New rail"


def test_what_was_taken_back_is_done_once_more_with_all_that_hangs_on_it(world, items, yard):
    run, again, third, fourth = (uuid.uuid4() for _n in range(4))
    comments.add(actor=world.boris, subject=items[0], body="The hook is worn")
    made = go(world, items, yard, run)
    keys = [m.key for m in made]
    assert undoing.undo(actor=world.boris, run=run, again=again) == (2, 0)
    assert undoing.undo(actor=world.boris, run=again, again=third) == (2, 0)
    there = WorkItem.objects.present().filter(space=yard.space)
    assert sorted(there.filter(parent=None).values_list("key", flat=True)) == sorted(keys) and there.get(title="Hook").parent.title == "Crane"
    assert not WorkItem.objects.present().filter(space=world.project.space).exists()
    assert Comment.objects.get().subject_id == made[0].pk and Comment.objects.get().space == yard.space
    assert undoing.undo(actor=world.boris, run=third, again=fourth) == (2, 0) and Comment.objects.get().subject_id == items[0].pk
    crane = WorkItem.objects.get(pk=items[0].pk)
    work_items.change(actor=world.boris, item=crane, version=None, title="The crane")
    stays: list[str] = []
    assert undoing.undo(actor=world.boris, run=fourth, stays=stays) == (1, 1) and stays == [crane.key], "changed since: it stays and is named"


def test_one_that_may_not_go_back_does_not_keep_the_others_there(world, items, yard, monkeypatch):
    run, stays = uuid.uuid4(), []
    go(world, items, yard, run)
    real = relocations.take_back

    def slow(**given):
        if given["item"].title == "Rail":
            raise Stale(given["item"])
        return real(**given)

    monkeypatch.setattr(relocations, "take_back", slow)
    assert undoing.undo(actor=world.boris, run=run, stays=stays) == (1, 1)
    assert [WorkItem.objects.get(key=key).title for key in stays] == ["Rail"]


def test_of_an_item_on_its_way_through_three_projects_one_alone_stands(world, items, yard):
    third = make.project(actor=world.alma, name="Quay", key="QUA")
    spaces.grant(actor=world.admin, space=third.space, user=world.boris, role="member")
    world.boris.refresh_from_db()
    rail = items[2]
    (there,) = go(world, [rail], yard)
    (last,) = go(world, [there], third)

    def standing():
        return list(WorkItem.objects.present().filter(title="Rail").values_list("key", flat=True))

    for one in (rail, there):
        with pytest.raises(Refused, match="entry_became"):
            work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=one.pk), version=None)
    work_items.remove(actor=world.boris, item=last, version=None)
    work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=rail.pk), version=None)
    assert standing() == [rail.key]
    for one in (there, last):
        with pytest.raises(Refused, match="entry_became"):
            work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=one.pk), version=None)
    assert WorkItem.objects.get(pk=last.pk).became.pk == rail.pk == WorkItem.objects.get(pk=there.pk).became.pk
    work_items.remove(actor=world.boris, item=WorkItem.objects.get(pk=rail.pk), version=None)
    work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=there.pk), version=None)
    assert standing() == [there.key] and WorkItem.objects.get(pk=rail.pk).became.pk == there.pk


def test_a_rehearsal_says_what_would_become_of_each_and_writes_nothing(world, items, yard):
    fields.create(actor=world.alma, space=yard.space, name="Berth", kind="number")
    WorkItem.objects.filter(pk=items[0].pk).update(fields={"Berth": "seven"})
    items[0].refresh_from_db()
    found = many_relocations.rehearse(actor=world.boris, items=items, space=yard.space, mapping=Mapping())
    assert [(o.item.title, o.left, o.lost, o.parts, o.code) for o in found] == [("Crane", ("Mei Lin",), ("Berth",), 1, ""), ("Rail", (), (), 0, "")]
    assert not WorkItem.objects.filter(space=yard.space).exists() and WorkItem.objects.present().count() == 3
    there = make.work_item(actor=world.alma, project=yard, title="There")
    assert [o.code for o in many_relocations.rehearse(actor=world.boris, items=[there, items[2]], space=yard.space, mapping=Mapping())] == ["same_space", ""]


def test_one_that_was_changed_or_may_not_go_keeps_all_back(world, items, yard, monkeypatch):
    work_items.change(actor=world.mei, item=WorkItem.objects.get(pk=items[2].pk), version=1, title="Mine")
    with pytest.raises(Stale):
        go(world, items, yard)
    assert WorkItem.objects.present().filter(space=world.project.space).count() == 3
    with pytest.raises(Hidden):
        many_relocations.relocate(actor=world.mei, items=items[:1], versions={}, space=yard.space, mapping=Mapping(), run=uuid.uuid4())
    monkeypatch.setattr(many_relocations, "MOST", 2)
    with pytest.raises(Refused):
        many_relocations.rehearse(actor=world.boris, items=items, space=yard.space, mapping=Mapping())


def test_the_page_asks_where_to_shows_what_will_be_and_moves(world, items, yard, signed_in):
    client, given = signed_in(world.boris), {"ids": [i.pk for i in items], "next": "/work-items/"}
    first = client.post(BULK, given | {"do": "space:", "preview": "1"}).content.decode()
    assert "Yard (YAR)" in first and "Nothing is done yet" not in first
    shown = client.post(BULK, given | {"do": "space:", "space": yard.space_id, "preview": "1"}).content.decode()
    assert "2 items will go to “Yard”, with 1 part." in shown and "Mei Lin" in shown and "kept as a field of the source" in shown
    assert WorkItem.objects.present().filter(space=yard.space).count() == 0
    done = State.objects.get(space=yard.space, name="Done")
    sent = dict(re.findall(r'name="((?:type|state|field)_\d+)" value="([^"]*)"', shown))
    seen = re.findall(r'name="ids" value="(\d+:\d+)"', shown)[:3]
    assert sorted(seen) == sorted(f"{i.pk}:{i.version}" for i in items)
    sent[f"state_{items[0].state_id}"] = done.pk
    answer = client.post(BULK, {"ids": seen, "next": "/work-items/", "do": f"space:{yard.space_id}"} | sent, follow=True).content.decode()
    assert "Moved 2 items to “Yard”" in answer
    assert WorkItem.objects.present().get(space=yard.space, title="Crane").state == done
    undo = re.search(r"/work-items/undo/[0-9a-f-]+/", answer)[0]
    back = client.post(undo, headers={"Accept": "application/json"}).json()
    assert "Took 2 changes back" in back["message"]
    assert WorkItem.objects.present().filter(space=world.project.space).count() == 3
    again = client.post(back["redo"], headers={"Accept": "application/json"}).json()
    assert "Took 2 changes back" in again["message"] and not WorkItem.objects.present().filter(space=world.project.space).exists()


def test_nobody_moves_where_they_may_not(world, items, yard, signed_in):
    given = {"ids": [i.pk for i in items], "do": f"space:{yard.space_id}", "next": "/work-items/"}
    page = signed_in(world.mei).post(BULK, given)
    assert page.status_code == 200 and "Yard" not in page.content.decode()
    assert signed_in(world.dana).post(BULK, given).status_code == 200
    assert signed_in(world.boris).post(BULK, given | {"do": "space:99999999999999999999"}).status_code == 200
    assert WorkItem.objects.present().filter(space=world.project.space).count() == 3


def test_of_those_that_stay_only_so_many_are_named_and_only_what_one_sees(world, items, yard, monkeypatch):
    run, stays = uuid.uuid4(), []
    made = go(world, items, yard, run)
    for one in made:
        work_items.change(actor=world.alma, item=WorkItem.objects.get(pk=one.pk), version=None, priority=1)
    monkeypatch.setattr(undoing, "MOST_NAMED", 1)
    assert undoing.undo(actor=world.boris, run=run, stays=stays) == (0, 2) and stays == [made[0].key]
    spaces.revoke(actor=world.admin, space=yard.space, user=world.boris)
    world.boris.refresh_from_db()
    unseen: list[str] = []
    assert undoing.undo(actor=world.boris, run=run, stays=unseen) == (0, 2) and unseen == []
