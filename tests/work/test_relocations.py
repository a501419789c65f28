"""Copies, and moves to another space: what goes along, what stays, who may, and the way back."""

from contextlib import suppress

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tandem.collaboration.actions import comments, watches
from tandem.collaboration.models import Attachment, Comment, Watch
from tandem.compute.flow.sprint import sum_at
from tandem.history.models import Event
from tandem.kit import clock
from tandem.kit.errors import Denied, Hidden, Refused, Stale
from tandem.people.actions import spaces
from tandem.people.models import Space
from tandem.product.actions import features
from tandem.product.actions import relocations as product_relocations
from tandem.product.models import Scope
from tandem.reports.queries.sprint_pieces import ADDED, REMOVED, held_by
from tandem.work.actions import (
    archiving,
    blocks,
    checklists,
    clones,
    fields,
    relocations,
    states,
    transitions,
    wip_limits,
    work_items,
)
from tandem.work.models import ChecklistEntry, Link, State, WorkItem
from tests import make


@pytest.fixture
def item(world):
    return make.work_item(
        actor=world.boris, project=world.project, title="Crane", description="Big", labels=["yard"], priority=2, assignees=[world.mei], state="in_progress"
    )


@pytest.fixture
def yard(world):
    """A project that Boris and Alma see, Mei does not."""
    project = make.project(actor=world.alma, name="Yard", key="YAR")
    spaces.grant(actor=world.admin, space=project.space, user=world.boris, role="member")
    world.boris.refresh_from_db()
    return project


def code(act):
    with pytest.raises(Refused) as problem:
        act()
    return problem.value.code


def test_a_copy_begins_anew_with_what_was_ticked(world, item):
    checklists.add(actor=world.mei, item=item, text="[x] a\nb")
    part = make.work_item(actor=world.boris, project=world.project, title="Hook", parent=item)
    make.work_item(actor=world.boris, project=world.project, title="Bolt", parent=part)
    other = make.work_item(actor=world.boris, project=world.project)
    make.link(actor=world.boris, source=item, target=other)
    made = clones.clone(actor=world.mei, item=item, with_parts=True, with_links=True)
    assert (made.title, made.description, made.labels, made.priority, made.state.category) == ("Crane", "Big", ["yard"], 2, "to_do")
    assert list(made.assignees.all()) == [world.mei] and made.actual_start is None
    assert [(e.text, e.is_done) for e in made.checklist.in_order()] == [("a", False), ("b", False)]
    assert [c.title for c in made.children.all()] == ["Hook"] and made.children.get().children.get().title == "Bolt"
    assert Link.objects.filter(source=made, target=other).count() == 1
    clones.take_back(actor=world.mei, item=made)
    assert not WorkItem.objects.present().filter(pk__gt=other.pk).exists()


def test_a_copy_without_anything_and_of_too_many_parts(world, item, monkeypatch):
    checklists.add(actor=world.mei, item=item, text="a")
    bare = clones.clone(actor=world.mei, item=item, title=" Other ", with_checklist=False, with_people=False)
    assert (bare.title, bare.assignees.count(), bare.checklist.count()) == ("Other", 0, 0)
    monkeypatch.setattr(clones, "MOST_PARTS", 1)
    for _ in range(2):
        make.work_item(actor=world.boris, project=world.project, parent=item)
    assert code(lambda: clones.clone(actor=world.mei, item=item, with_parts=True)) == "parts_too_many"


def test_an_item_moves_with_what_hangs_on_it_and_without_who_does_not_see_it(world, item, yard):
    checklists.create(actor=world.boris, item=item, text="a", owner=world.mei)
    comments.add(actor=world.mei, subject=item, body="Soon")
    watches.watch(actor=world.boris, subject=item)
    blocks.start(actor=world.boris, item=item, reason="No berth")
    other = make.work_item(actor=world.boris, project=world.project)
    make.link(actor=world.boris, source=other, target=item)
    part = make.work_item(actor=world.boris, project=world.project, title="Hook", parent=item)
    made = relocations.relocate(actor=world.boris, item=item, version=item.version, space=yard.space)
    assert made.key == "YAR-1" and made.space == yard.space and made.state.category == "in_progress" and made.type.name == item.type.name
    assert made.actual_start == item.actual_start and made.reporter == world.boris and made.labels == ["yard"]
    assert not made.assignees.exists() and made.children.get().title == "Hook"
    entry = ChecklistEntry.objects.get()
    assert (entry.item, entry.space, entry.owner) == (made, yard.space, None)
    assert Comment.objects.get().space == yard.space and Link.objects.get().target == made
    assert Watch.objects.filter(subject_id=made.pk, user=world.boris).count() == 1 and not Watch.objects.filter(subject_id=made.pk, user=world.mei).exists()
    assert made.blocks.get().space == yard.space
    item.refresh_from_db()
    part.refresh_from_db()
    assert item.removed_at and item.moved_to == made and part.removed_at
    assert "YAR" not in str(list(Event.objects.of(item).values_list("changes", flat=True))), "the old space does not learn where to"


def test_it_comes_back_as_it_was_unless_somebody_changed_it(world, item, yard):
    comments.add(actor=world.mei, subject=item, body="Soon")
    make.work_item(actor=world.boris, project=world.project, title="Hook", parent=item)
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    old = relocations.take_back(actor=world.boris, item=made)
    assert old == item and old.removed_at is None and old.moved_to is None and old.children.present().count() == 1
    assert Comment.objects.get().subject_id == item.pk and list(old.assignees.all()) == [world.mei]
    assert code(lambda: relocations.take_back(actor=world.boris, item=made)) == "not_moved"
    again = relocations.relocate(actor=world.boris, item=old, version=old.version, space=yard.space)
    work_items.change(actor=world.alma, item=again, version=None, title="Big crane")
    assert code(lambda: relocations.take_back(actor=world.boris, item=again)) == "moved_changed"


def test_both_ends_need_the_right_and_an_old_version_moves_nothing(world, item, yard):
    with pytest.raises(Hidden):
        relocations.relocate(actor=world.mei, item=item, version=None, space=yard.space)
    reader = make.user(actor=world.admin, name="Iris", role="stakeholder", space=yard.space)
    spaces.grant(actor=world.admin, space=world.project.space, user=reader, role="member")
    reader.refresh_from_db()
    with pytest.raises(Denied):
        relocations.relocate(actor=reader, item=item, version=None, space=yard.space)
    with pytest.raises(Stale):
        relocations.relocate(actor=world.boris, item=item, version=item.version + 7, space=yard.space)
    assert not WorkItem.objects.filter(space=yard.space).exists()
    assert code(lambda: relocations.relocate(actor=world.boris, item=item, version=None, space=world.project.space)) == "same_space"


def test_the_old_key_leads_there_for_those_who_see_both(world, item, yard, signed_in):
    Space.objects.filter(pk=yard.space_id).update(is_confidential=True)
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    assert signed_in(world.boris).get(f"/work-items/{item.key}/").url == f"/work-items/{made.key}/"
    page = signed_in(world.mei).get(f"/work-items/{item.key}/")
    assert page.status_code == 200 and "YAR" not in page.content.decode()
    assert signed_in(world.dana).get(f"/work-items/{item.key}/").status_code == 404


def test_the_page_says_what_is_left_behind_and_the_undo_works(world, item, yard, signed_in):
    client, here = signed_in(world.boris), f"/work-items/{item.key}/relocations/"
    text = client.get(here, {"space": yard.space_id}).content.decode()
    assert "Mei Lin" in text and "Yard" in text
    answer = client.post(here, {"space": yard.space_id, "version": item.version}, headers={"Accept": "application/json"}).json()
    assert client.post(answer["undo"]).status_code == 302
    item.refresh_from_db()
    assert item.removed_at is None
    assert client.post(here, {"space": 10**9}).status_code == 422
    copy = client.post(f"/work-items/{item.key}/copies/", {"title": "Twin"}, headers={"Accept": "application/json"}).json()
    assert WorkItem.objects.present().filter(title="Twin").exists() and client.post(copy["undo"]).status_code == 302
    assert not WorkItem.objects.present().filter(title="Twin").exists()


def test_what_is_ruled_there_does_not_keep_it_out_and_foreign_values_stay_behind(world, item, yard):
    at = {s.name: s for s in State.objects.filter(space=yard.space)}
    transitions.create(actor=world.alma, space=yard.space, from_state=at["In progress"], to_state=at["Done"])
    fields.create(actor=world.alma, space=yard.space, name="Berth", kind="text", is_required=True)
    fields.create(actor=world.alma, space=yard.space, name="Colour", kind="choice", choices=["Green"])
    WorkItem.objects.filter(pk=item.pk).update(fields={"Colour": "Red", "Jira id": "7"})
    item.refresh_from_db()
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    assert made.state == at["In progress"] and made.fields == {"Jira id": "7"}
    assert code(lambda: work_items.restore(actor=world.boris, item=item, version=None)) == "entry_became"


def test_a_move_proposes_no_retired_state(world, item, yard):
    here = State.objects.get(space=yard.space, name=item.state.name)
    states.retire(actor=world.alma, state=here)
    assert relocations.proposed(item, yard.space)[1] != here


def test_a_copy_keeps_a_choice_that_was_removed_since(world):
    colour = fields.create(actor=world.boris, space=world.project.space, name="Colour", kind="choice", choices=["Red", "Blue"])
    red = make.work_item(actor=world.boris, project=world.project, fields={"Colour": "Red"})
    fields.change(actor=world.boris, field=colour, version=None, choices=["Blue"])
    made = clones.clone(actor=world.boris, item=red)
    assert made.fields == {"Colour": "Red"}
    work_items.change(actor=world.boris, item=made, version=None, title="Worked on")
    assert code(lambda: clones.take_back(actor=world.boris, item=made)) == "accepted_changed"


def test_what_a_feature_counts_follows_and_comes_back(world, item, yard):
    part = make.work_item(actor=world.boris, project=world.project, title="Hook", parent=item)
    feature = make.feature(actor=world.chen, product=world.product)
    features.add_scope(actor=world.alma, subject=feature, items=[item, part])
    made = product_relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    now = set(Scope.objects.of(feature).values_list("item_id", flat=True))
    assert now == {made.pk, made.children.get().pk}
    assert Event.objects.of(feature).filter(verb="scope.added").latest("id").changes["items"] == [[], sorted(now)]
    product_relocations.take_back(actor=world.boris, item=made)
    assert set(Scope.objects.of(feature).values_list("item_id", flat=True)) == {item.pk, part.pk}


def test_files_of_comments_go_along(world, item, yard):
    row = comments.add(actor=world.mei, subject=item, body="Look")
    file = Attachment.objects.create(
        space=item.space, author=world.mei, name="a.txt", url="https://example.org/a", subject_kind="collaboration.comment", subject_id=row.pk
    )
    relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    file.refresh_from_db()
    assert file.space_id == yard.space_id


def test_what_comes_into_a_finished_state_is_blocked_no_more_and_what_was_put_away_stays_so(world, item, yard):
    block = blocks.start(actor=world.boris, item=item, reason="No crane")
    done = State.objects.get(space=yard.space, name="Done")
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space, state=done)
    block.refresh_from_db()
    assert made.is_done and block.item_id == made.pk and block.ended_at is not None
    old = make.work_item(actor=world.boris, project=world.project, title="Old berth", state="done")
    archiving.archive(actor=world.boris, item=old, version=None)
    there = relocations.relocate(actor=world.boris, item=WorkItem.objects.get(pk=old.pk), version=None, space=yard.space)
    assert there.archived_at is not None and there.actual_finish == old.actual_finish
    told = Event.objects.get(subject_kind="work.workitem", subject_id=there.pk, verb="work_item.created").changes
    assert told["archived_at"][1] and told["actual_finish"][1] == old.actual_finish.isoformat(), "its history says with what it began"


def test_what_was_blocked_is_so_again_on_the_way_back_from_a_finished_state(world, item, yard):
    blocks.end(actor=world.boris, block=blocks.start(actor=world.boris, item=item, reason="No berth"), version=None)
    block = blocks.start(actor=world.boris, item=item, reason="No crane")
    done = State.objects.get(space=yard.space, name="Done")
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space, state=done)
    assert made.actual_start == item.actual_start, "what began before the move began then"
    relocations.take_back(actor=world.boris, item=made)
    assert list(item.blocks.open()) == [block] and item.blocks.count() == 2 and not made.blocks.exists()
    again = relocations.relocate(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, space=yard.space)
    blocks.end(actor=world.alma, block=again.blocks.get(), version=None)
    relocations.take_back(actor=world.boris, item=again)
    assert item.blocks.count() == 2 and not item.blocks.open().exists(), "what somebody ended there stays so"


def test_a_whole_does_not_stay_in_the_archive_over_a_part_that_opens(world, item, yard):
    whole = make.work_item(actor=world.boris, project=world.project, title="Quay", state="done")
    finished = make.work_item(actor=world.boris, project=world.project, title="Pier", parent=whole, state="done")
    archiving.archive(actor=world.boris, item=whole, version=None)
    other = states.add(actor=world.boris, space=world.project.space, name="Delivered", category="done")
    work_items.change(actor=world.boris, item=finished, version=None, state=other)
    whole.refresh_from_db()
    assert whole.archived_at is not None
    mapping = relocations.Mapping(states={other.pk: State.objects.filter(space=yard.space, category="to_do").in_order()[0]})
    made = relocations.relocate(actor=world.boris, item=whole, version=None, space=yard.space, mapping=mapping)
    assert made.is_done and made.archived_at is None and not made.children.get().is_done
    old = relocations.take_back(actor=world.boris, item=made)
    assert old.archived_at is not None and old.children.get().is_done


def test_the_way_back_ends_where_there_is_no_room_or_what_it_was_part_of_is_gone(world, item, yard):
    whole = make.work_item(actor=world.boris, project=world.project, title="Quay")
    work_items.change(actor=world.boris, item=item, version=None, parent=whole)
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    work_items.remove(actor=world.boris, item=whole, version=None)
    assert code(lambda: relocations.take_back(actor=world.boris, item=WorkItem.objects.get(pk=made.pk))) == "item_removed"
    work_items.restore(actor=world.boris, item=whole, version=None)
    limit = wip_limits.create(actor=world.boris, space=world.project.space, most=1, stops=True)
    make.work_item(actor=world.boris, project=world.project, title="Rail", state="in_progress")
    assert code(lambda: relocations.take_back(actor=world.boris, item=WorkItem.objects.get(pk=made.pk))) == "wip_limit_reached"
    wip_limits.remove(actor=world.boris, limit=limit)
    back = relocations.take_back(actor=world.boris, item=WorkItem.objects.get(pk=made.pk))
    assert back.pk == item.pk and back.moved_to is None and back.parent == whole
    events = Event.objects.filter(subject_kind="work.workitem", subject_id=item.pk)
    assert events.count() == back.version, "one for each version"
    assert [e.changes["removed_at"][0] is None for e in events.filter(changes__has_key="removed_at").order_by("id")] == [True, False]


def test_a_sprint_counts_what_left_the_project_as_scope_that_went(world, item, yard):
    running = make.sprint(actor=world.mei, project=world.project, items=[item])
    work_items.remove(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None)
    work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None)
    relocations.relocate(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None, space=yard.space)
    held = held_by(world.boris, [running], False)[running.pk]
    assert sum_at(held.pieces, clock.now()).items == 0
    assert [d.kind for d in held.deeds][-3:] == [REMOVED, ADDED, REMOVED]


def test_what_moved_on_from_where_it_was_moved_to_is_not_brought_back_beside_itself(world, item, yard, signed_in):
    there = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    here = relocations.relocate(actor=world.boris, item=WorkItem.objects.get(pk=there.pk), version=None, space=world.project.space)
    for gone in (item, there):
        assert signed_in(world.boris).get(f"/work-items/{gone.key}/").url == f"/work-items/{here.key}/", "each old key leads to it"
        assert code(lambda gone=gone: work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=gone.pk), version=None)) == "entry_became"
    work_items.remove(actor=world.boris, item=WorkItem.objects.get(pk=here.pk), version=None)
    work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None)
    assert WorkItem.objects.present().get().pk == item.pk and WorkItem.objects.get(pk=item.pk).moved_to is None


@pytest.mark.parametrize("way", ["removed and brought back", "moved on and taken back"])
def test_what_somebody_edited_there_is_not_lost_when_the_move_is_taken_back(world, item, yard, way):
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    made = work_items.change(actor=world.alma, item=WorkItem.objects.get(pk=made.pk), version=None, title="Big crane")
    if way == "moved on and taken back":
        on = relocations.relocate(actor=world.boris, item=made, version=None, space=world.project.space)
        relocations.take_back(actor=world.boris, item=on)
    else:
        work_items.remove(actor=world.alma, item=made, version=None)
        work_items.restore(actor=world.alma, item=WorkItem.objects.get(pk=made.pk), version=None)
    there = WorkItem.objects.get(pk=made.pk)
    origin = WorkItem.objects.get(pk=item.pk)
    assert Event.objects.of(there).latest("id").verb == "work_item.restored"
    assert code(lambda: relocations.take_back(actor=world.boris, item=there, origin=origin)) == "moved_changed"
    assert WorkItem.objects.present().get().title == "Big crane"


def test_a_move_is_taken_back_to_where_it_began_and_not_to_a_later_place_in_the_same_project(world, item, yard):
    part = make.work_item(actor=world.boris, project=world.project, title="Hook", parent=item)
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    relocations.take_back(actor=world.boris, item=relocations.relocate(actor=world.boris, item=made, version=None, space=world.project.space))
    old = relocations.take_back(actor=world.boris, item=WorkItem.objects.get(pk=made.pk), origin=WorkItem.objects.get(pk=item.pk))
    assert old.pk == item.pk and old.children.present().get().pk == part.pk
    assert set(WorkItem.objects.present().values_list("pk", flat=True)) == {item.pk, part.pk}


def test_of_two_who_bring_it_back_at_different_places_at_once_one_does(world, item, yard):
    made = relocations.relocate(actor=world.boris, item=item, version=None, space=yard.space)
    work_items.remove(actor=world.boris, item=WorkItem.objects.get(pk=made.pk), version=None)
    seen = WorkItem.objects.get(pk=made.pk)  # before the other brings it back
    work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=item.pk), version=None)
    assert code(lambda: work_items.restore(actor=world.boris, item=seen, version=None)) == "entry_became"
    assert WorkItem.objects.present().get().pk == item.pk
    with CaptureQueriesContext(connection) as told, suppress(Refused):
        work_items.restore(actor=world.boris, item=WorkItem.objects.get(pk=made.pk), version=None)
    locked = [q["sql"] for q in told.captured_queries if "FOR NO KEY UPDATE" in q["sql"] and '"work_workitem"' in q["sql"]]
    assert len(locked) == 2, "both places are held before it is decided"
